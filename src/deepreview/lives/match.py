"""Which findings of a round are earlier ones: by their code first, by what they say where that is not enough.

What a rule found is known by its kind and its code, wherever both went. What somebody said in prose must also say the
same, since two defects may stand in one line. Where the code itself is another, only a close likeness tells, and how
sure that is stands beside it. `docs/rounds.md` has the figures; `bench/lives.py` makes them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from deepreview.lives.code import Code, alike, code_of, stands
from deepreview.lives.likeness import Likeness
from deepreview.model.change import Sha
from deepreview.model.claim import SAID
from deepreview.model.finding import Finding
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
class _Pair:
    rank: int
    score: float
    life: int
    finding: int
    confidence: float
    how: str
    same_code: bool


def matches(lives: Sequence[Life], findings: Sequence[Finding], code: Code, head: Sha) -> tuple[Match, ...]:
    """Each life and each finding in one match at most; the surest pairs first, the older life where two are as sure."""
    told = Likeness([life.finding for life in lives], findings)
    pairs = sorted(
        (
            pair
            for one, life in enumerate(lives)
            for pair in _Known(life=life, number=one, code=code, head=head).pairs(findings, told)
        ),
        key=lambda pair: (pair.rank, -pair.score, pair.life, pair.finding),
    )
    taken: tuple[set[int], set[int]] = (set(), set())
    found = []
    for pair in pairs:
        if pair.life in taken[0] or pair.finding in taken[1]:
            continue
        taken[0].add(pair.life)
        taken[1].add(pair.finding)
        found.append(
            Match(
                life=lives[pair.life],
                finding=findings[pair.finding],
                confidence=pair.confidence,
                how=pair.how,
                same_code=pair.same_code,
            )
        )
    return tuple(found)


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

    def pairs(self, findings: Sequence[Finding], told: Likeness) -> Iterator[_Pair]:
        for number, finding in enumerate(findings):
            score = told(self._number, number) if SAID in {finding.kind, self._life.finding.kind} else 1.0
            found = self._same(finding, score) or self._alike(finding, score)
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
        return (1, min(sure, _MOVED), f"Its code moved here from {old.path}.", True)

    def _alike(self, finding: Finding, score: float) -> tuple[int, float, str, bool] | None:
        """About the same file, and told from what it says."""
        old = self._life.finding
        if finding.path != self._path:
            return None
        if SAID in {finding.kind, old.kind}:
            if score < (REWORDED if self._stands else CHANGED):
                return None
            how = "It says the same in other words" + ("." if self._stands else ", and its code changed.")
            return (2, _sure(score), how, self._stands)
        if finding.kind != old.kind or self._stands or not self._code:
            return None
        near = alike(code_of(finding), self._code)
        same_words = finding.title == old.title
        if near < ALIKE or not same_words:
            return None
        return (3, round(near, 2), "The same rule says the same of this file, and its code changed.", False)


def _sure(score: float) -> float:
    return next((sure for least, sure in _SURE if score >= least), 0.0)
