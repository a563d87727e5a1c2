"""What a severity in prose can be told from: who rates it how, what its title is about, and whose word it is.

Every feature is a number between -1 and 1 with a clause that says it in plain words, so that the model built on them
can give its reasons. A title is only looked through for words, and a body not at all: nothing in them is obeyed.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from deepreview.consolidate.record import NO_RECORDS, Records, standing
from deepreview.model.claim import SAID, Claim, Severity

_READ = 1_000
"""Characters of a title that are read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """All claims of one finding, as the features see them."""

    claims: Sequence[Claim]
    records: Records
    titles: Sequence[str]
    voices: Mapping[str, Severity]
    """By family."""
    heard_as: Mapping[str, Severity]
    """The same, where a rule that is lower than what is said in prose abstains: its level is that of all its hits."""
    highest: Severity
    """The loudest claim."""
    near: Sequence[str] = ()
    """Other reviewers who have another finding on the same lines."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Feature:
    """One thing that may speak for a severity."""

    name: str
    group: str
    """Which question it answers: claimed, agreement, subject, consequence, record."""
    value: Callable[[Said], float]
    clause: Callable[[Said], str]
    """Why it matters, as the end of a sentence; empty where it cannot be said."""


def heard(claims: Sequence[Claim], records: Records = NO_RECORDS, near: Sequence[str] = ()) -> Said:
    """The claims of one finding, read once."""
    said = voices(claims)
    return Said(
        claims=claims,
        records=records,
        titles=[claim.title[:_READ].lower() for claim in claims],
        voices=said,
        heard_as=_abstained(said, claims),
        highest=max(said.values(), key=lambda severity: severity.weight),
        near=near,
    )


def _abstained(said: Mapping[str, Severity], claims: Sequence[Claim]) -> Mapping[str, Severity]:
    judges = {claim.family for claim in claims if claim.kind == SAID}
    if not judges or len(judges) == len(said):
        return said
    loudest = max((said[family] for family in judges), key=lambda severity: severity.weight)
    return {
        family: severity if family in judges or severity.weight > loudest.weight else loudest
        for family, severity in said.items()
    }


def values(said: Said, features: Iterable[Feature]) -> dict[str, float]:
    """Each feature's number, by its name."""
    return {feature.name: feature.value(said) for feature in features}


def share(hits: Iterable[bool]) -> float:
    """Of some, how many."""
    marks = hits if isinstance(hits, list) else list(hits)
    return sum(marks) / len(marks)


def voices(claims: Iterable[Claim]) -> dict[str, Severity]:
    """What each independent family says, at its loudest: two models of one family are one voice."""
    loudest: dict[str, Severity] = {}
    for claim in claims:
        known = loudest.get(claim.family)
        if known is None or known.weight < claim.severity.weight:
            loudest[claim.family] = claim.severity
    return loudest


def _dissent(said: Said) -> float:
    return share(severity is not said.highest for severity in said.heard_as.values())


def _dissenters(said: Said) -> str:
    heard_as = said.heard_as.values()
    lower = {severity for severity in heard_as if severity is not said.highest}
    if not lower:
        return ""
    count = sum(severity in lower for severity in heard_as)
    how = article(lower.pop()) if len(lower) == 1 else "lower"
    return f"{number(count)} of {number(len(heard_as))} {'rates' if count == 1 else 'rate'} it {how}"


def number(count: int) -> str:
    """A small count in words."""
    words = ("none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
    return words[count] if count < len(words) else str(count)


def article(severity: Severity) -> str:
    """A severity as one rates something: a suggestion, important."""
    return "a suggestion" if severity is Severity.SUGGESTION else severity.value


def _alone(said: Said) -> str:
    if len(said.voices) > 1:
        return ""
    if not said.near:
        return "only one reviewer says it"
    *others, last = said.near
    who = f"{', '.join(others)} and {last} have" if others else f"{last} has"
    return f"only one reviewer says it ({who} another finding on the same lines)"


def standing_of(said: Said) -> float:
    """What the records of those who call it more than a suggestion say for that; 0 when nothing is known."""
    loud = [claim for claim in said.claims if claim.severity is not Severity.SUGGESTION]
    return sum(standing(claim, said.records) for claim in loud) / len(said.claims)


def _standings(said: Said) -> str:
    known = [claim for claim in said.claims if claim.reviewer in said.records and standing(claim, said.records) < 0]
    if not known:
        return ""
    claim = min(known, key=lambda claim: (standing(claim, said.records), claim.id))
    held, answered = said.records[claim.reviewer].counts(claim.severity)
    return f"{held} of {answered} {claim.severity.value} claims of {claim.reviewer} were kept as such so far"


def _where(value: Callable[[Said], float], clause: str) -> Callable[[Said], str]:
    """The clause, where the feature is there at all."""
    return lambda said: clause if value(said) > 0 else ""


def plain(name: str, group: str, value: Callable[[Said], float], clause: str) -> Feature:
    """A feature with a clause that holds whenever it is there."""
    return Feature(name=name, group=group, value=value, clause=_where(value, clause))


def words(name: str, group: str, pattern: str, clause: str) -> Feature:
    """The share of the claims whose title uses one of the words; no pattern may repeat a group."""
    search = re.compile(rf"\b(?:{pattern})").search
    return plain(name, group, lambda said: share([search(title) is not None for title in said.titles]), clause)


_TALK = r"typos?\b|grammar|misspel|spelling|comments?\b|godoc|docstring|docs?\b|documentation|readme|wording|stale"
_TESTS = r"tests?\b|testing|untested|coverage|bats\b|assert|fixtures?\b"
_LOSS = r"los[est]|data.loss|corrupt|orphan|leak|delet|destroy|overwrit|stale data|wip(?:e|ing)"
_CRASH = r"panic|crash|deadlock|hang|stall|freez|infinite|nil.pointer|nil.map|out of memory|\boom\b|forever"
_RACE = r"rac(?:e|es|y|ing)\b|concurren|toctou|interleav"
_BROKEN = r"fails?\b|broken|breaks?\b|wrong|incorrect|never|cannot|regress|block|contradict|violat"
_SILENT = r"silent|swallow|mask|ignor|drops?\b|dropped|unhandled|unchecked"

FEATURES = (
    plain("critical", "claimed", lambda said: float(said.highest is Severity.CRITICAL), ""),
    plain("important", "claimed", lambda said: float(said.highest is not Severity.SUGGESTION), ""),
    Feature(name="dissent", group="agreement", value=_dissent, clause=_dissenters),
    Feature(
        name="voices",
        group="agreement",
        value=lambda said: min(len(said.voices) - 1, 2) / 2,
        clause=_alone,
    ),
    words("words", "subject", _TALK, "it is about comments or documents"),
    words("tests", "subject", _TESTS, "it is about tests"),
    words("loss", "consequence", _LOSS, "something is lost or left behind"),
    words("crash", "consequence", _CRASH, "something crashes or hangs"),
    words("race", "consequence", _RACE, "it takes a race"),
    words("broken", "consequence", _BROKEN, "something does not do what it should"),
    words("unnoticed", "consequence", _SILENT, "it is about an error that goes unnoticed"),
    Feature(name="record", group="record", value=standing_of, clause=_standings),
)
