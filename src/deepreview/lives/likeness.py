"""How sure it is that two findings of different rounds are told of one defect: the measure by which claims merge."""

from collections.abc import Sequence

from deepreview.consolidate.cluster import default_weights
from deepreview.consolidate.pairs import Weighed, features, weigh
from deepreview.consolidate.words import Vocabulary, said
from deepreview.model.claim import SAID, Answer, Claim, Place
from deepreview.model.finding import Finding

NOTHING = -1.0


class Likeness:
    """The findings of earlier rounds and of this one, read once."""

    def __init__(self, earlier: Sequence[Finding], later: Sequence[Finding]) -> None:
        vocabulary = Vocabulary()
        every = [said(_claim(finding), vocabulary, ruled=False) for finding in (*earlier, *later)]
        self._among: Weighed = weigh(every)
        self._later = len(earlier)

    def __call__(self, one: int, other: int) -> float:
        """How far the two are above the threshold of merging, by their places in the two lists."""
        found = features(self._among, one, self._later + other)
        return default_weights().score(found) if found else NOTHING


def _claim(finding: Finding) -> Claim:
    places = tuple(Place(path=at.path, first=at.first, last=at.last, side=at.side) for at in finding.locations)
    return Claim(
        id=finding.claims[0],
        reviewer=finding.reviewers[0] if finding.reviewers else "",
        family="",
        kind=SAID,
        severity=finding.severity,
        defect=finding.defect,
        title=finding.title,
        body=finding.body,
        unless="",
        method="",
        places=places,
        quote=finding.main.quote if finding.main else "",
        fix="",
        patch="",
        repro="",
        silent=Answer.UNKNOWN,
        reachable=Answer.UNKNOWN,
        suppressed="",
        excuse="",
    )
