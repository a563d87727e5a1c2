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
from deepreview.consolidate.record import NO_RECORDS, Records
from deepreview.model.claim import Claim, Severity

_TOLD = 2
"""Reasons that fit one sentence."""
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


def judged(claims: Sequence[Claim], records: Records = NO_RECORDS, model: Model | None = None) -> tuple[Severity, str]:
    """The severity of what these claims say of one defect; and why, where one of them rated it otherwise."""
    if all(claim.severity is Severity.SUGGESTION for claim in claims):
        return Severity.SUGGESTION, ""
    model = model or packaged()
    said = heard(claims, records)
    parts = values(said, (feature for feature in FEATURES if feature.name in model.weights))
    score = sum(model.weights[name] * value for name, value in parts.items())
    rated = next(severity for severity in Severity if score > model.cuts.get(severity, float("-inf")))
    severity = min(rated, said.highest, key=lambda one: one.weight)
    least = min((claim.severity for claim in claims), key=lambda one: one.weight)
    if severity is least is said.highest:
        return severity, ""
    shift = {name: model.weights[name] * (value - model.usual[name]) for name, value in parts.items()}
    if severity is said.highest:
        return severity, _changed(least, severity, [_supporters(said), *_clauses(said, shift, sign=1)])
    against = [*_clauses(said, shift, sign=-1), *_usually(said.highest, model)]
    return severity, _changed(said.highest, severity, against or ["small things speak against it together"])


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
