"""How long it takes to consolidate 1,000 and 10,000 claims, against counting the words of the same claims.

    python bench/merging_speed.py FOLDER [--rounds N] [--json FILE]

The claims are those of real reviews, put together in the order of their names (10,000: each ten times, under other
names). Seconds are of the processor, the best of all rounds, so that what else runs on the machine counts little; the
bars of `docs/consolidation.md` are for a quiet machine. Exits with 1 where one is missed.
"""

import argparse
import gc
import json
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from deepreview.benchmark.corpus import read_corpus
from deepreview.consolidate.base import Slate, assert_conserved, settle
from deepreview.consolidate.cluster import cluster
from deepreview.consolidate.merge import merged
from deepreview.consolidate.steps import STEPS
from deepreview.model.claim import Claim, ClaimId
from deepreview.verify.quote import unseen

BARS = {1_000: 0.1, 10_000: 3.0}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """The best times of one list of claims, in seconds."""

    claims: str
    merged: float
    settled: float
    together: float
    words: float
    """What counting the words alone takes."""
    bar: float


def consolidate(claims: Sequence[Claim]) -> tuple[float, float]:
    """Seconds of merging and of settling, as a round does both; places are taken as written."""
    by_id = {claim.id: claim for claim in claims}
    placed = [unseen(claim) for claim in claims]
    started = time.process_time()
    findings, dropped = merged(by_id, placed, cluster)
    slate = Slate(findings=findings, dropped=dropped, claims=by_id)
    assert_conserved(slate, "merged")
    halfway = time.process_time()
    settle(slate, STEPS)
    return halfway - started, time.process_time() - halfway


def counted(claims: Sequence[Claim]) -> float:
    """Seconds to count the words of the claims."""
    started = time.process_time()
    for claim in claims:
        Counter(re.findall(r"\w+", f"{claim.title} {claim.body}".lower()))
    return time.process_time() - started


def measured(name: str, claims: Sequence[Claim], rounds: int, bar: float) -> Row:
    """The best of some rounds, in turns with the baseline."""
    cluster(claims[:50])
    taken = list[tuple[float, float, float]]()
    for _ in range(rounds):
        gc.collect()
        taken.append((*consolidate(claims), counted(claims)))
    return Row(
        claims=name,
        merged=min(one for one, _, _ in taken),
        settled=min(other for _, other, _ in taken),
        together=min(one + other for one, other, _ in taken),
        words=min(words for _, _, words in taken),
        bar=bar,
    )


def several(claims: Sequence[Claim], size: int) -> list[Claim]:
    """The first claims up to a size; again under other names where there are too few."""
    times = -(-size // len(claims))
    found = [replace(claim, id=ClaimId(f"{claim.id}+{n}")) for n in range(times) for claim in claims]
    return sorted(found[:size], key=lambda claim: claim.id)


def claims_of(folder: Path) -> dict[str, list[Claim]]:
    """All claims by where they come from, under names that no two share."""
    found: dict[str, list[Claim]] = {"reviews": [], "panel": []}
    for split, panels in read_corpus(folder).items():
        for panel in panels:
            own = [replace(claim, id=ClaimId(f"{claim.id}@{panel.name}")) for claim in panel.claims]
            found["panel" if split == "panel" else "reviews"] += own
    return {name: claims for name, claims in found.items() if claims}


def table(rows: Sequence[Row]) -> str:
    """For people."""
    head = f"{'claims':<20}{'merged':>9}{'settled':>9}{'together':>10}{'words':>9}{'ratio':>7}{'bar':>7}"
    return "\n".join([head, *map(_line, rows)])


def _line(row: Row) -> str:
    seconds = f"{row.merged:>8.3f}s{row.settled:>8.3f}s{row.together:>9.3f}s{row.words:>8.3f}s"
    return f"{row.claims:<20}{seconds}{row.together / row.words:>7.1f}{row.bar:>6.1f}s"


def main(arguments: Sequence[str] | None = None, say: Callable[[str], object] = print) -> int:
    """Measure, tell, and say whether the bars are met."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rounds", type=int, default=12)
    parser.add_argument("--json", type=Path)
    given = parser.parse_args(arguments)
    rows = [
        measured(f"{size:,} ({name})", several(claims, size), given.rounds if size < 5_000 else 3, bar)
        for size, bar in BARS.items()
        for name, claims in claims_of(given.folder).items()
    ]
    say(table(rows))
    if given.json:
        told = [{name: getattr(row, name) for name in Row.__slots__} for row in rows]
        given.json.write_text(json.dumps(told, indent=2) + "\n")
    return int(any(row.together > row.bar for row in rows))


if __name__ == "__main__":
    sys.exit(main())
