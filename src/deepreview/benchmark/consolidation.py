"""Merging against its baselines, on the same reviews in the same run."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from deepreview.benchmark.baselines import BASELINES
from deepreview.benchmark.corpus import Panel, as_one
from deepreview.benchmark.intervals import interval
from deepreview.benchmark.measures import Tally, measure
from deepreview.consolidate.cluster import cluster
from deepreview.model.claim import Claim

Merging = Callable[[Sequence[Claim]], Sequence[Sequence[int]]]
OURS = "deepreview"
AT_ONCE = 4
FIGURES = ("precision", "recall", "f1", "b3_precision", "b3_recall", "b3_f1", "hidden", "duplication")


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """How one way of merging does on one split."""

    split: str
    method: str
    tally: Tally
    intervals: Mapping[str, tuple[float, float]]
    """95 % by bootstrap over pull requests."""
    seconds: float

    def as_dict(self) -> dict[str, Any]:
        """As JSON holds it."""
        return {
            "split": self.split,
            "method": self.method,
            **{name: round(value, 4) for name, value in self.tally.figures().items()},
            "hidden_defects": self.tally.hidden,
            "defects": self.tally.defects,
            "claims": self.tally.claims,
            "intervals": {name: [round(low, 4), round(high, 4)] for name, (low, high) in self.intervals.items()},
            "seconds": round(self.seconds, 3),
        }


def compare(splits: Mapping[str, Sequence[Panel]]) -> tuple[Result, ...]:
    """Every way of merging on every split; a panel of tools also without the comments of which nothing is known.

    And that of several changes as one list, for how it does with more claims than can all be compared with each other.
    """
    told = dict(splits)
    if "panel" in told:
        panels = told["panel"]
        told["panel, known only"] = tuple(panel.only_known() for panel in panels)
        if len(panels) > AT_ONCE:
            every = -(-len(panels) // AT_ONCE)
            told[f"panel, {AT_ONCE} changes as one"] = tuple(as_one(panels[first::every]) for first in range(every))
    methods: dict[str, Merging] = {OURS: cluster, **BASELINES}
    pairs = [(split, name) for split in told for name in methods]
    return tuple(_result(split, told[split], name, methods[name]) for split, name in pairs)


def _result(split: str, panels: Sequence[Panel], name: str, merge: Merging) -> Result:
    started = time.perf_counter()
    clustered = [merge(panel.claims) for panel in panels]
    seconds = time.perf_counter() - started
    by_group: dict[str, Tally] = {}
    for panel, clusters in zip(panels, clustered, strict=True):
        by_group[panel.group] = by_group.get(panel.group, Tally()) + measure(panel, clusters)
    tallies = list(by_group.values())
    return Result(
        split=split,
        method=name,
        tally=sum(tallies, Tally()),
        intervals={figure: interval(tallies, figure) for figure in ("f1", "b3_f1", "hidden", "duplication")},
        seconds=seconds,
    )


def table(results: Sequence[Result]) -> str:
    """For people: one block for each split."""
    lines = []
    for split in dict.fromkeys(result.split for result in results):
        own = [result for result in results if result.split == split]
        tally = own[0].tally
        lines += ["", f"{split}: {tally.claims} claims about {tally.defects} known defects", ""]
        head = "P", "R", "F1 [95 %]", "B3 P", "B3 R", "B3 F1", "hidden", "clusters/defect", "s"
        lines.append(_line("method", head))
        lines += [_line(result.method, _cells(result)) for result in own]
    return "\n".join(lines[1:]) + "\n"


def _cells(result: Result) -> tuple[str, ...]:
    found = result.tally.figures()
    low, high = result.intervals["f1"]
    return (
        f"{found['precision']:.3f}",
        f"{found['recall']:.3f}",
        f"{found['f1']:.3f} [{low:.2f}, {high:.2f}]",
        f"{found['b3_precision']:.3f}",
        f"{found['b3_recall']:.3f}",
        f"{found['b3_f1']:.3f}",
        f"{found['hidden']:.1%}",
        f"{found['duplication']:.2f}",
        f"{result.seconds:.2f}",
    )


def _line(first: str, cells: Sequence[str]) -> str:
    widths = (7, 7, 20, 7, 7, 7, 8, 16, 7)
    return f"{first:<30}" + "".join(f"{cell:>{width}}" for cell, width in zip(cells, widths, strict=True))
