"""What reviewers observed beside their findings, each thing once, with all who said it."""

from collections.abc import Sequence

from deepreview.consolidate.cluster import cluster
from deepreview.model.claim import SAID, Answer, Claim, ClaimId, DefectClass, Observation, Section, Severity
from deepreview.model.report import Remark

_LEAD = 400
"""Characters of an observation that are compared as its title."""
_WHOLE = {Section.SUMMARY, Section.NOTE}
"""Sections whose texts stand as they are: each reviewer sums up for itself."""


def remarks(observations: Sequence[Observation]) -> tuple[Remark, ...]:
    """In the order of the first of each; the longest text stands, the others are kept beside it.

    Every observation is in exactly one remark; anything else is a bug.
    """
    found = []
    for section in Section:
        own = [(number, one) for number, one in enumerate(observations) if one.section is section]
        if section in _WHOLE:
            found += [(number, _remark([one])) for number, one in own]
            continue
        for members in cluster([_claim(number, one) for number, one in own]):
            found.append((own[members[0]][0], _remark([own[index][1] for index in members])))
    told = tuple(remark for _, remark in sorted(found, key=lambda pair: pair[0]))
    if sum(1 + len(remark.also) for remark in told) != len(observations):  # holds in every run, under -O too
        raise AssertionError("an observation was lost or doubled")
    return told


def _remark(said: Sequence[Observation]) -> Remark:
    longest = max(said, key=lambda one: (len(one.text), one.reviewer, one.text))
    others = [one for one in said if one is not longest]
    return Remark(
        section=longest.section,
        text=longest.text,
        reviewers=tuple(dict.fromkeys((longest.reviewer, *(one.reviewer for one in others)))),
        also=tuple(one.text for one in others),
    )


def _claim(number: int, said: Observation) -> Claim:
    """As a claim of no place: what is said is compared by its words."""
    return Claim(
        id=ClaimId(f"{said.reviewer}/{number:06}"),
        reviewer=said.reviewer,
        family=said.reviewer,
        kind=SAID,
        severity=Severity.SUGGESTION,
        defect=DefectClass.GAP,
        title=said.text[:_LEAD],
        body=said.text[_LEAD:],
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
