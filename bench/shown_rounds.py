"""Ten rounds of a public change, resolved as its author did, and published: what `docs/ten-rounds.md` shows.

`python bench/shown_rounds.py networkx CLONE DIR` (or nvm): CLONE is a clone of that repository with all its history,
DIR a folder that is not there yet. The branch is set to ten of its commits in turn and reviewed as after each push;
what the program proposes is confirmed, and what was merged as it was is declined in the end. Pages: DIR/published.
"""

import json
import os
import subprocess  # noqa: TID251 - the bench drives the program from outside
import sys
import time
from dataclasses import dataclass
from pathlib import Path

_PROGRAM = Path(sys.executable).with_name("deepreview")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A change, and what is said of its findings in the last round."""

    url: str
    branch: str
    base: str
    states: str
    declined: dict[str, str]


SHOWN = {
    "networkx": Shown(
        url="https://github.com/networkx/networkx",
        branch="move-bipartite",
        base="92ebb6dfa",
        states="3354a21f8 e3a2483fc 1698437e1 3f58ff459 bda384623 02e17b9fa ade741056 a097a9c4b 11049bf63 5c0a92368",
        declined={"S1": "The branch was merged with both tests of that name."},
    ),
    "nvm": Shown(
        url="https://github.com/nvm-sh/nvm",
        branch="single-installer",
        base="7c45d62b3",
        states="fcc00b22b d2422a623 246caa858 7211c9ee2 bce3abaa4 300022642 c47f03f99 6ed93f4c0 2d0c025c4 5342b6a04",
        declined={
            "I1": "The author kept the command, and the branch was merged with it.",
            "S1": "The quotes are only written to the profile; nothing is run from the variable.",
        },
    ),
}


def git(repo: Path, *words: str) -> str:
    done = subprocess.run(["git", "-C", str(repo), *words], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def program(folder: Path, *words: str) -> None:
    env = {"PATH": os.environ["PATH"], "HOME": str(folder / "home")}  # noqa: TID251 - and no more than that
    done = subprocess.run(
        [str(_PROGRAM), *words, "--repo", str(folder / "repo")], env=env, capture_output=True, text=True, check=False
    )
    if done.returncode > 1:
        raise SystemExit(done.stderr)


def main() -> None:
    name, clone, folder = sys.argv[1], Path(sys.argv[2]).resolve(), Path(sys.argv[3]).resolve()
    shown = SHOWN[name]
    repo = folder / "repo"
    (folder / "home").mkdir(parents=True)
    subprocess.run(["git", "clone", "-q", "--shared", "--no-checkout", str(clone), str(repo)], check=True)
    git(repo, "remote", "set-url", "origin", shown.url)
    git(repo, "config", "user.name", "Maintainer")
    git(repo, "config", "user.email", "maintainer@example.org")
    git(repo, "update-ref", "refs/heads/before", git(repo, "rev-parse", shown.base))
    states = shown.states.split()
    for number, state in enumerate(states, 1):
        git(repo, "update-ref", f"refs/heads/{shown.branch}", git(repo, "rev-parse", state))
        began = time.monotonic()
        told = folder / f"{number}.json"
        program(folder, "review", shown.branch, "--base", "before", "-q", "--to", "json", "-o", str(told))
        took = time.monotonic() - began
        report = json.loads(told.read_text(encoding="utf-8"))
        print(f"{number} {state} {took:.1f} s {report['verdict']['value']} {report['convergence']['reason']}")
        for one in report["findings"]:
            print(f"    {one['alias']} {one['standing']} {one['title']}")
        for row in report["previous"]:
            print(f"    {row['name']} {row['now']} {' '.join(row['evidence'])}")
        if number < len(states):
            program(folder, "resolve", "--confirm")
    for alias, reason in shown.declined.items():
        program(folder, "resolve", alias, "declined", reason)
    program(folder, "publish", "--all")
    program(folder, "publish", "--all", "--to", str(folder / "published"))


if __name__ == "__main__":
    main()
