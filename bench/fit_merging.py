"""Fits the weights of merging on real reviews and says what each feature adds.

    python bench/fit_merging.py FOLDER [--write]

Everything is cross-validated: one pull request, with all its rounds, is left out at a time. `--write` stores the
weights that all pull requests give in `consolidate/merging.json`, and the tables in `docs/bench/merging.json`.
"""

import argparse
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from deepreview.benchmark.corpus import Panel, read_corpus
from deepreview.benchmark.intervals import interval
from deepreview.benchmark.measures import Tally, measure
from deepreview.consolidate.cluster import Model, Weights, cluster
from deepreview.consolidate.pairs import PLACED, TOLD, features, weigh
from deepreview.consolidate.words import Vocabulary, said
from logistic import fit

RIDGE = 0.1
FREE = 1e-6
THRESHOLD = {"placed": 0.38, "told": 0.36}
"""Others were tried, see the table."""
REPEAT = {"placed": 1.0, "told": 0.2}
NAMES = {"placed": PLACED, "told": TOLD}
TRIED = (0.3, 0.34, 0.36, 0.38, 0.4, 0.5)

Row = tuple[Mapping[str, float], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One of the two models and what it is fitted on."""

    name: str
    features: tuple[str, ...]
    panels: tuple[Panel, ...]


def rows_of(panel: Panel, part: str) -> list[Row]:
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
            if told and len(told) == len(NAMES[part]):
                row = dict(zip(NAMES[part], told, strict=True))
                found.append((row, bool(panel.defects[claims[one].id] & panel.defects[claims[other].id])))
    return found


def fitted(rows: Sequence[Row], names: Sequence[str], part: str) -> Model:
    """The model that the rows give."""
    table = [[1.0, *(told[name] for name in names)] for told, _ in rows]
    bias, *weights = fit(table, [label for _, label in rows], [FREE, *[RIDGE] * len(names)])
    rounded = {name: round(weight, 4) for name, weight in zip(names, weights, strict=True)}
    return Model(bias=round(bias, 4), weights=rounded, threshold=THRESHOLD[part], repeat=REPEAT[part])


def left_out(part: Part, other: Model, names: Sequence[str], threshold: float | None = None) -> dict[str, Tally]:
    """By pull request, what the weights of all others make of it."""
    rows = {panel.name: rows_of(panel, part.name) for panel in part.panels}
    found = dict[str, Tally]()
    for group in dict.fromkeys(panel.group for panel in part.panels):
        own = fitted([row for p in part.panels if p.group != group for row in rows[p.name]], names, part.name)
        own = replace(own, threshold=threshold or own.threshold)
        weights = Weights(placed=own, told=other) if part.name == "placed" else Weights(placed=other, told=own)
        found[group] = sum((measure(p, cluster(p.claims, weights)) for p in part.panels if p.group == group), Tally())
    return found


def shown(label: str, tallies: Mapping[str, Tally]) -> dict[str, object]:
    """One row, printed too."""
    total = sum(tallies.values(), Tally())
    figures = total.figures()
    spread = {name: interval(list(tallies.values()), name) for name in ("f1", "hidden", "duplication")}
    low, high = spread["f1"]
    print(
        f"{label:<34} F1 {figures['f1']:.3f} [{low:.3f}, {high:.3f}]  B3 {figures['b3_f1']:.3f}  "
        f"hidden {total.hidden}/{total.defects} = {figures['hidden']:.1%}  duplication {figures['duplication']:.2f}"
    )
    return {"label": label, "figures": figures, "intervals": spread, "hidden": total.hidden, "defects": total.defects}


def study(part: Part, other: Model) -> list[dict[str, object]]:
    """All features, each left out, and other thresholds."""
    table = [shown(f"{part.name}: all features", left_out(part, other, part.features))]
    for name in part.features:
        fewer = [feature for feature in part.features if feature != name]
        table.append(shown(f"{part.name}: without {name}", left_out(part, other, fewer)))
    tried = [(f"{part.name}: threshold {value}", left_out(part, other, part.features, value)) for value in TRIED]
    return [*table, *(shown(label, tallies) for label, tallies in tried)]


def main() -> None:
    """Fit, print, and write where asked to."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("folder", type=Path)
    options.add_argument("--write", action="store_true")
    given = options.parse_args()
    corpus = read_corpus(given.folder)
    told = Part(name="told", features=TOLD, panels=tuple(panel.only_known() for panel in corpus["panel"]))
    placed = Part(name="placed", features=PLACED, panels=corpus["trusted"])
    models = {
        part.name: fitted([row for p in part.panels for row in rows_of(p, part.name)], part.features, part.name)
        for part in (placed, told)
    }
    table = [*study(placed, models["told"]), *study(told, models["placed"])]
    if given.write:
        root = Path(__file__).parent.parent
        weights = {name: asdict(model) for name, model in models.items()}
        (root / "src/deepreview/consolidate/merging.json").write_text(json.dumps(weights, indent=2) + "\n")
        (root / "docs/bench").mkdir(exist_ok=True)
        (root / "docs/bench/merging.json").write_text(json.dumps(table, indent=2) + "\n")


if __name__ == "__main__":
    main()
