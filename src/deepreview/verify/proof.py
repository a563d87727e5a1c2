"""Runs the checks over the findings and says how far each is proven. Observes; judges nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from deepreview.model.evidence import Evidence, Outcome, Rung
from deepreview.model.finding import Finding, Fingerprint
from deepreview.verify import syntax
from deepreview.verify.base import Bench, Check

_RUNGS = {"quote": Rung.PLACED, syntax.NAME: Rung.PARSED}
_ORDER = list(Rung)


def examined(findings: Sequence[Finding], checks: Sequence[Check], bench: Bench) -> tuple[Finding, ...]:
    """The findings with what each check observed and the highest rung that an observation reached."""
    observed: dict[str, list[Evidence]] = {finding.fingerprint: list(finding.evidence) for finding in findings}
    for check in checks:
        for fingerprint, evidence in _observed(check, findings, bench).items():
            observed[fingerprint].append(evidence)
    return tuple(_proven(finding, tuple(observed[finding.fingerprint])) for finding in findings)


def _observed(check: Check, findings: Sequence[Finding], bench: Bench) -> Mapping[Fingerprint, Evidence]:
    """What a check observed; one that breaks leaves that on record, and the round goes on."""
    try:
        return check.examine(findings, bench)
    except Exception as error:  # noqa: BLE001 - bulkhead: a check may fail in any way
        told = f"The check failed: {type(error).__name__}: {error}".split("\n", 1)[0][:300]
        broken = Evidence(check=check.name, outcome=Outcome.ERROR, summary=told, detail="")
        return {finding.fingerprint: broken for finding in findings}


def _proven(finding: Finding, evidence: tuple[Evidence, ...]) -> Finding:
    reached = [_RUNGS[e.check] for e in evidence if e.outcome is Outcome.SUPPORTS and e.check in _RUNGS]
    return replace(finding, evidence=evidence, proof=max(reached, key=_ORDER.index, default=Rung.SAID))
