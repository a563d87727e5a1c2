"""The project's accepted rules: one marked section of `deep-review-context.md`, a line for each.

    <!-- deepreview rules -->
    - R3 (paths src/* docs/*; until 2026-12-31; pr 12): Text on one line.
    <!-- end of deepreview rules -->

All else in the file is people's own and stays byte for byte; so does what they change in the section by hand.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from fnmatch import fnmatchcase

from deepreview.errors import UsageError
from deepreview.model.memory import RepoRule

FILE = "deep-review-context.md"
BEGIN, END = "<!-- deepreview rules -->", "<!-- end of deepreview rules -->"
_RULE = re.compile(r"^[-*+][ \t]+(?P<id>R[1-9]\d{0,5})(?:[ \t]+\((?P<scope>[^()\n]*)\))?:[ \t]+(?P<text>\S.*)$")
_GLOB = re.compile(r"[^\s();,]+")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_ID = re.compile(r"R[1-9][0-9]{0,5}")
_LAST = 999_999
_LONGEST = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class _Span:
    """A rule and the lines that it takes up: its own and those that are indented below it."""

    rule: RepoRule
    first: int
    last: int


def parse(text: str) -> tuple[RepoRule, ...]:
    """The rules of the file, in its order; of two with one id the first."""
    found: dict[str, RepoRule] = {}
    for span in _spans(_lines(text)):
        found.setdefault(span.rule.id, span.rule)
    return tuple(found.values())


def in_force(rule: RepoRule, changed: Iterable[str], pr: int, today: date) -> bool:
    """Whether it is for a change of these paths on that day; an end that is no date is none that has passed."""
    over = bool(_DAY.fullmatch(rule.until)) and rule.until < today.isoformat()
    elsewhere = bool(rule.pr) and rule.pr != pr
    touched = not rule.paths or any(fnmatchcase(path, glob) for path in changed for glob in rule.paths)
    return touched and not over and not elsewhere


def without(text: str, rules: Iterable[str]) -> str:
    """The file with the lines of these rules left out, and no other byte changed."""
    lines, gone = _lines(text), set(rules)
    cut = {at for span in _spans(lines) if span.rule.id in gone for at in range(span.first, span.last)}
    return "".join(line for at, line in enumerate(lines) if at not in cut)


def written(text: str, rule: RepoRule) -> str:
    """The file with this rule in it: in the place of the one with its id, else as the last of the section."""
    _check(rule)
    lines = _lines(text)
    newline = "\r\n" if "\r\n" in text else "\n"
    own = _line(rule) + newline
    section = _section(lines)
    for span in _spans(lines):
        if span.rule.id == rule.id:
            return "".join((*lines[: span.first], own, *lines[span.last :]))
    if section:
        return "".join((*lines[: section[1]], own, *lines[section[1] :]))
    gap = "" if not text else newline if text.endswith("\n") else 2 * newline
    return f"{text}{gap}{BEGIN}{newline}{own}{END}{newline}"


def unused(names: Iterable[str]) -> str:
    """An id that is none of these, the next one where the file can hold that; what is no id counts as none."""
    taken = {int(name[1:]) for name in names if _ID.fullmatch(name)}
    after = 1 + max(taken, default=0)
    return f"R{after if after <= _LAST else next(number for number in range(1, _LAST) if number not in taken)}"


def _line(rule: RepoRule) -> str:
    paths = [f"paths {' '.join(rule.paths)}"] if rule.paths else []
    until = [f"until {rule.until}"] if rule.until else []
    scope = "; ".join([*paths, *until, *([f"pr {rule.pr}"] if rule.pr else [])])
    return f"- {rule.id}{f' ({scope})' if scope else ''}: {rule.text}"


def _check(rule: RepoRule) -> None:
    odd = not rule.text or "<!--" in rule.text or "-->" in rule.text or " ".join(rule.text.split()) != rule.text
    if odd or len(rule.text) > _LONGEST:
        raise UsageError(
            f"that text cannot be a rule: it is one line of at most {_LONGEST:,} characters without HTML comments",
            hint="give another with --text",
        )
    if bad := [glob for glob in rule.paths if not _GLOB.fullmatch(glob)]:
        raise UsageError(f"{bad[0]!r} cannot be a path of a rule", hint="use a glob without spaces, brackets, ; and ,")


def _lines(text: str) -> list[str]:
    return re.findall(r"[^\n]*\n|[^\n]+$", text)


def _section(lines: list[str]) -> tuple[int, int] | None:
    """The numbers of the line behind the beginning and of the end; None where one of the two is missing."""
    bare = [line.strip().removeprefix("\ufeff") for line in lines]  # editors of Windows begin a file so
    if BEGIN not in bare:
        return None
    first = bare.index(BEGIN) + 1
    return (first, bare.index(END, first)) if END in bare[first:] else None


def _spans(lines: list[str]) -> Iterator[_Span]:
    first, end = _section(lines) or (0, 0)
    at = first
    while at < end:
        found = _RULE.match(lines[at].rstrip())
        last = at + 1
        if not found:
            at = last
            continue
        while last < end and lines[last][:1] in " \t" and lines[last].strip():
            last += 1
        told = " ".join([found["text"], *(line.strip() for line in lines[at + 1 : last])])
        yield _Span(rule=_rule(found["id"], found["scope"] or "", told), first=at, last=last)
        at = last


def _rule(name: str, scope: str, text: str) -> RepoRule:
    said = dict(part.split(None, 1) for part in scope.split(";") if len(part.split(None, 1)) > 1)
    pr = said.get("pr", "").strip().lstrip("#")
    return RepoRule(
        id=name,
        text=" ".join(text.split()),
        paths=tuple(_GLOB.findall(said.get("paths", ""))),
        until=said.get("until", "").strip(),
        pr=int(pr) if pr.isascii() and pr.isdigit() and len(pr) < 10 else 0,  # noqa: PLR2004 - no forge counts further
    )
