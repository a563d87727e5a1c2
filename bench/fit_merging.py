"""Fits the weights of merging on real reviews and says what each feature adds.

    python bench/fit_merging.py FOLDER [--write] [--nested]

Everything is cross-validated: one pull request, with all its rounds, is left out at a time. `--write` stores the
weights that all pull requests give in `consolidate/merging.json`, and the tables in `docs/bench/merging.json`.
`--nested` also chooses what is not fitted (`CHOSEN`) on the other pull requests each time; that takes minutes.
"""

import argparse
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from itertools import product
from pathlib import Path

from deepreview.benchmark.corpus import Panel, read_corpus
from deepreview.benchmark.intervals import interval
from deepreview.benchmark.measures import Tally, measure
from deepreview.consolidate.cluster import FLOOR, Model, Weights, cluster, default_weights
from deepreview.consolidate.pairs import PLACED, TOLD, features, weigh
from deepreview.consolidate.words import Vocabulary, said
from logistic import fit
from thinned import placeless, thinned

RIDGE = 0.1
FREE = 1e-6
KNOWN, ALL = "panel, known only", "panel"
FEW = (5, 10, 20)
THRESHOLDS = (0.3, 0.34, 0.36, 0.38, 0.4, 0.5)
CHOSEN = {"crowd": (0.7, 1.0, 1.4), "loss": (0.4, 0.8, 1.2), "few": (0.15, 0.25, 0.35)}
HIDDEN, DUPLICATION = 0.025, 1.3
"""What is wanted of a panel at most: what keeps both, read both ways, is chosen, and of that the best F1."""

Row = tuple[Mapping[str, float], bool]
Change = Callable[[Weights], Weights]
Tallies = dict[str, dict[str, Tally]]
"""By reading and pull request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One of the two models, with what it is fitted on and what it is only tried on."""

    name: str
    features: tuple[str, ...]
    fitted: Mapping[str, Sequence[Panel]]
    tried: Mapping[str, Sequence[Panel]]

    @property
    def readings(self) -> Mapping[str, Sequence[Panel]]:
        return {**self.fitted, **self.tried}

    @property
    def groups(self) -> Sequence[str]:
        return list(dict.fromkeys(panel.group for panels in self.fitted.values() for panel in panels))


def rows_of(panel: Panel, names: Sequence[str]) -> list[Row]:
    """The features of all pairs of two reviewers' claims about known defects, and whether they are one."""
    claims = sorted(panel.claims, key=lambda claim: claim.id)
    vocabulary = Vocabulary()
    among = weigh([said(claim, vocabulary, ruled=False) for claim in claims])
    known = [index for index, claim in enumerate(claims) if claim.id in panel.defects]
    found = list[Row]()
    for at, other in enumerate(known):
        for one in known[:at]:
            if claims[one].reviewer == claims[other].reviewer:
                continue
            told = features(among, one, other)
            if told and len(told) == len(names):
                row = dict(zip(names, told, strict=True))
                found.append((row, bool(panel.defects[claims[one].id] & panel.defects[claims[other].id])))
    return found


class Fitting:
    """Weights without some pull requests, each fitted once; what is not fitted stays as it is shipped."""

    def __init__(self, part: Part, names: Sequence[str]) -> None:
        self._part, self._names = part, names
        panels = [panel for own in part.fitted.values() for panel in own]
        self._rows = [(panel.group, rows_of(panel, part.features)) for panel in panels]
        self._known: dict[frozenset[str], Weights] = {}

    def without(self, *groups: str) -> Weights:
        """The weights that all other pull requests give, with the other model as it is shipped."""
        out = frozenset(groups)
        if out not in self._known:
            rows = [row for group, own in self._rows if group not in out for row in own]
            self._known[out] = with_model(default_weights(), self._part.name, self._model(rows))
        return self._known[out]

    def _model(self, rows: Sequence[Row]) -> Model:
        table = [[1.0, *(told[name] for name in self._names)] for told, _ in rows]
        bias, *weights = fit(table, [label for _, label in rows], [FREE, *[RIDGE] * len(self._names)])
        rounded = {name: round(weight, 4) for name, weight in zip(self._names, weights, strict=True)}
        model: Model = getattr(default_weights(), self._part.name)
        return replace(model, bias=round(bias, 4), weights=rounded)


def with_model(weights: Weights, name: str, model: Model) -> Weights:
    return replace(weights, placed=model) if name == "placed" else replace(weights, told=model)


def tally(panels: Iterable[Panel], weights: Weights) -> Tally:
    return sum((measure(panel, cluster(panel.claims, weights)) for panel in panels), Tally())


def left_out(part: Part, fitting: Fitting, change: Change = lambda weights: weights) -> Tallies:
    """What the weights of all other pull requests make of each."""
    found: Tallies = {}
    for reading, panels in part.readings.items():
        for group in dict.fromkeys(panel.group for panel in panels):
            own = [panel for panel in panels if panel.group == group]
            found.setdefault(reading, {})[group] = tally(own, change(fitting.without(group)))
    return found


