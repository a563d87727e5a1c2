"""The life of a finding over the rounds of one target, and what a report tells of it."""

from dataclasses import dataclass
from enum import Enum

from deepreview.model.change import RepoPath, Sha
from deepreview.model.claim import Severity
from deepreview.model.finding import Finding, Fingerprint, Location, Since, State
from deepreview.model.resolution import Resolution


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A finding in one round."""

    round: int
    id: str
    """The name of that round's folder."""
    alias: str
    severity: Severity
    reviewers: tuple[str, ...]
    fingerprint: Fingerprint
    """Its own in that round: another than the identity where it was told by likeness, or its file was renamed."""
    confidence: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """One defect through all rounds that have it."""

    identity: Fingerprint
    """The fingerprint of the first round that has it."""
    seen: tuple[Seen, ...]
    """At least one, oldest first, one for a round at most."""
    finding: Finding
    """As the newest of those rounds has it."""
    places: tuple[Location, ...]
    """All that any round named, as that round saw them; the newest last."""
    head: Sha
    """The commit that this round reviewed."""
    resolutions: tuple[Resolution, ...]
    """In the order in which they were said; those that nobody confirmed are not among them."""
    state: State
    """By the newest of them; open again where a later round took it back."""
    gone: int
    """The round that found it gone; 0 where it was not, or came back."""
    partly: int
    """The round that found only some of its places changed, though nobody said it; 0 where none did since."""
    closed: bool
    """Whether a report told that it is gone or fixed, and nobody said anything else since."""

    @property
    def since(self) -> Since:
        """The first round that has it."""
        return Since(round=self.seen[0].round, id=self.seen[0].id)

    @property
    def last(self) -> Seen:
        """The newest round that has it."""
        return self.seen[-1]

    @property
    def name(self) -> str:
        """What it is called across rounds: `R2-I1`, the alias that the newest round with it gave it."""
        return f"R{self.last.round}-{self.last.alias}"

    @property
    def fingerprints(self) -> frozenset[Fingerprint]:
        """All that it was ever known by."""
        return frozenset((self.identity, *(seen.fingerprint for seen in self.seen)))

    @property
    def resolution(self) -> Resolution | None:
        """The newest."""
        return self.resolutions[-1] if self.resolutions else None


class Now(Enum):
    """What became of an earlier finding, as a later round sees it."""

    OPEN = "still open"
    """In the report."""
    REGRESSED = "there again"
    """In the report; it was fixed or gone."""
    WOKEN = "woken"
    """In the report; it was settled, and its code or its callers changed since."""
    PARTLY = "partly fixed"
    """Some of the places that it named changed, and others stand as they did."""
    UNREPEATED = "not repeated"
    """Its code stands as it did; who read it again did not say it."""
    UNSEEN = "not looked at again"
    GONE = "gone"
    """Its place was read again and it is not said any more, or its file is gone."""
    FIXED = "fixed"
    DECLINED = "declined"
    DOCUMENTED = "documented"
    DEFERRED = "deferred"
    REFUTED = "refuted"
    OBSOLETE = "obsolete"
    DROPPED = "dropped"
    """Said again, and this round shows it no more."""

    @property
    def open(self) -> bool:
        """Whether it still waits for an answer."""
        return self in _OPEN

    @property
    def settled(self) -> bool:
        """Whether somebody answered it, and it would only be raised again by mistake."""
        return self in _SETTLED


_SETTLED = frozenset({Now.DECLINED, Now.DOCUMENTED, Now.DEFERRED, Now.REFUTED, Now.OBSOLETE})
_OPEN = frozenset({Now.OPEN, Now.PARTLY, Now.REGRESSED, Now.WOKEN, Now.UNREPEATED, Now.UNSEEN})


@dataclass(frozen=True, slots=True, kw_only=True)
class Here:
    """Where an earlier finding is in the commit that a later round reviews."""

    path: RepoPath
    """What the file is called there."""
    first: int
    """1-based; 0 for the file as a whole, where its code does not stand in it."""
    last: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Previous:
    """A finding of an earlier round in a later report."""

    identity: Fingerprint
    name: str
    """`R2-I1`: the newest earlier round that has it, and its alias there."""
    since: Since
    rounds: int
    """How many rounds had it."""
    kind: str
    severity: Severity
    title: str
    path: str
    """Empty where it is in no file."""
    first: int
    reviewers: tuple[str, ...]
    said: State
    """What somebody said became of it; open where nobody did."""
    reason: str
    """Why it was declined, where it is followed up, or what was said beside the state."""
    now: Now
    alias: str
    """Its name in this report; empty where it is not in it."""
    evidence: tuple[str, ...]
    """What `now` rests on, one sentence each: what git shows, who read the place again, what agents say of it."""
    proposal: Resolution | None = None
    """What this round would put on record about it, for a person to confirm."""
    here: Here | None = None
    """Of one that is open and not in the report; None where none of its files is there, or it is in none."""

    @property
    def waits(self) -> bool:
        """Whether it is open, though this report does not list it."""
        return self.now.open and not self.alias

    @property
    def rests(self) -> bool:
        """Whether it was settled, and this report does not list it: nobody need look at it again."""
        return self.now.settled and not self.alias


@dataclass(frozen=True, slots=True, kw_only=True)
class Convergence:
    """Whether another round is worth it."""

    rule: str
    """When rounds end, in a sentence."""
    bar: str
    """What counts in this round, in a sentence."""
    held: int
    """Findings that wait since they are below the bar."""
    dry: int
    """Rounds up to this one, without a gap, that raised nothing new that counts."""
    converged: bool
    reason: str
    """What decides that, in a sentence."""
