"""Which of several texts without a place say the same: compared by their words, as claims are."""

from collections.abc import Iterable, Sequence

from deepreview.consolidate.cluster import cluster
from deepreview.model.claim import SAID, Answer, Claim, ClaimId, DefectClass, Severity

_LEAD = 400
"""Characters of a text that are compared as its title."""


def cluster_texts(texts: Sequence[tuple[str, str]]) -> Iterable[Sequence[int]]:
    """Each text, given behind who says it, in exactly one cluster, by its number."""
    return cluster([_claim(number, who, text) for number, (who, text) in enumerate(texts)])


def _claim(number: int, who: str, text: str) -> Claim:
    return Claim(
        id=ClaimId(f"{who}/{number:06}"),
        reviewer=who,
        family=who,
        kind=SAID,
        severity=Severity.SUGGESTION,
        defect=DefectClass.GAP,
        title=text[:_LEAD],
        body=text[_LEAD:],
        unless="",
        method="",
        places=(),
        quote="",
        fix="",
        patch="",
        repro="",
        silent=Answer.UNKNOWN,
        reachable=Answer.UNKNOWN,
        suppressed="",
        excuse="",
    )
