"""Which findings of a round are earlier ones: by their code first, by what they say where that is not enough.

What a rule found is known by its kind and its code, wherever both went. What somebody said in prose must also say the
same, since two defects may stand in one line. Where the code itself is another, only a close likeness tells, and how
sure that is stands beside it. `docs/rounds.md` has the figures; `bench/lives.py` makes them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from deepreview.lives.code import Code, alike, code_of, stands
from deepreview.lives.likeness import Likeness
from deepreview.lives.places import spots
from deepreview.model.change import Sha
from deepreview.model.claim import SAID
from deepreview.model.finding import Finding, State
from deepreview.model.life import Life

SAME_CODE = 0.0
"""Score from which on prose about the same code is the same finding."""
REWORDED = 0.2
"""The same for prose about one file, where the earlier code still stands."""
CHANGED = 0.3
"""The same where the earlier code does not stand any more."""
ALIKE = 0.6
"""How far the code of a rule's finding must be the same where it changed."""
_SURE = ((0.4, 0.97), (0.3, 0.95), (0.2, 0.94), (SAME_CODE, 0.93))
"""Of pairs above each score, how many were one finding."""
_MOVED = 0.95
_WENT = 1
"""The rank of code that is in another file now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A finding of this round that is an earlier one."""

    life: Life
    finding: Finding
    confidence: float
    how: str
    """One sentence."""
    same_code: bool
    """Whether its code is what it was; where it went does not matter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Matches:
    """Earlier findings and those of a round, held against each other."""

    one: tuple[Match, ...] = ()
    """Each life and each finding in one at most."""
    joined: tuple[Match, ...] = ()
    """Further lives whose place a finding names that is another one's already."""
    split: tuple[Match, ...] = ()
    """Further findings about a place of a life that is another one's already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pair:
    rank: int
    score: float
    life: int
    finding: int
    confidence: float
    how: str
    same_code: bool
    placed: bool
    """Whether both name the same code in the same file."""


def matches(lives: Sequence[Life], findings: Sequence[Finding], code: Code, head: Sha) -> Matches:
    """The surest pairs first, the older life where two are as sure."""
    told = Likeness([life.finding for life in lives], findings)
    pairs = sorted(
        (
            pair
            for one, life in enumerate(lives)
            for pair in _Known(life=life, number=one, code=code, head=head).pairs(findings, told)
        ),
        key=lambda pair: (pair.rank, -pair.score, pair.life, pair.finding),
    )
    one: list[_Pair] = []
    met: set[int] = set()
    told_of: set[int] = set()
    for pair in pairs:
        if pair.life not in met and pair.finding not in told_of:
            one.append(pair)
            met.add(pair.life)
            told_of.add(pair.finding)
    joined = {pair.life: pair for pair in reversed(pairs) if pair.placed and pair.life not in met}
    split = {
        pair.finding: pair
        for pair in reversed(pairs)
        if pair.placed and pair.finding not in told_of and pair.score >= REWORDED
    }
    groups = ([_match(pair, lives, findings) for pair in group] for group in (one, joined.values(), split.values()))
    return Matches(**dict(zip(("one", "joined", "split"), map(tuple, groups), strict=True)))


def _match(pair: _Pair, lives: Sequence[Life], findings: Sequence[Finding]) -> Match:
    return Match(
        life=lives[pair.life],
        finding=findings[pair.finding],
        confidence=pair.confidence,
        how=pair.how,
        same_code=pair.same_code,
    )


class _Known:
    """One life held against the findings of a round."""

    def __init__(self, *, life: Life, number: int, code: Code, head: Sha) -> None:
        self._life, self._number = life, number
        old = life.finding
        self._code = code_of(old)
        self._path = code.renames(life.head).get(old.path, old.path)
        self._renamed = self._path != old.path
        self._lines = code.lines(head, self._path) if self._path else None
        self._stands = bool(self._lines) and stands(self._code, self._lines or ())
        renames = code.renames(life.head)
        own = (self._path, self._code)
        self._others = {at for spot in spots(old.locations, renames) if (at := (spot.path, spot.code)) != own}
        self._once = {
            at for one in life.places for spot in spots([one], renames) if (at := (spot.path, spot.code)) != own
        }
        self._other_paths = {
            path: stands(other, code.lines(head, path) or ()) for path, other in self._others if path != self._path
        }

    def pairs(self, findings: Sequence[Finding], told: Likeness) -> Iterator[_Pair]:
        for number, finding in enumerate(findings):
            score = told(self._number, number) if SAID in {finding.kind, self._life.finding.kind} else 1.0
            same = self._same(finding, score) or self._place(finding, score)
            found = same or self._alike(finding, score)
            if found:
                rank, confidence, how, same_code = found
                yield _Pair(
                    rank=rank,
                    score=score,
                    life=self._number,
                    finding=number,
                    confidence=confidence,
                    how=how,
                    same_code=same_code,
                    placed=bool(same) and rank != _WENT,
                )

    def _same(self, finding: Finding, score: float) -> tuple[int, float, str, bool] | None:
        """The same kind and the same code, here or where it went."""
        old = self._life.finding
        if finding.kind != old.kind:
            return None
        if not self._code:
            exact = finding.fingerprint in self._life.fingerprints
            return (0, 1.0, "It says the same of the same file.", True) if exact else None
        if code_of(finding) != self._code or (old.kind == SAID and score < SAME_CODE):
            return None
        sure = 1.0 if old.kind != SAID else _sure(score)
        if finding.path == self._path:
            moved = f"Its file was renamed from {old.path}, and its code is the same."
            return (0, sure, moved if self._renamed else "Its code is the same.", True)
        if self._stands:
            return None
        return (_WENT, min(sure, _MOVED), f"Its code moved here from {old.path}.", True)

    def _place(self, finding: Finding, score: float) -> tuple[int, float, str, bool] | None:
        """The same kind, about another of its places, or naming its place beside others, or its code of long ago."""
        old = self._life.finding
        if finding.kind != old.kind or not self._code or (old.kind == SAID and score < SAME_CODE):
            return None
        sure = 1.0 if old.kind != SAID else _sure(score)
        if (at := (finding.path, code_of(finding))) in self._others:
            return (2, sure, "It is said of another of the places that it named.", True)
        if at in self._once:
            return (2, sure, "Its code is what it was in an earlier round.", self._stands)
        if any((spot.path, spot.code) == (self._path, self._code) for spot in spots(finding.locations)):
            return (3, sure, "It is said as one of several places.", True)
        return None

    def _alike(self, finding: Finding, score: float) -> tuple[int, float, str, bool] | None:
        """About the same file, and told from what it says."""
        old = self._life.finding
        here = self._stands if finding.path == self._path else self._other_paths.get(finding.path)
        if here is None:
            return None
        if SAID in {finding.kind, old.kind}:
            ended = self._life.gone or self._life.state is State.FIXED
            if score < (REWORDED if here else CHANGED) or (ended and not here):
                return None  # what is said of the code that a fix wrote is mostly another defect
            how = "It says the same in other words" + ("." if here else ", and its code changed.")
            return (4, _sure(score), how, here)
        if finding.kind != old.kind or finding.path != self._path or self._stands or not self._code:
            return None
        near = alike(code_of(finding), self._code)
        same_words = finding.title == old.title
        if near < ALIKE or not same_words:
            return None
        return (5, round(near, 2), "The same rule says the same of this file, and its code changed.", False)


def _sure(score: float) -> float:
    return next((sure for least, sure in _SURE if score >= least), 0.0)
