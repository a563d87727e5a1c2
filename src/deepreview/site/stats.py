"""Statistics over all rounds; what each number means is said in `docs/statistics.md`."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from statistics import fmean, quantiles

from deepreview.model.claim import Severity
from deepreview.model.entry import Anchors, DocumentKind, Entry, Rated, Seat
from deepreview.model.finding import State
from deepreview.site.changes import History, Life, severities

_HEAVY = (Severity.CRITICAL, Severity.IMPORTANT)
_ANSWERED = (State.FIXED, State.DOCUMENTED, State.DECLINED, State.DEFERRED, State.REFUTED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """Numbers of which some are known."""

    known: int
    low: float
    first: float
    middle: float
    third: float
    high: float
    total: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcomes:
    """What became of findings."""

    listed: int
    fixed: int
    documented: int
    declined: int
    deferred: int
    refuted: int

    @property
    def answered(self) -> int:
        """Those that somebody answered."""
        return self.fixed + self.documented + self.declined + self.deferred + self.refuted


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewerFigures:
    """One reviewer, or all of one family, over all rounds."""

    name: str
    families: tuple[str, ...]
    rounds: int
    completed: int
    failures: tuple[tuple[str, int], ...]
    skipped: int
    listings: int
    """Findings it is named at, each report counted for itself."""
    found: int
    """Findings, each counted once in a change."""
    critical: int
    important: int
    suggestions: int
    unique: int
    shared: int
    confirmed: int
    unique_confirmed: int
    outcomes: Outcomes
    downgraded: int | None
    dropped: int | None
    refuted: int | None
    insights: int | None
    """Sum of what reports state as unique."""
    misses: int | None
    ratings: tuple[Rated, ...]
    anchors: Anchors | None
    seconds: Spread | None
    tool_calls: Spread | None
    tokens: int | None
    usd: float | None

    @property
    def usd_per_confirmed(self) -> float | None:
        """None where nothing is known to have been paid, or nothing is confirmed."""
        return self.usd / self.confirmed if self.usd is not None and self.confirmed else None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeFigures:
    """One change."""

    path: str
    """Its page."""
    title: str
    repo: str
    rounds: int
    found: int
    open: int
    lines: int
    """Changed lines, by the largest of its rounds; 0 where it is not told."""
    quiet: int | None
    """The round from which on none lists an open critical or important finding; None where the last one does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PathFigures:
    """One file of a repository."""

    repo: str
    path: str
    changes: int
    critical: int
    important: int
    suggestions: int
    fixed: int
    lines: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundFigures:
    """All n-th rounds."""

    round: int
    reports: int
    heavy: float
    """Critical and important findings on average."""
    suggestions: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreed:
    """Findings by how many families said them."""

    voices: int
    critical: int
    important: int
    suggestions: int
    outcomes: Outcomes


@dataclass(frozen=True, slots=True, kw_only=True)
class Statistics:
    """Everything."""

    reviews: int
    documents: int
    changes: int
    changes_of_several_rounds: int
    findings: tuple[int, int, int]
    """As listed, by severity."""
    agreement: tuple[Agreed, ...]
    outcomes: tuple[tuple[str, Outcomes], ...]
    gaps: tuple[tuple[str, str, int], ...]
    """Gaps in tests and documentation that were answered: about what, how, how often."""
    clock: Spread | None
    slowest: Spread | None
    """Of each round, the time of its slowest reviewer."""
    by_round: tuple[RoundFigures, ...]
    reviewers: tuple[ReviewerFigures, ...]
    families: tuple[ReviewerFigures, ...]
    by_change: tuple[ChangeFigures, ...]
    paths: tuple[PathFigures, ...]


