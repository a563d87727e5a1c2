"""Fits severity on published reviews, shows what each feature adds, and writes the packaged weights.

python bench/fit_severity.py REVIEWS            print every table
python bench/fit_severity.py REVIEWS --write    and write src/deepreview/consolidate/severity.json
"""

import argparse
import json
import random
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from crossval import EVERY, Case, Fitted, crossed, fitted, folds, of_groups, selected
from deepreview.consolidate.features import FEATURES
from deepreview.consolidate.lexicon import DEFECTS
from deepreview.consolidate.naming import named
from deepreview.consolidate.shipped import shipped
from deepreview.model.claim import Answer, Claim, Severity
from kept import kept
from survival import print_survival

WEIGHTS = Path(__file__).parent.parent / "src/deepreview/consolidate/severity.json"
LEVELS = ("suggestion", "important", "critical")
DRAWS = 4_000
Levels = Mapping[Case, int]


def accuracy(cases: Sequence[Case], levels: Levels) -> float:
    return sum(levels[case] == case.level for case in cases) / len(cases)


def kappa(cases: Sequence[Case], levels: Levels) -> float:
    """Cohen's kappa with quadratic weights."""
    said, true = Counter(levels[case] for case in cases), Counter(case.level for case in cases)
    seen = sum((levels[case] - case.level) ** 2 for case in cases)
    chance = sum(said[a] * true[b] * (a - b) ** 2 for a in range(3) for b in range(3)) / len(cases)
    return 1 - seen / chance if chance else 1.0


