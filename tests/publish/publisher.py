"""One publisher as a process: REPOSITORY HOME NUMBER [REMOTE] adds a round of its own to the branch."""

import sys
from dataclasses import replace
from pathlib import Path

from deepreview import wire
from deepreview.git.press import open_press
from deepreview.git.source import open_source
from deepreview.publish.branch import BRANCH, Archivist, Remote
from deepreview.publish.content import round_files
from deepreview.publish.pages import published
from deepreview.testing.builders import make_report
from deepreview.testing.rounds import environ

ABOUT = published("Reviews", "deepreview test")


def round_of(number: int) -> dict[str, bytes]:
    """What is published of one round; every round has the same id, as if all had started in one second."""
    report = replace(make_report(), summary=f"Round of {number}.")
    raw = wire.dump_report(report).encode()
    files = round_files(raw, report)
    return {f"rounds/{report.clock.round_id}/{name}": content for name, content in files.items()}


def main(repository: str, home: str, number: str, remote: str = "") -> None:
    """Publish one round."""
    around = environ(Path(home))
    with open_press(open_source(Path(repository), around), around) as press:
        archivist = Archivist(press=press, branch=BRANCH, about=ABOUT)
        archivist.publish(round_of(int(number)), Remote(name="origin", url=remote) if remote else None)


if __name__ == "__main__":
    main(*sys.argv[1:])
