"""Severity models fitted and judged by whole groups of reviews: what is predicted was never seen, nor its group."""

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from deepreview.consolidate.features import FEATURES, Feature, Said, heard, standing_of, values
from deepreview.consolidate.rating import agreed
from deepreview.consolidate.record import Records, tally
from kept import Kept
from logistic import fit_ordinal, sigmoid
from tried import TRIED

EVERY = (*FEATURES, *TRIED)

RIDGE: Mapping[str, float] = {"claimed": 0.1, "agreement": 0.1, "record": 0.1}
"""Penalty by group of features: how it was rated and by whom is trusted at once, what it is about has to earn it."""
OTHERS = 2.0
_INNER = 5


@dataclass(frozen=True, eq=False)
class Case:
    """A published finding with its features counted once; only its record depends on the fold."""

    kept: Kept

    @cached_property
    def said(self) -> Said:
        return heard(self.kept.claims)

    @cached_property
    def counted(self) -> dict[str, float]:
        return values(self.said, EVERY)

    @property
    def group(self) -> str:
        return self.kept.group

    @property
    def level(self) -> int:
        return self.kept.severity.weight - 1

    @cached_property
    def claimed(self) -> list[int]:
        return sorted(claim.severity.weight - 1 for claim in self.kept.claims)

    def row(self, features: Sequence[Feature], records: Records) -> list[float]:
        known = heard(self.kept.claims, records)
        return [standing_of(known) if f.name == "record" else self.counted[f.name] for f in features]


@dataclass(frozen=True, eq=False)
class Fitted:
    features: Sequence[Feature]
    weights: Sequence[float]
    cuts: Sequence[float]
    records: Records

    def without_records(self) -> "Fitted":
        """The same, as if no reviewer had a record."""
        return replace(self, records={})

    def above(self, case: Case) -> list[float]:
        """P(level > k) for each cut."""
        row = case.row(self.features, self.records)
        score = sum(w * x for w, x in zip(self.weights, row, strict=True))
        return [sigmoid(score - cut) for cut in self.cuts]

    def level(self, case: Case) -> int:
        """What is shipped: the median level, never above the highest claim nor below what several agree on."""
        return max(self.alone(case), agreed(case.said).weight - 1)

    def alone(self, case: Case) -> int:
        """The median level, never above the highest claim."""
        return min(max(case.claimed), sum(p > 0.5 for p in self.above(case)))

    def likelihood(self, case: Case) -> float:
        above = [1.0, *self.above(case), 0.0]
        return math.log(max(above[case.level] - above[case.level + 1], 1e-6))


def records(cases: Sequence[Case]) -> Records:
    """What became of each reviewer's claims in these cases."""
    return tally((claim, case.kept.severity) for case in cases for claim in case.kept.claims)


def fitted(cases: Sequence[Case], features: Sequence[Feature]) -> Fitted:
    """A model of the cases; the record of a case's reviewers is taken from the other groups among them."""
    of = {group: records([case for case in cases if case.group != group]) for group in {c.group for c in cases}}
    rows = [case.row(features, of[case.group]) for case in cases]
    ridge = [RIDGE.get(feature.group, OTHERS) for feature in features]
    weights, cuts = fit_ordinal(rows, [case.level for case in cases], ridge)
    return Fitted(features=features, weights=weights, cuts=cuts, records=records(cases))


Fit = Callable[[Sequence[Case]], Fitted]


def folds(cases: Sequence[Case], count: int = 0) -> list[tuple[list[Case], list[Case]]]:
    """(train, test) by group; one fold for each group, or `count` folds of about the same size."""
    sizes = Counter(case.group for case in cases)
    bins: list[list[str]] = [[] for _ in range(count or len(sizes))]
    for group, _ in sorted(sizes.items(), key=lambda item: (-item[1], item[0])):
        min(bins, key=lambda names: sum(sizes[name] for name in names)).append(group)
    return [([c for c in cases if c.group not in held], [c for c in cases if c.group in held]) for held in bins if held]


def crossed(cases: Sequence[Case], fit: Fit, count: int = 0) -> dict[Case, Fitted]:
    """The model of each case, fitted without its group."""
    found: dict[Case, Fitted] = {}
    for train, test in folds(cases, count):
        model = fit(train)
        found.update(dict.fromkeys(test, model))
    return found


def of_groups(names: Sequence[str]) -> list[Feature]:
    return [feature for feature in EVERY if feature.group in names]


def selected(cases: Sequence[Case]) -> list[str]:
    """Groups of features chosen forward, as long as these cases alone are told better by more than an error's width."""
    rest = list(dict.fromkeys(feature.group for feature in EVERY if feature.group != "claimed"))
    chosen, best = ["claimed"], inner(cases, ["claimed"])
    while rest:
        tried = {name: inner(cases, [*chosen, name]) for name in rest}
        name = max(rest, key=lambda name: sum(tried[name].values()))
        if not gained(best, tried[name]):
            break
        chosen, best = [*chosen, name], tried[name]
        rest.remove(name)
    return chosen


def gained(before: Mapping[Case, float], after: Mapping[Case, float]) -> bool:
    """Whether the likelihood rose by more than one standard error of its rise, by groups."""
    by: Counter[str] = Counter()
    for case, score in before.items():
        by[case.group] += after[case] - score  # type: ignore[assignment]  # a sum of numbers
    mean = sum(by.values()) / len(by)
    return sum(by.values()) > math.sqrt(sum((rise - mean) ** 2 for rise in by.values()))


def inner(cases: Sequence[Case], names: Sequence[str]) -> dict[Case, float]:
    """The likelihood of each case, by a model that did not see its group."""
    models = crossed(cases, lambda train: fitted(train, of_groups(names)), _INNER)
    return {case: model.likelihood(case) for case, model in models.items()}