def shown(label: str, tallies: Tallies) -> list[dict[str, object]]:
    """A row for each reading, printed too."""
    rows = list[dict[str, object]]()
    for reading, by_group in tallies.items():
        total = sum(by_group.values(), Tally())
        figures = total.figures()
        spread = {name: interval(list(by_group.values()), name) for name in ("f1", "hidden", "duplication")}
        (low, high), (least, most) = spread["f1"], spread["duplication"]
        print(
            f"{label:<24} {reading:<24} F1 {figures['f1']:.3f} [{low:.2f}, {high:.2f}]  B3 {figures['b3_f1']:.3f}  "
            f"hidden {total.hidden}/{total.defects} = {figures['hidden']:.1%}  "
            f"duplication {figures['duplication']:.2f} [{least:.2f}, {most:.2f}]",
            flush=True,
        )
        counts = {"hidden": total.hidden, "defects": total.defects}
        rows.append({"label": label, "reading": reading, "figures": figures, "intervals": spread, **counts})
    return rows


def study(part: Part) -> list[dict[str, object]]:
    """All features, each left out, and what is not fitted otherwise."""
    fitting = Fitting(part, part.features)
    table = shown("all features", left_out(part, fitting))
    for name in part.features:
        fewer = [feature for feature in part.features if feature != name]
        table += shown(f"without {name}", left_out(part, Fitting(part, fewer)))
    for label, change in changes(part):
        table += shown(label, left_out(part, fitting, change))
    return table


def changes(part: Part) -> Iterable[tuple[str, Change]]:
    """Other values of what is not fitted."""
    yield "no voices", partial(chosen, loss=0.0)
    if part.name == "placed":
        yield "no namesakes", unnamed
        yield from ((f"threshold {value}", partial(threshold, value=value)) for value in THRESHOLDS)
        return
    yield "no crowd", partial(chosen, crowd=0.0)
    for name, values in CHOSEN.items():
        yield from ((f"{name} {value}", partial(_chosen, name=name, value=value)) for value in values)


def _chosen(weights: Weights, name: str, value: float) -> Weights:
    return chosen(weights, **{name: value})


def threshold(weights: Weights, value: float) -> Weights:
    return replace(weights, placed=replace(weights.placed, threshold=value))


def chosen(
    weights: Weights, crowd: float | None = None, loss: float | None = None, few: float | None = None
) -> Weights:
    """The same with other values of what is not fitted."""
    return replace(
        weights,
        told=weights.told if crowd is None else replace(weights.told, crowd=crowd),
        loss=weights.loss if loss is None else loss,
        few=weights.few if few is None else few,
    )


def unnamed(weights: Weights) -> Weights:
    """The same, if naming the same defect on the same lines said nothing."""
    return replace(weights, namesake=FLOOR)


def nested(part: Part) -> Tallies:
    """What each pull request gets when what is not fitted is chosen on the others, which do not see it either."""
    fitting = Fitting(part, part.features)
    found: Tallies = {reading: {} for reading in part.fitted}
    grid = [dict(zip(CHOSEN, values, strict=True)) for values in product(*CHOSEN.values())]
    for group in part.groups:
        best = min(grid, key=lambda values: _missed(part, fitting, group, values))
        print(f"without {group}: {best}", flush=True)
        for reading, panels in part.fitted.items():
            own = [panel for panel in panels if panel.group == group]
            found[reading][group] = tally(own, chosen(fitting.without(group), **best))
    return found


def _missed(part: Part, fitting: Fitting, group: str, values: Mapping[str, float]) -> tuple[float, float]:
    """By how much what is wanted is missed on all pull requests but one, and how much is not found."""
    missed = lost = 0.0
    for panels in part.fitted.values():
        others = [panel for panel in panels if panel.group != group]
        tallies = [tally([panel], chosen(fitting.without(group, panel.group), **values)) for panel in others]
        figures = sum(tallies, Tally()).figures()
        missed += max(0.0, figures["hidden"] / HIDDEN - 1) + max(0.0, figures["duplication"] / DUPLICATION - 1)
        lost += 1 - figures["f1"]
    return missed, lost


def parts(folder: Path) -> tuple[Part, Part]:
    """The models and their reviews; fewer tools and reviews without places are only tried."""
    corpus = read_corpus(folder)
    panel, trusted = corpus["panel"], corpus["trusted"]
    few = {f"{ALL}, {tools} tools": [thinned(one, tools) for one in panel] for tools in FEW}
    told = Part(
        name="told",
        features=TOLD,
        fitted={KNOWN: [one.only_known() for one in panel], ALL: panel},
        tried={**few, "reviews, no places": [placeless(one) for one in trusted]},
    )
    return Part(name="placed", features=PLACED, fitted={"reviews": trusted}, tried={}), told


def main() -> None:
    """Fit, print, and write where asked to."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("folder", type=Path)
    options.add_argument("--write", action="store_true")
    options.add_argument("--nested", action="store_true")
    given = options.parse_args()
    both = parts(given.folder)
    root = Path(__file__).parent.parent
    if given.write:
        weights = default_weights()
        for part in both:
            weights = with_model(weights, part.name, getattr(Fitting(part, part.features).without(), part.name))
        (root / "src/deepreview/consolidate/merging.json").write_text(json.dumps(asdict(weights), indent=2) + "\n")
    table = [row for part in both for row in study(part)]
    if given.nested:
        table += shown("chosen on the others", nested(both[1]))
    if given.write:
        (root / "docs/bench").mkdir(exist_ok=True)
        (root / "docs/bench/merging.json").write_text(json.dumps(table, indent=2) + "\n")


if __name__ == "__main__":
    main()