def statistics(histories: Sequence[History]) -> Statistics:
    """All figures of reviews; other documents are only counted."""
    reviews = [history for history in histories if history.kind is DocumentKind.REVIEW]
    entries = [entry for history in reviews for entry in history.entries]
    findings = list(chain.from_iterable(entry.findings for entry in entries))
    return Statistics(
        reviews=len(entries),
        documents=sum(len(history.entries) for history in histories) - len(entries),
        changes=len(reviews),
        changes_of_several_rounds=sum(len(history.entries) > 1 for history in reviews),
        findings=severities(findings),
        agreement=tuple(_agreed(reviews)),
        outcomes=tuple(
            (severity.value, _outcomes(life for life in _lives(reviews) if life.last.severity is severity))
            for severity in Severity
        ),
        gaps=_gaps(entries),
        clock=_spread(entry.seconds for entry in entries),
        slowest=_spread(
            max((s.seconds for s in entry.seats if s.seconds is not None), default=None) for entry in entries
        ),
        by_round=tuple(_rounds(reviews)),
        reviewers=tuple(_figures(reviews, lambda seat: seat.reviewer, lambda life: life.reviewers)),
        families=tuple(_figures(reviews, lambda seat: seat.family, lambda life: life.families)),
        by_change=tuple(map(_change, reviews)),
        paths=tuple(_paths(reviews)),
    )


def _lives(histories: Iterable[History]) -> Iterator[Life]:
    return chain.from_iterable(history.lives for history in histories)


def _outcomes(lives: Iterable[Life]) -> Outcomes:
    states = [life.state for life in lives]
    return Outcomes(listed=len(states), **{state.value: states.count(state) for state in _ANSWERED})


def _spread(numbers: Iterable[float | None]) -> Spread | None:
    known = sorted(number for number in numbers if number is not None)
    if not known:
        return None
    first, middle, third = quantiles(known, method="inclusive") if len(known) > 1 else known * 3
    return Spread(
        known=len(known), low=known[0], first=first, middle=middle, third=third, high=known[-1], total=sum(known)
    )


def _agreed(histories: Sequence[History]) -> Iterator[Agreed]:
    together: dict[int, list[Life]] = defaultdict(list)
    for life in _lives(histories):
        together[len(life.families)].append(life)
    for voices, lives in sorted(together.items()):
        critical, important, suggestions = severities(life.last for life in lives)
        yield Agreed(
            voices=voices,
            critical=critical,
            important=important,
            suggestions=suggestions,
            outcomes=_outcomes(lives),
        )


def _gaps(entries: Iterable[Entry]) -> tuple[tuple[str, str, int], ...]:
    times = Counter((gap.about, gap.state.value) for entry in entries for gap in entry.gaps)
    return tuple((about, state, number) for (about, state), number in sorted(times.items()))


def _rounds(histories: Iterable[History]) -> Iterator[RoundFigures]:
    together: dict[int, list[tuple[int, int, int]]] = defaultdict(list)
    for history in histories:
        for at, listed in enumerate(history.listed, 1):
            together[at].append(severities(listed))
    for at, counts in sorted(together.items()):
        heavy, light = fmean(c + i for c, i, _ in counts), fmean(s for *_, s in counts)
        yield RoundFigures(round=at, reports=len(counts), heavy=heavy, suggestions=light)


@dataclass(slots=True)
class _Gathered:
    seats: list[Seat]
    lives: list[Life]
    listings: int = 0


def _figures(
    histories: Iterable[History],
    of_seat: Callable[[Seat], str],
    of_life: Callable[[Life], Sequence[str]],
) -> list[ReviewerFigures]:
    """By the name that both functions give, the one with most confirmed findings first."""
    gathered: dict[str, _Gathered] = defaultdict(lambda: _Gathered([], []))
    for history in histories:
        for entry in history.entries:
            called = {seat.reviewer: of_seat(seat) for seat in entry.seats}
            for seat in entry.seats:
                gathered[called[seat.reviewer]].seats.append(seat)
            for finding in entry.findings:
                for name in {called[one] for one in finding.reviewers if one in called}:
                    gathered[name].listings += 1
        for life in history.lives:
            for name in of_life(life):
                if name in gathered:
                    gathered[name].lives.append(life)
    made = [_reviewer(name, one) for name, one in gathered.items()]
    return sorted(made, key=lambda one: (-one.confirmed, -one.found, one.name))


