"""Can it be told which claims a publisher drops? Cross-validated by group, with an interval over groups."""

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from crossval import EVERY
from deepreview.consolidate.features import heard, values
from kept import Fated, fated, groups
from logistic import fit, sigmoid

_DRAWS = 2_000
_PRIOR = 4
_ALONE = {"agreement", "record"}
"""What cannot be asked of one claim: a dropped claim's company is not known, as nothing is linked to it."""


def area(scored: Sequence[tuple[float, bool]]) -> float:
    """The chance that a kept claim scores above a dropped one; ties count half."""
    order = sorted(scored)
    ranks, start = 0.0, 0
    while start < len(order):
        end = start
        while end < len(order) and order[end][0] == order[start][0]:
            end += 1
        ranks += sum(kept for _, kept in order[start:end]) * (start + end + 1) / 2
        start = end
    kept = sum(kept for _, kept in order)
    gone = len(order) - kept
    return (ranks - kept * (kept + 1) / 2) / (kept * gone) if kept and gone else 0.5


def survived(items: Sequence[Fated]) -> Mapping[str, tuple[int, int]]:
    total, held = Counter(i.claim.reviewer for i in items), Counter(i.claim.reviewer for i in items if i.kept)
    return {name: (held[name], total[name]) for name in total}


def rate(item: Fated, known: Mapping[str, tuple[int, int]]) -> float:
    held, total = known.get(item.claim.reviewer, (0, 0))
    usual = sum(h for h, _ in known.values()) / max(1, sum(t for _, t in known.values()))
    return (held + _PRIOR * usual) / (total + _PRIOR) - usual


def scores(items: Sequence[Fated], names: Sequence[str], *, record: bool) -> dict[int, float]:
    """The chance of being kept of each item, fitted without its group."""
    features = [feature for feature in EVERY if feature.group in names]
    rows = [list(values(heard([i.claim]), features).values()) for i in items]
    known = {group: survived([i for i in items if i.group != group]) for group in groups(items)}
    found = {}
    for held in groups(items):
        train = [n for n, item in enumerate(items) if item.group != held]
        inside = {g: survived([i for i in items if i.group not in {g, held}]) for g in groups(items)}
        full = [[1.0, *rows[n], rate(items[n], inside[items[n].group]) * record] for n in train]
        weights = fit(full, [items[n].kept for n in train], [0.01, *[2.0] * len(rows[0]), 0.5])
        for n, item in enumerate(items):
            if item.group == held:
                row = [1.0, *rows[n], rate(item, known[held]) * record]
                found[n] = sigmoid(sum(w * x for w, x in zip(weights, row, strict=True)))
    return found


def print_survival(folder: Path) -> None:
    items = fated(folder)
    print_table("all claims", items)
    print_table("without those that were declined in an earlier round", [item for item in items if not item.declined])


def print_table(title: str, items: Sequence[Fated]) -> None:
    print(f"\nSurvival, {title}: {sum(item.kept for item in items)} of {len(items)} were kept\n")
    print("| features | AUC [95 % over groups] | mean AUC within a group |\n|---|---|---|")
    every = [name for name in dict.fromkeys(feature.group for feature in EVERY) if name not in _ALONE]
    for name, names, record in (
        ("claimed severity", ["claimed"], False),
        ("record", [], True),
        ("claimed severity and record", ["claimed"], True),
        ("all but the record", every, False),
        ("all", every, True),
    ):
        found = scores(items, names, record=record)
        low, high = _interval(items, found)
        whole = area([(found[n], item.kept) for n, item in enumerate(items)])
        print(f"| {name} | {whole:.3f} [{low:.3f}, {high:.3f}] | {_within(items, found):.3f} |")


def _by_group(items: Sequence[Fated], found: Mapping[int, float]) -> dict[str, list[tuple[float, bool]]]:
    by: dict[str, list[tuple[float, bool]]] = {}
    for n, item in enumerate(items):
        by.setdefault(item.group, []).append((found[n], item.kept))
    return by


def _interval(items: Sequence[Fated], found: Mapping[int, float]) -> tuple[float, float]:
    by, dice = _by_group(items, found), random.Random(3)
    names = sorted(by)
    drawn = sorted(area([one for name in dice.choices(names, k=len(names)) for one in by[name]]) for _ in range(_DRAWS))
    return drawn[_DRAWS // 40], drawn[-_DRAWS // 40]


def _within(items: Sequence[Fated], found: Mapping[int, float]) -> float:
    mixed = [pairs for pairs in _by_group(items, found).values() if len({kept for _, kept in pairs}) == 2]
    return sum(area(pairs) for pairs in mixed) / len(mixed)
