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
    frozenset({"wrong-header", "stale-name"}),
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
    kept: dict[Fingerprint, Finding] = {}
    rivals: dict[tuple[object, ...], list[Fingerprint]] = {}
    for finding in identical.values():
        near = rivals.setdefault(_meeting(finding), [])
        met = next((known for known in near if _overlap(kept[known], finding)), None)
        if met is None:
            kept[finding.fingerprint] = finding
            near.append(finding.fingerprint)
        else:
            kept[met] = _joined(kept[met], finding)
    return tuple(kept.values())


def _meeting(finding: Finding) -> tuple[object, ...]:
    """Only findings with equal answers may be one; kinds of which nothing is known meet nobody."""
    if finding.kind not in _GROUP or finding.main is None:
        return (finding.fingerprint,)
    return (_GROUP[finding.kind], finding.main.path, finding.main.side)


def _overlap(one: Finding, other: Finding) -> bool:
    a, b = one.locations[0], other.locations[0]
    return a.first <= b.last and b.first <= a.last


def _joined(one: Finding, other: Finding) -> Finding:
    places = dict.fromkeys((*one.locations, *other.locations))
    return replace(
        one,
        locations=tuple(places),
        claims=(*one.claims, *other.claims),
        reviewers=tuple(dict.fromkeys((*one.reviewers, *other.reviewers))),
        evidence=tuple(dict.fromkeys((*one.evidence, *other.evidence))),
    )
