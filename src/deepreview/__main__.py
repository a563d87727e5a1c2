"""`python -m deepreview`, and the program `deepreview`."""

import sys

from deepreview.errors import Exit


def main() -> None:
    """Run; an interrupt while the program is still loading ends it as quietly as a later one."""
    try:
        from deepreview.cli.main import main as start  # noqa: PLC0415 - to load it takes most of a second
    except KeyboardInterrupt:
        sys.exit(Exit.INTERRUPTED.value)
    start()


if __name__ == "__main__":
    main()
