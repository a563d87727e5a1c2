"""From which score on two findings of one file are one defect: what `lives/match.py` goes by.

`python bench/lives.py FOLDER`: of all pairs of claims in one file that two reviewers of one round made, those that were
published as one finding against those that were not, by their score and by whether they quote the same code.
"""

import sys
from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from typing import Any

from deepreview.consolidate.cluster import default_weights
from deepreview.consolidate.pairs import features, weigh
from deepreview.consolidate.words import Vocabulary, said
from deepreview.model.claim import Claim
from deepreview.parse.lines import read_lines
from deepreview.parse.statement import statement
from kept import claim_of, trusted

STEPS = (-0.5, -0.4, -0.3, -0.2, -0.1, 0.0, 0.1, 0.2, 0.3, 0.4)


def scored(folder: Path) -> Iterator[tuple[float, bool, bool]]:
    """The score of each pair, whether it was published as one finding, and whether the quoted code is shared."""
    for case in trusted(folder):
        finding: dict[str, str] = {link["raw"]: link["gold"] for link in case["links"]}
        raws: list[dict[str, Any]] = [raw for raw in case["raw_findings"] if raw["uid"] in finding]
        vocabulary = Vocabulary()
        read = [said(_quoting(claim_of(raw)), vocabulary, ruled=False) for raw in raws]
        among, weights = weigh(read), default_weights()
        for one, other in combinations(range(len(raws)), 2):
            if read[one].reviewer == read[other].reviewer or not read[one].files & read[other].files:
                continue
            found = features(among, one, other)
            same = finding[raws[one]["uid"]] == finding[raws[other]["uid"]]
            quoted = bool(read[one].quote & read[other].quote)
            yield (weights.score(found) if found else -1.0), same, quoted


def _quoting(claim: Claim) -> Claim:
    told = statement(read_lines(claim.body, lambda _: False))
    return replace(claim, quote=told.quote, body=told.text)


def main() -> None:
    pairs = list(scored(Path(sys.argv[1])))
    for quoted in (True, False):
        some = [(score, same) for score, same, shared in pairs if shared is quoted]
        true = sum(same for _, same in some)
        print(f"\n{'sharing' if quoted else 'without shared'} quoted code: {len(some)} pairs, {true} of them one")
        for step in STEPS:
            hits = [same for score, same in some if score >= step]
            if hits:
                kept, found = sum(hits) / len(hits), sum(hits) / max(true, 1)
                print(f"  {step:+.1f}  precision {kept:.2f}  recall {found:.2f}  of {len(hits)}")


if __name__ == "__main__":
    main()
