"""What reviewers observed beside their findings, each thing once, with all who said it."""

import re
from collections.abc import Iterable, Mapping, Sequence

from deepreview.consolidate.base import Slate
from deepreview.consolidate.texts import cluster_texts
from deepreview.model.claim import Observation, Section
from deepreview.model.report import Remark

_ID = re.compile(r"(?<![\w#/.-])[CIS]\d{1,2}(?![\w-])")
_CODE = re.compile(r"(```.*?```|`[^`\n]*`)", re.DOTALL)
_WHOLE = {Section.SUMMARY, Section.NOTE}
"""Sections of which only equal texts are one: each reviewer sums up for itself, and each of its passes."""


Names = Mapping[tuple[str, str], str]
"""By reviewer and the id that it gave a claim (`I1`): what that is called in the report; empty for a dropped one."""


def aliases(slate: Slate) -> Names:
    """How the report calls what reviewers call by ids of their own; the first pass of a reviewer goes before others."""
    found: dict[tuple[str, str], str] = {}
    shown = [(claim, finding.alias) for finding in slate.findings for claim in finding.claims]
    for claim, alias in (*shown, *((claim, "") for gone in slate.dropped for claim in gone.claims)):
        found.setdefault((slate.claims[claim].reviewer, claim.rpartition("/")[2]), alias)
    return found


def remarks(observations: Sequence[Observation], names: Names | None = None) -> tuple[Remark, ...]:
    """In the order of the first of each; the longest text stands, the others are kept beside it.

    Every observation is in exactly one remark; anything else is a bug.
    """
    names = names or {}
    found = []
    for section in Section:
        own = [(number, one) for number, one in enumerate(observations) if one.section is section]
        texts = [(one.reviewer, one.text) for _, one in own]
        found += [
            (own[members[0]][0], _remark([own[index][1] for index in members], names))
            for members in (_equal(texts) if section in _WHOLE else cluster_texts(texts))
        ]
    told = tuple(remark for _, remark in sorted(found, key=lambda pair: pair[0]))
    if sum(1 + len(remark.also) for remark in told) != len(observations):  # holds in every run, under -O too
        raise AssertionError("an observation was lost or doubled")
    return told


def _equal(texts: Sequence[tuple[str, str]]) -> Iterable[Sequence[int]]:
    """The indices of each text, white space aside."""
    same: dict[str, list[int]] = {}
    for index, (_, text) in enumerate(texts):
        same.setdefault(" ".join(text.split()), []).append(index)
    return same.values()


def _translated(said: Observation, names: Names) -> str:
    """The text with the ids of its author's own findings as the report has them."""

    def own(found: re.Match[str]) -> str:
        alias = names.get((said.reviewer, found[0]))
        if alias is None or alias == found[0]:
            return found[0]
        return f"{alias} (as {found[0]})" if alias else f"a dropped claim (as {found[0]})"

    parts = _CODE.split(said.text)
    return "".join(part if number % 2 else _ID.sub(own, part) for number, part in enumerate(parts))


def _remark(said: Sequence[Observation], names: Names) -> Remark:
    longest = max(said, key=lambda one: (len(one.text), one.reviewer, one.text))
    others = [one for one in said if one is not longest]
    return Remark(
        section=longest.section,
        text=_translated(longest, names),
        reviewers=tuple(dict.fromkeys((longest.reviewer, *(one.reviewer for one in others)))),
        also=tuple(_translated(one, names) for one in others),
        numbered=any(one.numbered for one in said),
    )
