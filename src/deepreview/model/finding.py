"""Claims grouped on one placed defect, with what checks observed about it."""

import hashlib
import re
from dataclasses import dataclass
from enum import Enum
from typing import NewType

from deepreview.model.change import RepoPath, Sha, Side
from deepreview.model.claim import Answer, ClaimId, DefectClass, Severity
from deepreview.model.evidence import Evidence, Rung

Fingerprint = NewType("Fingerprint", str)
"""16 hexadecimal digits: the defect and its code, never prose or line numbers."""


class OriginKind(Enum):
    """Where a defect comes from, by git."""

    INTRODUCED = "introduced"
    MOVED = "moved"
    NEWLY_EXPOSED = "newly-exposed"
    PRE_EXISTING = "pre-existing"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a defect comes from and how that is known."""

    kind: OriginKind
    commit: Sha
    """The commit that wrote the line, or empty when unknown or not committed."""
    subject: str
    author: str
    reason: str
    """One sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Location:
    """A place that was looked up: the file exists in that tree and the quote stands on those lines."""

    path: RepoPath
    side: Side
    first: int
    """1-based; 0 for the file as a whole."""
    last: int
    quote: str
    """The code on those lines as it stands in the tree, never retyped."""
    blob: Sha

    def __post_init__(self) -> None:
        """Refuse a range that cannot exist."""
        if not (0 < self.first <= self.last or self.first == self.last == 0):
            raise ValueError(f"not a line range: {self.first}-{self.last}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rubric:
    """The answers that a severity rests on."""

    reachable: Answer
    silent: Answer
    shipped: Answer
    introduced: Answer
    proven: Answer


class State(Enum):
    """What became of a finding."""

    OPEN = "open"
    FIXED = "fixed"
    DOCUMENTED = "documented"
    DECLINED = "declined"
    DEFERRED = "deferred"
    REFUTED = "refuted"
    OBSOLETE = "obsolete"


class Standing(Enum):
    """How a finding relates to the earlier rounds of the same target."""

    NEW = "new"
    CARRIED = "carried"
    REGRESSED = "regressed"
    """It was fixed or gone, and is there again."""
    CAUSED = "caused-by-fix"
    """New, in lines that the fix of an earlier finding wrote."""
    OVERLOOKED = "overlooked"
    """New, in code that stands as it did in the first round."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Since:
    """The round that raised a finding first."""

    round: int
    id: str
    """The name of that round's folder."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One defect at one or more places, with all who said it."""

    fingerprint: Fingerprint
    alias: str
    """`C1`, `I2`, `S3`: unique in one report, not across rounds."""
    kind: str
    severity: Severity
    rubric: Rubric
    reasons: tuple[str, ...]
    """One sentence for each change of the claimed severity."""
    defect: DefectClass
    origin: Origin
    locations: tuple[Location, ...]
    """The first is the main one; empty where the defect is in no file."""
    title: str
    body: str
    unless: str
    method: str
    fix: str
    patch: str
    repro: str
    """Markdown: fenced scripts and what they printed; empty when nothing was run."""
    claims: tuple[ClaimId, ...]
    """At least one; the first is the claim whose words are shown."""
    reviewers: tuple[str, ...]
    """All who said it, the first being the one whose words are shown."""
    evidence: tuple[Evidence, ...]
    proof: Rung
    state: State
    standing: Standing = Standing.NEW
    since: Since | None = None
    """None for one that no earlier round has."""
    identity: Fingerprint = Fingerprint("")
    """The fingerprint under which it was raised first, by which its history is found; empty where that is its own."""
    confidence: float = 1.0
    """How sure it is that this is the earlier finding; below 1 where it was told by likeness."""
    because: str = ""
    """One sentence: what the standing, and a state that was taken back, rest on."""
    held: str = ""
    """Why it waits: it is below the bar of this round. Empty for one that counts."""

    @property
    def life(self) -> Fingerprint:
        """The identity of its history, which is that of its first round."""
        return self.identity or self.fingerprint

    @property
    def counts(self) -> bool:
        """Whether somebody has to act on it now."""
        return self.state is State.OPEN and not self.held

    @property
    def main(self) -> Location | None:
        """Where it is, first of all."""
        return self.locations[0] if self.locations else None

    @property
    def path(self) -> str:
        """The file that it is in, first of all; empty where it is in none."""
        return self.locations[0].path if self.locations else ""

    @property
    def first(self) -> int:
        """The first line of its main place; 0 for a whole file or none."""
        return self.locations[0].first if self.locations else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Dropped:
    """Claims that are not shown as a finding, and why."""

    claims: tuple[ClaimId, ...]
    title: str
    path: str
    """Where its first claim said it is; empty for no file."""
    first: int
    step: str
    reason: str


_HALVES = re.compile("[\ud800-\udc7f\udd00-\udfff]")
"""Of a character that was cut in two: they stand for no byte."""


def fingerprint(kind: str, path: str, quote: str) -> Fingerprint:
    """The identity of a defect: its kind, its file and its code without indentation and blank lines."""
    code = "\n".join(stripped for line in quote.splitlines() if (stripped := " ".join(line.split())))
    text = _HALVES.sub("\ufffd", "\0".join((kind, path, code)))
    digest = hashlib.sha256(text.encode("utf-8", "surrogateescape"))
    return Fingerprint(digest.hexdigest()[:16])
