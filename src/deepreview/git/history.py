"""What git remembers: who wrote which line, and what a commit touched."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from deepreview.git.run import EMPTY_TREE, Git, complaint, decode, encode, split_nul
from deepreview.model.change import Commit, RepoPath, Sha

_FORMAT = "%H%x00%an%x00%aI%x00%s%x00%b%x00"
_FIELDS = 5
_MOST_COMMITS = 1000
_TOO_FEW = re.compile(r"has only (\d+) lines?$")
_HEADER = re.compile(r"([0-9a-f]{40,64}) \d+ (\d+)(?: \d+)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """Who wrote one line."""

    commit: Sha
    boundary: bool
    """Blame stopped looking here: the range began, or the history is cut."""


def commits_between(git: Git, base: Sha, head: Sha) -> tuple[Commit, ...]:
    """The commits that head has and base has not, oldest first; at most the newest 1,000."""
    span = [head] if base == EMPTY_TREE else [f"{base}..{head}"]
    return tuple(reversed(_log(git, f"-{_MOST_COMMITS}", "--topo-order", *span)))


def commit_of(git: Git, sha: Sha) -> Commit:
    """One commit's text."""
    return _log(git, "-1", sha)[0]


def _log(git: Git, *args: str) -> list[Commit]:
    parts = split_nul(git.out("log", "-z", f"--format={_FORMAT}", "--no-color", *args, "--"))
    fields = iter(part for i, part in enumerate(parts) if i % 6 < _FIELDS)
    return [
        Commit(sha=Sha(sha), author=author, at=at, subject=subject, body=body.strip("\n"))
        for sha, author, at, subject, body in zip(*[fields] * _FIELDS, strict=True)
    ]


def files_of(git: Git, sha: Sha) -> dict[RepoPath, tuple[int, int]]:
    """Lines that a commit added and removed, by file, against its first parent; 0 and 0 for binary files."""
    raw = git.out(
        "diff-tree", "-r", "--root", "--diff-merges=first-parent", "--no-commit-id", "--numstat", "-z", sha, "--"
    )
    found = {}
    for record in split_nul(raw):
        added, removed, path = record.split("\t", 2)
        found[RepoPath(path)] = (0 if added == "-" else int(added), 0 if removed == "-" else int(removed))
    return found


def touched_together(git: Git, head: Sha, most: int) -> list[frozenset[RepoPath]]:
    """The sets of files that the newest commits touched, merges left out, newest first."""
    raw = git.out("log", f"-{most}", "--no-merges", "--name-only", "--no-renames", "-z", "--format=%x00%H", head, "--")
    touched: list[set[RepoPath]] = []
    parts = iter(split_nul(raw))
    for part in parts:
        if not part:  # no path is empty, so this is where a commit begins: its name, a line end, its paths
            next(parts)
            touched.append(set())
        else:
            touched[-1].add(RepoPath(part if touched[-1] else part.removeprefix("\n")))
    return [frozenset(paths) for paths in touched]


def blame(git: Git, tip: str, wanted: Mapping[RepoPath, Sequence[int]]) -> dict[RepoPath, dict[int, Written]]:
    """Who wrote the given lines of each file; `tip` is a commit, or `base..head` to look no further than base.

    Lines that the file does not have are left out, and so is a file that `tip` does not have. One process a file for
    all its ranges, four at a time: the cheapest form measured, since two leave a core idle while the next one starts.
    """
    rev = tip.removeprefix(f"{EMPTY_TREE}..")
    with ThreadPoolExecutor(4) as pool:
        found = pool.map(lambda item: _blame_file(git, rev, item[0], item[1]), wanted.items())
        return dict(zip(wanted, found, strict=True))


def _blame_file(git: Git, tip: str, path: RepoPath, lines: Sequence[int]) -> dict[int, Written]:
    ranges = [part for first, last in _ranges(lines) for part in ("-L", f"{first},{last}")]
    if not ranges:
        return {}
    done = git.attempt("blame", "--porcelain", "--root", "-w", "--no-progress", *ranges, tip, "--", encode(path))
    if done.code == 0:
        return dict(_porcelain(decode(done.stdout), cut_at(git)))
    if short := _TOO_FEW.search(complaint(done)):
        return _blame_file(git, tip, path, [line for line in lines if line <= int(short[1])])
    return {}


def cut_at(git: Git) -> set[str]:
    """The commits whose parents a shallow clone lacks: git takes them for the writers of all that came before."""
    cut = Path(git.env["GIT_DIR"], "shallow")
    return set(cut.read_text().split()) if cut.exists() else set()


def _ranges(lines: Iterable[int]) -> Iterator[tuple[int, int]]:
    numbered = enumerate(sorted({line for line in lines if line > 0}))
    for _, run in groupby(numbered, key=lambda pair: pair[1] - pair[0]):
        block = [line for _, line in run]
        yield block[0], block[-1]


def _porcelain(text: str, cut: set[str]) -> Iterator[tuple[int, Written]]:
    boundaries = set(cut)
    sha, number = "", 0
    for line in text.split("\n"):
        if line.startswith("\t"):
            yield number, Written(commit=Sha(sha), boundary=sha in boundaries)
        elif line == "boundary":
            boundaries.add(sha)
        elif header := _HEADER.fullmatch(line):
            sha, number = header[1], int(header[2])
