"""Claims that say the same of the same code become one finding.

Identity decides: the same kind, file and code. Claims of different kinds also meet where several analysers have their
own name for one defect and point at overlapping lines; what they call it is in `SAME`.
"""

from collections.abc import Iterable
from dataclasses import replace

from deepreview.model.finding import Finding, Fingerprint

SAME: tuple[frozenset[str], ...] = (
    frozenset({"ruff:BLE001", "ruff:E722", "ruff:S110", "ruff:S112", "py-broad-except-default", "py-swallow-cancel"}),
    frozenset({"ruff:ASYNC251", "py-sleep-in-async"}),
    frozenset({"zizmor:unpinned-images", "hadolint:DL3007"}),
    frozenset({"shellcheck:SC2086", "zizmor:template-injection"}),
    frozenset({"doubled-word", "go-repeated-word", "py-repeated-word", "repeated-word"}),
)
_GROUP = {kind: number for number, kinds in enumerate(SAME) for kind in kinds}


def group(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """One finding for each defect, in the order of their first claims; the first claim's words stay, verbatim."""
    ordered = sorted(findings, key=lambda f: f.claims)
    identical: dict[Fingerprint, Finding] = {}
    for finding in ordered:
        known = identical.get(finding.fingerprint)
        identical[finding.fingerprint] = _joined(known, finding) if known else finding
    kept: list[Finding] = []
    for finding in identical.values():
        at = next((i for i, other in enumerate(kept) if _same(other, finding)), None)
        if at is None:
            kept.append(finding)
        else:
            kept[at] = _joined(kept[at], finding)
    return tuple(kept)


def _same(one: Finding, other: Finding) -> bool:
    if one.kind not in _GROUP or _GROUP[one.kind] != _GROUP.get(other.kind):
        return False
    a, b = one.locations[0], other.locations[0]
    return a.path == b.path and a.side is b.side and a.first <= b.last and b.first <= a.last


def _joined(one: Finding, other: Finding) -> Finding:
    places = dict.fromkeys((*one.locations, *other.locations))
    return replace(
        one,
        locations=tuple(places),
        claims=(*one.claims, *other.claims),
        reviewers=tuple(dict.fromkeys((*one.reviewers, *other.reviewers))),
        evidence=tuple(dict.fromkeys((*one.evidence, *other.evidence))),
    )
