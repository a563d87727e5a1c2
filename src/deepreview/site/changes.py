"""Rounds folded by the change they review: which findings it had, when, and what became of them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from deepreview.model.claim import Severity
from deepreview.model.entry import DocumentKind, Entry, Noted
from deepreview.model.finding import State
from deepreview.model.life import Now
from deepreview.model.resolution import Resolution
from deepreview.site.names import file_name


@dataclass(frozen=True, slots=True, kw_only=True)
class Raised:
    """A finding in one of the rounds."""

    at: int
    """Which of the change's entries, from 0."""
    finding: Noted


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """One finding of a change over its rounds."""

    raised: tuple[Raised, ...]
    """At least one, oldest first."""
    last: Noted
    """As the newest round that lists it says."""
    state: State
    reason: str
    by: str
    """Who said the state; empty where it is the report's own."""
    at: str
    commit: str
    current: bool
    """Whether the newest review of the change lists it; absence from it is no resolution."""
    now: Now | None
    """What the newest review says became of it, where it does not list it and says so."""
    families: tuple[str, ...]
    """Of the reviewers with a seat; none where only whoever merged the reviews says it."""
    reviewers: tuple[str, ...]
    proven: bool
    """Whether something was run that showed it, in any round."""
    confirmed: bool
    """Whether its author acted on it, or something was run that showed it; a refuted one is not."""
    open: bool
    """Whether it waits for an answer."""

    @property
    def words(self) -> str:
        """What became of it, in a word or two."""
        if self.state is State.OPEN and self.now:
            return str(self.now.value)
        if self.state is State.OPEN and not self.current:
            return "not raised again"
        return str(self.state.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """All rounds of one change."""

    shelf: str
    slug: str
    kind: DocumentKind
    path: str
    """Its page, from the root of the site."""
    entries: tuple[Entry, ...]
    """Oldest first."""
    lives: tuple[Life, ...]
    """Heaviest first, then in the order in which they were first raised."""
    open: tuple[Life, ...]
    """What waits for an answer."""
    listed: tuple[tuple[Noted, ...], ...]
    """What each round says is open; a published report's answers came after it."""

    @property
    def newest(self) -> Entry:
        """The newest round."""
        return self.entries[-1]

    @property
    def course(self) -> tuple[int, ...]:
        """How many findings each round listed as open, and behind them how many are now."""
        return (*map(len, self.listed), len(self.open))


def severities(findings: Iterable[Noted]) -> tuple[int, int, int]:
    """How many are critical, important, suggestions."""
    found = [finding.severity for finding in findings]
    return found.count(Severity.CRITICAL), found.count(Severity.IMPORTANT), found.count(Severity.SUGGESTION)


def histories(entries: Iterable[Entry], said: Mapping[str, Sequence[Resolution]]) -> tuple[History, ...]:
    """All changes, the most recently reviewed first; `said` holds by shelf what was said about findings."""
    together: dict[tuple[str, str, DocumentKind], list[Entry]] = defaultdict(list)
    ordered = sorted(entries, key=lambda entry: (entry.started[:19], entry.id))
    pulls = _pulls(ordered)
    for entry in ordered:
        slug = entry.slug if entry.number else pulls.get((entry.shelf, entry.branch), entry.slug)
        together[entry.shelf, slug, entry.kind].append(entry)
    made = [_history(key, rounds, said.get(key[0], ())) for key, rounds in together.items()]
    return tuple(sorted(made, key=lambda one: (one.newest.started[:19], one.newest.id), reverse=True))


def _pulls(entries: Iterable[Entry]) -> Mapping[tuple[str, str], str]:
    """The pull request of a branch, where one was reviewed too; several of one branch are told apart by nobody."""
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    for entry in entries:
        if entry.number and entry.branch and entry.kind is DocumentKind.REVIEW:
            found[entry.shelf, entry.branch].add(entry.slug)
    return {branch: slugs.pop() for branch, slugs in found.items() if len(slugs) == 1}


def _history(key: tuple[str, str, DocumentKind], entries: Sequence[Entry], said: Iterable[Resolution]) -> History:
    raised: dict[str, list[Raised]] = defaultdict(list)
    for at, entry in enumerate(entries):
        for finding in entry.findings:
            raised[finding.fingerprint].append(Raised(at=at, finding=finding))
    rounds = {entry.id.partition("~")[0] for entry in entries}  # of two of one second, one has a longer name
    answers: dict[str, Resolution] = {
        one.fingerprint: one for one in said if not one.proposed and (one.round in rounds or not one.round)
    }
    told = _Told(
        seats=tuple({seat.reviewer: seat.family for seat in entry.seats} for entry in entries),
        now={one.fingerprint: one.now for one in reversed(entries[-1].became)},
    )
    lives = [_life(seen, answers.get(fingerprint), told) for fingerprint, seen in raised.items()]
    lives.sort(key=lambda life: -life.last.severity.weight)
    shelf, slug, kind = key
    return History(
        shelf=shelf,
        slug=slug,
        kind=kind,
        path=_page(shelf, slug, kind),
        entries=tuple(entries),
        lives=tuple(lives),
        open=tuple(life for life in lives if life.open),
        listed=tuple(entry.findings if entry.imported else entry.open for entry in entries),
    )


def _page(shelf: str, slug: str, kind: DocumentKind) -> str:
    name = slug if kind is DocumentKind.REVIEW else f"{slug} {kind.value}"
    return f"changes/{file_name(shelf)}/{file_name(name)}.html"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """What the rounds of a change say beside their findings."""

    seats: tuple[Mapping[str, str], ...]
    """Of each round, the family of each reviewer."""
    now: Mapping[str, Now]
    """What the newest says became of findings, by fingerprint."""


def _life(raised: Sequence[Raised], answer: Resolution | None, told: _Told) -> Life:
    last = raised[-1]
    reviewers = tuple(dict.fromkeys(chain.from_iterable(one.finding.reviewers for one in raised)))
    seats = dict(chain.from_iterable(told.seats[one.at].items() for one in raised))
    state = answer.state if answer else last.finding.state
    proven = any(one.finding.proven for one in raised)
    current, now = last.at == len(told.seats) - 1, told.now.get(last.finding.fingerprint)
    return Life(
        raised=tuple(raised),
        last=last.finding,
        state=state,
        reason=answer.reason if answer else last.finding.reason,
        by=answer.by if answer else "",
        at=answer.at if answer else "",
        commit=answer.commit if answer else "",
        current=current,
        now=now,
        families=tuple(dict.fromkeys(seats[name] for name in reviewers if name in seats)),
        reviewers=reviewers,
        proven=proven,
        confirmed=state is State.FIXED or (proven and state is not State.REFUTED),
        open=state is State.OPEN and (now.open if now else current),
    )
