import itertools
from typing import Any

import pytest

from deepreview.consolidate.severity import rate, shipped
from deepreview.model.claim import Answer, Severity
from deepreview.model.evidence import Rung
from deepreview.model.finding import Finding, Origin, OriginKind
from deepreview.testing.builders import make_claim, make_finding

CRITICAL, IMPORTANT, SUGGESTION = Severity
PLAIN: dict[str, Any] = {"severity": CRITICAL, "reachable": Answer.YES, "silent": Answer.YES, "excuse": ""}


def of(kind: OriginKind) -> Origin:
    return Origin(kind=kind, commit=make_finding().origin.commit, subject="", author="", reason="")


def rated(claim: dict[str, Any], **finding: Any) -> Finding:
    return rate(make_finding(**finding), make_claim(**{**PLAIN, **claim}))


@pytest.mark.parametrize(
    ("claim", "finding", "severity", "reason"),
    [
        ({}, {}, CRITICAL, ""),
        ({"reachable": Answer.UNKNOWN, "silent": Answer.UNKNOWN}, {}, CRITICAL, ""),
        ({"silent": Answer.NO}, {}, IMPORTANT, "when it happens, it is loud."),
        ({"reachable": Answer.NO}, {}, SUGGESTION, "nothing reaches it today."),
        ({"excuse": "on purpose"}, {}, SUGGESTION, "a comment nearby explains the choice: “on purpose”."),
        ({}, {"path": "tests/test_a.py"}, SUGGESTION, "it is in tests, examples or documents, which do not ship."),
        ({}, {"path": "tests/a.js", "kind": "biome:noFocusedTests"}, CRITICAL, ""),
        ({}, {"origin": of(OriginKind.MOVED)}, SUGGESTION, "this change did not write it (moved)."),
        ({}, {"origin": of(OriginKind.PRE_EXISTING)}, SUGGESTION, "this change did not write it (pre-existing)."),
        ({}, {"origin": of(OriginKind.NEWLY_EXPOSED)}, CRITICAL, ""),
        ({}, {"origin": of(OriginKind.UNKNOWN)}, CRITICAL, ""),
    ],
)
def test_each_objection_alone(claim: dict[str, Any], finding: dict[str, Any], severity: Severity, reason: str) -> None:
    after = rated(claim, **finding)
    assert after.severity is severity
    assert after.reasons == ((f"Critical → {severity.value}: {reason}",) if reason else ())


_ANSWERS = list(itertools.product(Answer, Answer, ["", "why"], OriginKind, ["a.py", "docs/a.md"]))


@pytest.mark.parametrize("declared", Severity)
def test_together_objections_never_raise_and_every_change_has_its_reason(declared: Severity) -> None:
    for reachable, silent, excuse, kind, path in _ANSWERS:
        claim: dict[str, Any] = {"severity": declared, "reachable": reachable, "silent": silent, "excuse": excuse}
        after = rated(claim, origin=of(kind), path=path)
        assert after.severity.weight <= declared.weight
        assert bool(after.reasons) == (after.severity is not declared)
        assert len(after.reasons) <= declared.weight - after.severity.weight


def test_the_objection_that_weighs_most_is_the_one_that_is_told() -> None:
    after = rated({"silent": Answer.NO}, path="a_test.go")
    assert after.reasons == ("Critical → suggestion: it is in tests, examples or documents, which do not ship.",)


@pytest.mark.parametrize(
    ("origin", "introduced"),
    [(OriginKind.INTRODUCED, Answer.YES), (OriginKind.MOVED, Answer.NO), (OriginKind.UNKNOWN, Answer.UNKNOWN)],
)
def test_the_rubric_is_stored_with_its_answers(origin: OriginKind, introduced: Answer) -> None:
    rubric = rated({"silent": Answer.NO}, origin=of(origin), proof=Rung.REPRODUCED).rubric
    assert (rubric.introduced, rubric.silent, rubric.reachable) == (introduced, Answer.NO, Answer.YES)
    assert (rubric.shipped, rubric.proven) == (Answer.YES, Answer.YES)
    assert rated({}, proof=Rung.PARSED).rubric.proven is Answer.NO


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        ("src/a.py", Answer.YES),
        ("tests/a.py", Answer.NO),
        ("pkg/a_test.go", Answer.NO),
        ("web/a.spec.ts", Answer.NO),
        ("conftest.py", Answer.NO),
        ("README.md", Answer.NO),
        ("src/latest/a.py", Answer.YES),
        ("src/attest.py", Answer.YES),
        ("src/contest.go", Answer.YES),
        ("test_a.py", Answer.NO),
        ("src/UserTest.java", Answer.NO),
        ("src/Latest.java", Answer.YES),
        ("requirements.txt", Answer.YES),
        ("CMakeLists.txt", Answer.YES),
    ],
)
def test_what_ships(path: str, answer: Answer) -> None:
    assert shipped(path) is answer


def test_it_starts_at_what_the_shown_claim_declared() -> None:
    assert rate(make_finding(severity=CRITICAL), make_claim(severity=SUGGESTION)).severity is SUGGESTION
