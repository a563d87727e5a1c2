"""One publisher as a process: REPOSITORY HOME NUMBER [REMOTE] adds a round of its own to the branch.

With `FIRST-LAST` for a number there are that many processes at once, which share what was imported.
"""

import os
import sys
import traceback
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


def publish(repository: str, home: str, number: int, remote: str = "") -> None:
    """Publish one round."""
    around = environ(Path(home))
    with open_press(open_source(Path(repository), around), around) as press:
        archivist = Archivist(press=press, branch=BRANCH, about=ABOUT)
        archivist.publish(round_of(number), Remote(name="origin", url=remote) if remote else None)


def main(repository: str, home: str, numbers: str, remote: str = "") -> int:
    """How many of the publishers failed."""
    first, _, last = numbers.partition("-")
    if not last:
        publish(repository, home, int(first), remote)
        return 0
    children = [_start(repository, home, number, remote) for number in range(int(first), int(last) + 1)]
    return sum(os.waitpid(child, 0)[1] != 0 for child in children)


def _start(repository: str, home: str, number: int, remote: str) -> int:
    child = os.fork()
    if child:
        return child
    try:
        publish(repository, home, number, remote)
    except BaseException:  # noqa: BLE001 - whatever it is, the child must not go on as its parent
        traceback.print_exc()
        os._exit(1)
    os._exit(0)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
