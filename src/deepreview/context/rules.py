"""What a project asks of its reviewers, as of the base commit: a change cannot write the rules of its own review."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from deepreview.context import repo_rules
from deepreview.context.steering import sort_of
from deepreview.context.tree import Tree, binary, text
from deepreview.model.change import Change, RepoPath
from deepreview.model.memory import RepoRule

_ANYWHERE = ("AGENTS.md", "CLAUDE.md", "GEMINI.md", "REVIEW.md")
"""Hold for the folder that they stand in and all below it."""
_AT_ROOT = (
    repo_rules.FILE,
    ".github/copilot-instructions.md",
    "CONTRIBUTING.md",
    ".github/CONTRIBUTING.md",
    "docs/CONTRIBUTING.md",
)
_HEADING = re.compile(r"^(#{1,6})[ \t]+(\S.*)$")
_OF_REVIEWS = re.compile(r"review|style|convention|guideline|pull request|\bPRs?\b|commit|test", re.IGNORECASE)
_ONE, _ALL = 12_000, 40_000
"""Characters of one file and of all: more than that nobody follows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One file of rules."""

    path: RepoPath
    text: str
    cut: int
    """Characters at its end that are left out."""
    accepted: tuple[RepoRule, ...] = ()
    """The numbered rules in the text that is not cut."""


def rules(base: Tree, changed: Iterable[RepoPath], pr: int = 0, today: date = date.min) -> tuple[Rule, ...]:
    """The rules for the changed paths, those of the whole project first; of equal files the first.

    Numbered rules that are for other paths, another pull request or days that are over are left out.
    """
    changed = tuple(changed)
    known = base.entries()
    wanted = [path for path in dict.fromkeys(_wanted(changed)) if path in known and known[path].regular]
    read = base.read(wanted)
    found, seen, left = list[Rule](), set[bytes](), _ALL
    for path in wanted:
        content = read.get(path, b"")
        if not content.strip() or binary(content) or content in seen:
            continue
        seen.add(content)
        whole = _of_reviews(text(content)) if path.endswith("CONTRIBUTING.md") else text(content).strip()
        if path == repo_rules.FILE:
            idle = [rule.id for rule in repo_rules.parse(whole) if not repo_rules.in_force(rule, changed, pr, today)]
            whole = repo_rules.without(whole, idle).strip()
        kept = whole[: min(_ONE, left)]
        left -= len(kept)
        if whole:
            accepted = _accepted(whole, kept) if path == repo_rules.FILE else ()
            found.append(Rule(path=path, text=kept, cut=len(whole) - len(kept), accepted=accepted))
    return tuple(found)


def _accepted(whole: str, kept: str) -> tuple[RepoRule, ...]:
    """The numbered rules that are not cut away."""
    ended = kept if kept == whole else f"{kept.rpartition(chr(10))[0]}\n{repo_rules.END}\n"
    return repo_rules.parse(ended)


def _wanted(changed: Iterable[RepoPath]) -> Iterator[RepoPath]:
    yield from map(RepoPath, (*_ANYWHERE, *_AT_ROOT))
    folders = {folder for path in changed for folder in _folders(path)}
    for folder in sorted(folders, key=lambda one: (one.count("/"), one)):
        yield from (RepoPath(f"{folder}/{name}") for name in _ANYWHERE)


def _folders(path: str) -> Iterator[str]:
    parts = path.split("/")[:-1]
    yield from ("/".join(parts[:depth]) for depth in range(1, len(parts) + 1))


def _of_reviews(whole: str) -> str:
    """The sections of a guide for contributors that say how changes should look, each with what stands below it."""
    kept, level, fenced = list[str](), 0, False
    for line in whole.split("\n"):
        fenced ^= line.lstrip().startswith("```")
        if not fenced and (found := _HEADING.match(line)):
            depth = len(found[1])
            if not level or depth <= level:
                level = depth if depth > 1 and _OF_REVIEWS.search(found[2]) else 0
        if level:
            kept.append(line)
    return "\n".join(kept).strip()


def edited(change: Change) -> tuple[RepoPath, ...]:
    """The changed files, at either side, that reviewers or agents would follow or be configured by."""
    paths = {path for patch in change.patches for path in (patch.path, patch.old_path)}
    return tuple(
        sorted(path for path in paths if path in _AT_ROOT or path.rpartition("/")[2] in _ANYWHERE or sort_of(path))
    )