def interval(cases: Sequence[Case], score: Callable[[Sequence[Case]], float]) -> tuple[float, float]:
    """95 % of a score over draws of whole groups, with replacement."""
    by: dict[str, list[Case]] = {}
    for case in cases:
        by.setdefault(case.group, []).append(case)
    names, dice = sorted(by), random.Random(3)
    drawn = sorted(score([c for name in dice.choices(names, k=len(names)) for c in by[name]]) for _ in range(DRAWS))
    return drawn[DRAWS // 40], drawn[-DRAWS // 40]


def baselines(cases: Sequence[Case]) -> dict[str, Levels]:
    firsts = {case: case.kept.claims[0].severity.weight - 1 for case in cases}
    return {
        "take the highest claim": {case: case.claimed[-1] for case in cases},
        "take the first reviewer (by name)": firsts,
        "take the median claim (lower)": {case: case.claimed[(len(case.claimed) - 1) // 2] for case in cases},
        "take the lowest claim": {case: case.claimed[0] for case in cases},
        "the highest, never critical": {case: min(case.claimed[-1], 1) for case in cases},
        "the highest, tests and docs lowered": {
            case: 0 if shipped(case.kept.path) is Answer.NO else case.claimed[-1] for case in cases
        },
    }


def levels_of(models: Mapping[Case, Fitted]) -> Levels:
    return {case: model.level(case) for case, model in models.items()}


def rivals(cases: Sequence[Case], model: Mapping[Case, Fitted]) -> dict[str, Levels]:
    """The model, and what it would be with other choices; all fitted without the group that they are asked about."""
    nested = crossed(cases, lambda train: fitted(train, of_groups(selected(train))))
    few = crossed(cases, lambda train: fitted(train, of_groups(["claimed", "agreement"])))
    levels = levels_of(model)
    return {
        "**the model**": levels,
        "the model alone, whoever agrees": {case: one.alone(case) for case, one in model.items()},
        **{f"the model, {name} stay critical": floored(levels, floor) for name, floor in FLOORS.items()},
        "the model, nobody's record known": levels_of({case: one.without_records() for case, one in model.items()}),
        "features chosen anew in each fold": levels_of(nested),
        "claimed and agreement only": levels_of(few),
        "the model, tests and docs lowered": {
            case: 0 if shipped(case.kept.path) is Answer.NO else level for case, level in levels.items()
        },
    }


def attacks(case: Case) -> bool:
    """Whether somebody who calls it critical names an attack, or a secret in the source."""
    return any(DEFECTS[defect].exploit for claim in critical(case) for defect in named(claim))


def lost(case: Case) -> bool:
    """Whether somebody who calls it critical tells in its title that data is lost."""
    return any(LOSS.search(claim.title) for claim in critical(case))


def critical(case: Case) -> list[Claim]:
    return [claim for claim in case.kept.claims if claim.severity is Severity.CRITICAL]


LOSS = re.compile(r"(?i)\b(?:data.loss|los(?:es|t|ing|s)|corrupt|delet|destroy|overwrit|wip(?:e|ing)|leak|orphan)")
FLOORS: Mapping[str, Callable[[Case], bool]] = {
    "attacks and secrets": attacks,
    "lost data": lost,
    "attacks, secrets and lost data": lambda case: attacks(case) or lost(case),
}


def floored(levels: Levels, floor: Callable[[Case], bool]) -> Levels:
    return {case: 2 if floor(case) else level for case, level in levels.items()}


def print_agreement(cases: Sequence[Case], model: Mapping[Case, Fitted]) -> None:
    """What was claimed critical, or important, by several, and what became of it."""
    print("\n| severity | said by | findings | published so | the model alone |\n|---|---|---|---|---|")
    for level in (2, 1):
        for count in (1, 2, 3):
            own = [case for case in cases if case.claimed[-1] == level and families(case, level) == count]
            as_such = sum(case.level == level for case in own)
            alone = sum(model[case].alone(case) == level for case in own)
            print(f"| {LEVELS[level]} | {count} | {len(own)} | {as_such} | {alone} |")


def families(case: Case, level: int) -> int:
    return sum(severity.weight - 1 == level for severity in case.said.voices.values())


def print_row(name: str, cases: Sequence[Case], levels: Levels, base: Levels) -> None:
    low, high = interval(cases, lambda drawn: accuracy(drawn, levels) - accuracy(drawn, base))
    klow, khigh = interval(cases, lambda drawn: kappa(drawn, levels) - kappa(drawn, base))
    gain = accuracy(cases, levels) - accuracy(cases, base)
    more = kappa(cases, levels) - kappa(cases, base)
    print(
        f"| {name} | {accuracy(cases, levels):.3f} | {kappa(cases, levels):.3f} "
        f"| {gain:+.3f} [{low:+.3f}, {high:+.3f}] | {more:+.3f} [{klow:+.3f}, {khigh:+.3f}] |"
    )


def print_confusion(title: str, cases: Sequence[Case], levels: Levels) -> None:
    cells = Counter((levels[case], case.level) for case in cases)
    print(f"\n{title}\n\n| rated | published suggestion | important | critical |\n|---|---|---|---|")
    for rated in range(3):
        print(f"| {LEVELS[rated]} | {' | '.join(str(cells[rated, true]) for true in range(3))} |")


def print_groups(cases: Sequence[Case], levels: Levels, base: Levels) -> None:
    print("\n| group | findings | highest claim | model |\n|---|---|---|---|")
    for number, (_, test) in enumerate(folds(cases), 1):
        print(f"| {number} | {len(test)} | {accuracy(test, base):.3f} | {accuracy(test, levels):.3f} |")


def print_ablation(cases: Sequence[Case]) -> None:
    print("\n| features | added to claimed + agreement | taken from all | log-likelihood added | taken |")
    print("|---|---|---|---|---|")
    every = list(dict.fromkeys(feature.group for feature in EVERY))
    for name in every:
        plus = dict.fromkeys(["claimed", "agreement", name])
        cells = []
        for names in (list(plus), [other for other in every if other != name]):
            models = crossed(cases, lambda train, names=names: fitted(train, of_groups(names)))  # type: ignore[misc]
            levels = {case: model.level(case) for case, model in models.items()}
            cells.append((accuracy(cases, levels), sum(m.likelihood(c) for c, m in models.items()) / len(cases)))
        mark = "" if of_groups([name])[0] in FEATURES else " (not shipped)"
        print(f"| {name}{mark} | {cells[0][0]:.3f} | {cells[1][0]:.3f} | {cells[0][1]:.4f} | {cells[1][1]:.4f} |")


def model_of(cases: Sequence[Case]) -> dict[str, object]:
    """The packaged weights, from all cases."""
    model = fitted(cases, FEATURES)
    loud = [case for case in cases if case.claimed[-1] > 0]
    rows = [case.row(model.features, {}) for case in loud]
    features = {
        feature.name: {"weight": round(model.weights[i], 3), "usual": round(sum(r[i] for r in rows) / len(rows), 3)}
        for i, feature in enumerate(model.features)
    }
    claimed = Counter(case.claimed[-1] for case in cases)
    held = Counter(case.claimed[-1] for case in cases if case.claimed[-1] == case.level)
    return {
        "made_by": "bench/fit_severity.py",
        "features": features,
        "cuts": {"important": round(model.cuts[0], 3), "critical": round(model.cuts[1], 3)},
        "kept": {severity.value: [held[severity.weight - 1], claimed[severity.weight - 1]] for severity in Severity},
    }


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("reviews", type=Path)
    asked.add_argument("--write", action="store_true")
    args = asked.parse_args()
    cases = [Case(one) for one in kept(args.reviews)]
    print(f"{len(cases)} published findings of {len({case.group for case in cases})} groups\n")
    base = baselines(cases)
    highest = base["take the highest claim"]
    model = crossed(cases, lambda train: fitted(train, FEATURES))
    levels = levels_of(model)
    print("| rule | accuracy | weighted kappa | accuracy over the highest [95 %] | kappa over the highest [95 %] |")
    print("|---|---|---|---|---|")
    for name, rated in (base | rivals(cases, model)).items():
        print_row(name, cases, rated, highest)
    print("\nThe same against the median claim")
    print_row("**the model**", cases, levels, base["take the median claim (lower)"])
    print_confusion("Take the highest claim", cases, highest)
    print_confusion("Model", cases, levels)
    print_agreement(cases, model)
    print_groups(cases, levels, highest)
    print_ablation(cases)
    print(f"\nthe procedure chooses on all cases: {', '.join(selected(cases))}")
    data = model_of(cases)
    print(json.dumps(data, indent=1))
    print_survival(args.reviews)
    if args.write:
        WEIGHTS.write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
