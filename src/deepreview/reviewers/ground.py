"""What the reviewers of names and paths stand on: the pages of both trees, the word index, and how a claim is made."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from deepreview.context.pages import Page, pages_of
from deepreview.context.scanner import Flavour, flavour_of
from deepreview.context.targets import foreign
from deepreview.context.words import LIMIT, WordIndex, encoded, index_of
from deepreview.model.change import Change, FileKind, FilePatch, Hunk, RepoPath, Side
from deepreview.model.claim import Answer, Claim, ClaimId, DefectClass, Place, Severity
from deepreview.model.round import Unread
from deepreview.reviewers.base import Desk

LONGEST_LINE = 2_000
"""Characters of a line that is still looked at: a longer one was not written by hand."""
MOST_PLACES = 4
_KEYED = re.compile(
    r"\.(?:ya?ml|json[c5]?|toml|lock|csv|xml|html?|svg|plist|strings|arb|ini|cfg|conf|properties)$", re.IGNORECASE
)
"""Keys of these are read by programs elsewhere: their absence from the code says nothing."""
_PAST = re.compile(
    r"\b(?:removed?|removal|removes|no longer|not any ?more|deprecated|renamed?|formerly|previous(?:ly)?|earlier|"
    r"former|used to|instead of|replace[sd]?|replacement|replacing|legacy|obsolete|dropped|deleted|superseded|"
    r"was called|(?:was|were) added|version(?:added|changed)|original(?:ly)?|old name|moved)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """A file of the change that can be read at head."""

    patch: FilePatch
    page: Page
    added: frozenset[int]
    """Numbers of the lines that the change added."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RemovedLine:
    """A line of base that the change removed."""

    path: RepoPath
    number: int
    text: str
    code: str
    """The line with its comments blanked."""
    hunk: Hunk


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A claim before it has its number."""

    kind: str
    title: str
    body: str
    unless: str
    method: str
    places: tuple[Place, ...]
    quote: str
    fix: str = ""
    patch: str = ""
    defect: DefectClass = DefectClass.REGRESSION
    severity: Severity = Severity.SUGGESTION
    silent: Answer = Answer.YES


def _defines(path: str) -> bool:
    return (
        _KEYED.search(path) is None
        and not path.endswith((".gradle", ".gradle.kts"))
        and flavour_of(path) is not Flavour.PROSE
    )


class Ground:
    """One round's change with its two trees."""

    def __init__(self, change: Change, desk: Desk) -> None:
        self.change = change
        self.head_tree = desk.tree(Side.HEAD)
        self.head = pages_of(self.head_tree)
        self._base_tree = desk.tree(Side.BASE)
        self.base = pages_of(self._base_tree)

    @cached_property
    def index(self) -> WordIndex:
        """The words of all text files at head."""
        return index_of(self.head_tree)

    @cached_property
    def changed(self) -> tuple[Changed, ...]:
        """The files of the change that can be read at head, sorted by path."""
        patches = sorted((p for p in self.change.patches if p.readable), key=lambda patch: patch.path)
        self.head.load(patch.path for patch in patches)
        return tuple(
            Changed(patch=patch, page=page, added=frozenset(number for number, _ in patch.added()))
            for patch in patches
            if (page := self.head.get(patch.path)) is not None
        )

    @cached_property
    def authored(self) -> tuple[Changed, ...]:
        """The changed files that somebody here wrote by hand."""
        return tuple(one for one in self.changed if not foreign(one.patch.path) and not one.page.generated)

    @cached_property
    def removed(self) -> tuple[RemovedLine, ...]:
        """The removed lines of code that somebody here wrote by hand; data and documents define nothing."""
        patches = [p for p in self.change.patches if not p.binary and not foreign(p.old_path) and _defines(p.old_path)]
        self.base.load(patch.old_path for patch in patches)
        return tuple(line for patch in patches for line in self._removed_of(patch))

    def _removed_of(self, patch: FilePatch) -> list[RemovedLine]:
        page = self.base.get(patch.old_path)
        if page is None or page.generated:
            return []
        return [
            RemovedLine(path=patch.old_path, number=number, text=line, code=page.code_lines[number - 1], hunk=hunk)
            for hunk in patch.hunks
            for number, line in hunk.removed()
            if len(line) <= LONGEST_LINE and number <= len(page.lines)
        ]

    def in_large(self, names: Iterable[str]) -> frozenset[str]:
        """Those of the names that stand in a file which the index leaves out for its size."""
        wanted = {name: encoded(name) for name in names}
        found: set[str] = set()
        for path in self.index.large if wanted else ():
            for content in self.head_tree.read([path]).values():
                found.update(name for name, word in wanted.items() if word in content)
        return frozenset(found)

    @cached_property
    def read(self) -> tuple[RepoPath, ...]:
        """Changed files that were looked through: at head, deleted ones at base; none that a program wrote."""
        deleted = [p.path for p in self.change.patches if p.kind is FileKind.DELETED and not foreign(p.path)]
        self.base.load(deleted)
        gone = (path for path in deleted if (page := self.base.get(path)) is not None and not page.generated)
        return tuple(sorted((*(one.patch.path for one in self.authored if one.patch.hunks), *gone)))

    @cached_property
    def unread(self) -> tuple[Unread, ...]:
        """The changed files that were not read, and why."""
        seen = set(self.read)
        return tuple(
            Unread(path=patch.path, reason=self._why_unread(patch))
            for patch in sorted(self.change.patches, key=lambda patch: patch.path)
            if patch.path not in seen
        )

    def _why_unread(self, patch: FilePatch) -> str:
        entry = self.head_tree.entries().get(patch.path)
        if entry is None:
            return "deleted"
        if not entry.regular:
            return "not a text file: symbolic link or submodule"
        if entry.size > LIMIT:
            return f"over {LIMIT // 1000} kB"
        if patch.binary:
            return "binary"
        return "generated, vendored or test data" if patch.hunks else "no line of it changed"


def speaks_of_the_past(lines: Sequence[str], number: int) -> bool:
    """Whether the line, or a neighbour that belongs to the same sentence, says that something is gone."""
    near = lines[max(0, number - 2) : number + 1]
    return any(_PAST.search(line[:LONGEST_LINE]) for line in near)


def numbered(reviewer: str, said: Iterable[Said]) -> list[Claim]:
    """The claims in the order of kind, path and line, counted by kind: the same on every run."""
    ordered = sorted(said, key=lambda one: (one.kind, one.places[0].path, one.places[0].first, one.title))
    counts: Counter[str] = Counter()
    claims = []
    for one in ordered:
        counts[one.kind] += 1
        claims.append(_claim(reviewer, one, counts[one.kind]))
    return claims


def _claim(reviewer: str, said: Said, number: int) -> Claim:
    return Claim(
        id=ClaimId(f"{reviewer}/{said.kind}/{number}"),
        reviewer=reviewer,
        family=reviewer,
        kind=said.kind,
        severity=said.severity,
        defect=said.defect,
        title=said.title,
        body=said.body,
        unless=said.unless,
        method=said.method,
        places=said.places,
        quote=said.quote,
        fix=said.fix,
        patch=said.patch,
        repro="",
        silent=said.silent,
        reachable=Answer.UNKNOWN,
        suppressed="",
        excuse="",
    )
