"""The severity of what is said in prose: a small ordinal model of named features, whose largest parts are its reason.

The weights are data (`severity.json`), fitted on published reviews by `bench/fit_severity.py`; `docs/severity.md` has
the results. It never rates above the loudest claim: no published review that it was fitted on did.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from deepreview.consolidate.features import FEATURES, Feature, Said, article, heard, number, values
from deepreview.consolidate.lexicon import DEFECTS
from deepreview.consolidate.naming import named
from deepreview.consolidate.record import NO_RECORDS, Records
from deepreview.model.claim import SAID, Claim, Severity

_TOLD = 2
"""Reasons that fit one sentence."""
_ENOUGH = 2
"""Independent families whose common word is not outvoted by a model of what became of others' words."""
_NAMED = 6
"""Reviewers that are named for one severity."""
_AUDIBLE = 0.1
"""The part of a score below which nobody would name it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """What each feature weighs."""

    weights: Mapping[str, float]
    usual: Mapping[str, float]
    """The mean of each feature over what was claimed to be more than a suggestion."""
    cuts: Mapping[Severity, float]
    """The score from which a severity is more likely than not."""
    kept: Mapping[Severity, tuple[int, int]]
    """By the highest claim: how many were published at it, of how many."""


@cache
def packaged() -> Model:
    """The model that is shipped."""
    data = json.loads(files("deepreview.consolidate").joinpath("severity.json").read_text(encoding="utf-8"))
    return Model(
        weights={name: one["weight"] for name, one in data["features"].items()},
        usual={name: one["usual"] for name, one in data["features"].items()},
        cuts={Severity(name): cut for name, cut in data["cuts"].items()},
        kept={Severity(name): (held, of) for name, (held, of) in data["kept"].items()},
    )


def judged(
    claims: Sequence[Claim],
    records: Records = NO_RECORDS,
    model: Model | None = None,
    near: Sequence[str] = (),
) -> tuple[Severity, str]:
    """The severity of what these claims say of one defect; and why, where one of them rated it otherwise.

    `near` are other reviewers who have another finding on the same lines.
    """
    if all(claim.severity is Severity.SUGGESTION for claim in claims):
        return Severity.SUGGESTION, ""
    model = model or packaged()
    said = heard(claims, records, near)
    parts = values(said, (feature for feature in FEATURES if feature.name in model.weights))
    score = sum(model.weights[name] * value for name, value in parts.items())
    rated = next(severity for severity in Severity if score > model.cuts.get(severity, float("-inf")))
    severity = max(min(rated, said.highest, key=_weight), agreed(said), key=_weight)
    least = min((claim.severity for claim in claims), key=_weight)
    if severity is least is said.highest:
        return severity, ""
    shift = {name: model.weights[name] * (value - model.usual[name]) for name, value in parts.items()}
    if severity is said.highest:
        return severity, _changed(least, severity, [_supporters(said), *_clauses(said, shift, sign=1)])
    against = [*_clauses(said, shift, sign=-1), *_usually(said.highest, model)]
    return severity, _changed(said.highest, severity, against or ["small things speak against it together"])


def agreed(said: Said) -> Severity:
    """The highest severity that at least two independent families speak for, and no fewer than rate it lower.

    A rule speaks for what is said in prose of an attack where it names the same one itself, whatever its own level.
    """
    witnesses = _witnesses(said)
    for severity in Severity:
        for_it = {family for family, claimed in said.voices.items() if claimed.weight >= severity.weight}
        if for_it:
            for_it |= witnesses
        against = sum(claimed.weight < severity.weight for claimed in said.heard_as.values())
        if len(for_it) >= _ENOUGH and len(for_it) >= against:
            return severity
    return Severity.SUGGESTION


def _witnesses(said: Said) -> set[str]:
    """The families whose rule names an attack that the loudest prose tells of."""
    prose = [claim for claim in said.claims if claim.kind == SAID]
    rules = [claim for claim in said.claims if claim.kind != SAID]
    if not (prose and rules):
        return set()
    loudest = max(claim.severity.weight for claim in prose)
    attacks = {
        defect
        for claim in prose
        if claim.severity.weight == loudest
        for defect in named(claim)
        if DEFECTS[defect].exploit
    }
    return {rule.family for rule in rules if not attacks.isdisjoint(named(rule))}


def claimed_by(claims: Sequence[Claim]) -> str:
    """Who claimed which severity, the highest first; empty where only one reviewer speaks."""
    loudest: dict[str, Severity] = {}
    for claim in sorted(claims, key=lambda claim: (-claim.severity.weight, claim.reviewer)):
        loudest.setdefault(claim.reviewer, claim.severity)
    if len(loudest) == 1:
        return ""
    rows = {severity: [who for who, said in loudest.items() if said is severity] for severity in Severity}
    return "claimed " + ", ".join(f"{severity.value} by {_listed(who)}" for severity, who in rows.items() if who)


def _listed(names: Sequence[str]) -> str:
    if len(names) > _NAMED:
        names = [*names[: _NAMED - 1], f"{len(names) - _NAMED + 1} more"]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _weight(severity: Severity) -> int:
    return severity.weight


def _clauses(said: Said, shift: Mapping[str, float], *, sign: int) -> list[str]:
    """What speaks for (1) or against (-1) the highest claim, the weightiest first."""
    speaking = [(sign * shift.get(feature.name, 0.0), feature) for feature in FEATURES]
    speaking = [(weight, feature) for weight, feature in speaking if weight > _AUDIBLE]
    speaking.sort(key=lambda one: (-one[0], one[1].name))
    told = [clause for _, feature in speaking if _apt(feature, sign) and (clause := feature.clause(said))]
    return told[:_TOLD]


def _apt(feature: Feature, sign: int) -> bool:
    """Who dissents is a reason to lower; for keeping the highest claim there are its supporters."""
    return sign < 0 or feature.group not in {"agreement", "record"}


def _supporters(said: Said) -> str:
    heard_as = list(said.voices.values())
    count = sum(severity is said.highest for severity in heard_as)
    if len(heard_as) == 1:
        return f"the reviewer itself also rates it {article(said.highest)}"
    return f"{number(count)} of {number(len(heard_as))} {'rates' if count == 1 else 'rate'} it {article(said.highest)}"


def _usually(severity: Severity, model: Model) -> list[str]:
    """What became of such claims, where most were lowered."""
    held, claimed = model.kept[severity]
    if 2 * held >= claimed:
        return []
    return [f"of {claimed} findings claimed to be {severity.value} in published reviews, {held} were kept as such"]


def _changed(before: Severity, after: Severity, why: Sequence[str]) -> str:
    return f"{before.value.capitalize()} → {after.value}: {', and '.join(why[:_TOLD])}."