def _reviewer(name: str, gathered: _Gathered) -> ReviewerFigures:
    seats, lives = gathered.seats, gathered.lives
    critical, important, suggestions = severities(life.last for life in lives)
    alone = [life for life in lives if len(life.families) == 1]
    confirmed = [life for life in lives if life.confirmed]
    failures = Counter(seat.failure or "error" for seat in seats if seat.result == "failed")
    return ReviewerFigures(
        name=name,
        families=tuple(sorted({seat.family for seat in seats})),
        rounds=len(seats),
        completed=sum(seat.result == "completed" for seat in seats),
        failures=tuple(failures.most_common()),
        skipped=sum(seat.result == "skipped" for seat in seats),
        listings=gathered.listings,
        found=len(lives),
        critical=critical,
        important=important,
        suggestions=suggestions,
        unique=len(alone),
        shared=len(lives) - len(alone),
        confirmed=len(confirmed),
        unique_confirmed=sum(len(life.families) == 1 for life in confirmed),
        outcomes=_outcomes(lives),
        downgraded=_sum(seat.downgraded for seat in seats),
        dropped=_sum(seat.dropped for seat in seats),
        refuted=_sum(seat.refuted for seat in seats),
        insights=_sum(seat.unique for seat in seats),
        misses=_sum(seat.misses for seat in seats),
        ratings=_ratings(seats),
        anchors=_anchors(seats),
        seconds=_spread(seat.seconds for seat in seats if seat.result == "completed"),
        tool_calls=_spread(seat.tool_calls for seat in seats if seat.result == "completed"),
        tokens=_sum(seat.tokens for seat in seats),
        usd=_money(seats),
    )


def _sum(numbers: Iterable[int | None]) -> int | None:
    known = [number for number in numbers if number is not None]
    return sum(known) if known else None


def _money(seats: Iterable[Seat]) -> float | None:
    known = [seat.usd for seat in seats if seat.usd is not None]
    return sum(known) if known else None


def _ratings(seats: Iterable[Seat]) -> tuple[Rated, ...]:
    times = Counter[tuple[Severity, Severity | None]]()
    for rated in chain.from_iterable(seat.ratings for seat in seats):
        times[rated.claimed, rated.final] += rated.times
    order = (*Severity, None)
    keys = [(claimed, final) for claimed in Severity for final in order if times[claimed, final]]
    return tuple(Rated(claimed=claimed, final=final, times=times[claimed, final]) for claimed, final in keys)


def _anchors(seats: Iterable[Seat]) -> Anchors | None:
    known = [seat.anchors for seat in seats if seat.anchors]
    if not known:
        return None
    return Anchors(
        checked=sum(one.checked for one in known),
        moved=sum(one.moved for one in known),
        lost=sum(one.lost for one in known),
    )


def _change(history: History) -> ChangeFigures:
    heavy = [any(finding.severity in _HEAVY for finding in listed) for listed in history.listed]
    quiet = next((at for at in range(len(heavy), 0, -1) if heavy[at - 1]), 0) + 1
    return ChangeFigures(
        path=history.path,
        title=history.newest.title,
        repo=history.newest.repo,
        rounds=len(history.entries),
        found=len(history.lives),
        open=len(history.open),
        lines=max(entry.lines for entry in history.entries),
        quiet=quiet if quiet <= len(heavy) else None,
    )


def _paths(histories: Iterable[History]) -> list[PathFigures]:
    """The files with findings, the most important and critical ones first."""
    together: dict[tuple[str, str], list[tuple[str, Life]]] = defaultdict(list)
    changed: dict[tuple[str, str], int] = defaultdict(int)
    for history in histories:
        repo = history.newest.repo
        for life in history.lives:
            if life.last.path:
                together[repo, life.last.path].append((history.path, life))
        lines: dict[str, int] = defaultdict(int)
        for file in chain.from_iterable(entry.files for entry in history.entries):
            lines[file.path] = max(lines[file.path], file.lines)
        for path, number in lines.items():
            changed[repo, path] += number
    made = [_path(repo, path, lives, changed[repo, path]) for (repo, path), lives in together.items()]
    return sorted(made, key=lambda one: (-one.critical, -one.important, -one.suggestions, one.repo, one.path))


def _path(repo: str, path: str, lives: Sequence[tuple[str, Life]], lines: int) -> PathFigures:
    critical, important, suggestions = severities(life.last for _, life in lives)
    return PathFigures(
        repo=repo,
        path=path,
        changes=len({change for change, _ in lives}),
        critical=critical,
        important=important,
        suggestions=suggestions,
        fixed=sum(life.state is State.FIXED for _, life in lives),
        lines=lines,
    )
