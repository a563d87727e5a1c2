"""The lives of all findings of one target: a fold over its reports, oldest first, and what was said of them since."""

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import chain, count

from deepreview.model.change import Sha
from deepreview.model.finding import Finding, Fingerprint, Location, Standing, State, fingerprint
from deepreview.model.life import Life, Now, Seen
from deepreview.model.report import Report
from deepreview.model.resolution import Resolution


def lives(rounds: Sequence[Report], said: Iterable[Resolution]) -> tuple[Life, ...]:
    """Every finding of every round in exactly one life, which has it at most once for a round; oldest first."""
    ledger = _Ledger()
    places = {report.clock.round_id: place for place, report in enumerate(rounds)}
    spoken: list[list[Resolution]] = [[] for _ in range(len(rounds) + 1)]
    for one in said:
        if not one.proposed:
            spoken[_place(one, rounds, places)].append(one)
    for place, report in enumerate(rounds):
        ledger.take(report)
        for one in spoken[place]:
            ledger.resolve(one)
    return tuple(ledger.life(one) for one in ledger.all)


def _place(said: Resolution, rounds: Sequence[Report], places: dict[str, int]) -> int:
    """Behind which report it was said: the one that it is about, else the newest that had begun."""
    known = places.get(said.round)
    if known is not None:
        return known
    begun = [place for place, report in enumerate(rounds) if report.clock.started <= said.at]
    return begun[-1] if begun else len(rounds)


@dataclass(eq=False, kw_only=True)
class _Open:
    """A life while it is put together."""

    identity: Fingerprint
    finding: Finding
    head: Sha
    seen: list[Seen] = field(default_factory=list)
    places: list[Location] = field(default_factory=list)
    resolutions: list[Resolution] = field(default_factory=list)
    state: State = State.OPEN
    gone: int = 0
    partly: int = 0
    told: State | None = None
    """As what it was told to be gone or fixed."""


def unused(finding: Finding, taken: Container[Fingerprint]) -> Fingerprint:
    """A name for the life of a new finding: its own, or one made from it where an earlier life has that."""
    names = chain((finding.life, finding.fingerprint), (_numbered(finding.fingerprint, n) for n in count(2)))
    return next(name for name in names if name not in taken)


def _numbered(name: Fingerprint, number: int) -> Fingerprint:
    return fingerprint(f"{name}~{number}", "", "")


class _Ledger:
    """All lives so far, by every fingerprint that they had."""

    def __init__(self) -> None:
        self.all: list[_Open] = []
        self._by: dict[Fingerprint, _Open] = {}

    def take(self, report: Report) -> None:
        """One more round."""
        taken: set[int] = set()
        for finding in report.findings:
            life = self._of(finding, report.subject.head, taken)
            taken.add(id(life))
            self._see(life, finding, report)
        for row in report.previous:
            known = self._by.get(row.identity)
            if known is not None and id(known) not in taken:
                ended = row.now in {Now.GONE, Now.FIXED}
                known.gone, known.told = (known.gone or report.round, row.said) if ended else (0, None)
                if row.now is Now.PARTLY:
                    known.partly, known.state = report.round, State.OPEN

    def _of(self, finding: Finding, head: Sha, taken: set[int]) -> _Open:
        """The life that it belongs to, or a new one; one of this round's own is never given twice."""
        for name in dict.fromkeys((finding.life, finding.fingerprint)):
            known = self._by.get(name)
            if known is not None and id(known) not in taken:
                return known
        fresh = _Open(identity=unused(finding, self._by), finding=finding, head=head)
        self.all.append(fresh)
        return fresh

    def _see(self, life: _Open, finding: Finding, report: Report) -> None:
        life.seen.append(
            Seen(
                round=report.round,
                id=report.clock.round_id,
                alias=finding.alias,
                severity=finding.severity,
                reviewers=finding.reviewers,
                fingerprint=finding.fingerprint,
                confidence=finding.confidence,
            )
        )
        back = finding.standing is Standing.REGRESSED or (life.state is not finding.state and bool(finding.because))
        if back and finding.state is State.OPEN:
            life.state = State.OPEN
        life.places += finding.locations
        life.finding, life.head = finding, report.subject.head
        life.gone = life.partly = 0
        life.told = None
        for name in (life.identity, finding.fingerprint):
            self._by.setdefault(name, life)

    def resolve(self, said: Resolution) -> None:
        """Somebody said what became of one; what no finding of this target has is about another."""
        known = self._by.get(said.fingerprint)
        if known is not None:
            known.resolutions.append(said)
            known.state = said.state

    @staticmethod
    def life(one: _Open) -> Life:
        """The life, closed."""
        return Life(
            identity=one.identity,
            seen=tuple(one.seen),
            finding=one.finding,
            places=tuple(one.places),
            head=one.head,
            resolutions=tuple(one.resolutions),
            state=one.state,
            gone=one.gone,
            partly=one.partly,
            closed=one.told is one.state,
        )
