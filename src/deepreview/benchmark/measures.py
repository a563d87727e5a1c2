"""How good a clustering is: pairs, B-cubed, hidden defects, repetition."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields

from deepreview.benchmark.corpus import Panel

Clusters = Sequence[Sequence[int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """Counts that add up over panels."""

    together: int = 0
    """Pairs of claims about one defect that are in one cluster."""
    wrongly: int = 0
    """Pairs about different defects that are in one cluster."""
    apart: int = 0
    """Pairs about one defect that are in different clusters."""
    precise: float = 0.0
    """B-cubed: the sum over claims of the share of their cluster that is about their defect."""
    complete: float = 0.0
    """B-cubed: the sum over claims of the share of their defect's claims that are in their cluster."""
    claims: int = 0
    hidden: int = 0
    """Defects that no cluster shows: each of their clusters is led by another defect, the one most of it is about."""
    defects: int = 0
    clusters: int = 0
    """Clusters that hold a claim about a known defect."""

    def __add__(self, other: "Tally") -> "Tally":
        """Both panels together."""
        return Tally(**{f.name: getattr(self, f.name) + getattr(other, f.name) for f in fields(self)})

    def figures(self) -> dict[str, float]:
        """Precision, recall and F1 of pairs and of B-cubed; shares of hidden defects; clusters for each defect."""
        precision = _ratio(self.together, self.together + self.wrongly)
        recall = _ratio(self.together, self.together + self.apart)
        precise, complete = _ratio(self.precise, self.claims), _ratio(self.complete, self.claims)
        return {
            "precision": precision,
            "recall": recall,
            "f1": _harmonic(precision, recall),
            "b3_precision": precise,
            "b3_recall": complete,
            "b3_f1": _harmonic(precise, complete),
            "hidden": self.hidden / self.defects if self.defects else 0.0,
            "duplication": _ratio(self.clusters, self.defects),
        }


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole else 1.0


def _harmonic(one: float, other: float) -> float:
    return 2 * one * other / (one + other) if one + other else 0.0


def measure(panel: Panel, clusters: Clusters) -> Tally:
    """Only claims about known defects count; two are about the same where they share one."""
    known = [(index, panel.defects[claim.id]) for index, claim in enumerate(panel.claims) if claim.id in panel.defects]
    cluster_of = {index: number for number, members in enumerate(clusters) for index in members}
    where = [(cluster_of[index], names) for index, names in known]
    together, wrongly, apart = _pairs(where)
    precise, complete = _bcubed(where)
    by_cluster: dict[int, list[frozenset[str]]] = {}
    for number, names in where:
        by_cluster.setdefault(number, []).append(names)
    leads = {number: _lead(names) for number, names in by_cluster.items()}
    every = {name for names in panel.defects.values() for name in names}
    shown = {leads[number] for number, _ in where}
    return Tally(
        together=together,
        wrongly=wrongly,
        apart=apart,
        precise=precise,
        complete=complete,
        claims=len(where),
        hidden=len(every - shown),
        defects=len(every),
        clusters=len(by_cluster),
    )


def _pairs(where: Sequence[tuple[int, frozenset[str]]]) -> tuple[int, int, int]:
    counts = Counter(
        (one[0] == other[0], bool(one[1] & other[1])) for at, one in enumerate(where) for other in where[:at]
    )
    return counts[True, True], counts[True, False], counts[False, True]


def _bcubed(where: Sequence[tuple[int, frozenset[str]]]) -> tuple[float, float]:
    precise = complete = 0.0
    for number, names in where:
        mates = [other for near, other in where if near == number]
        alike = [near for near, other in where if other & names]
        precise += sum(bool(other & names) for other in mates) / len(mates)
        complete += sum(near == number for near in alike) / len(alike)
    return precise, complete


def _lead(names: Iterable[frozenset[str]]) -> str:
    counts = Counter(name for one in names for name in one)
    return min(counts, key=lambda name: (-counts[name], name))
