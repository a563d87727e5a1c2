import itertools
from dataclasses import replace
from typing import Any

import pytest

from deepreview.consolidate.record import Record
from deepreview.consolidate.severity import neighbours, rate
from deepreview.model.claim import SAID, Answer, Claim, Severity
from deepreview.model.evidence import Rung
from deepreview.model.finding import Finding, Origin, OriginKind
from deepreview.testing.builders import make_claim, make_finding

CRITICAL, IMPORTANT, SUGGESTION = Severity
PLAIN: dict[str, Any] = {"severity": CRITICAL, "reachable": Answer.YES, "silent": Answer.YES, "excuse": ""}


def of(kind: OriginKind) -> Origin:
    return Origin(kind=kind, commit=make_finding().origin.commit, subject="", author="", reason="")


def rated(claim: dict[str, Any], **finding: Any) -> Finding:
    return rate(make_finding(**finding), [make_claim(**{**PLAIN, **claim})])


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


def test_it_starts_at_what_the_shown_claim_declared() -> None:
    assert rate(make_finding(severity=CRITICAL), [make_claim(severity=SUGGESTION)]).severity is SUGGESTION


def said(number: int, severity: Severity, **given: Any) -> Claim:
    return make_claim(number, reviewer=f"r{number}", kind=SAID, severity=severity, **given)


def test_prose_starts_at_what_it_is_worth_and_keeps_its_defect_class() -> None:
    claims = [said(1, IMPORTANT), said(2, SUGGESTION)]
    after = rate(make_finding(kind=SAID), claims)
    assert after.severity is SUGGESTION
    assert len(after.reasons) == 1
    assert "one of two rates it a suggestion" in after.reasons[0]
    assert after.defect is make_finding().defect


CRITICAL_ALONE = "Critical → important: only one reviewer says it, and of 28 findings claimed to be critical in published reviews, 5 were kept as such."  # noqa: E501 - one sentence


@pytest.mark.parametrize("proof", Rung)
def test_a_critical_of_one_reviewer_stays_where_evidence_stands_behind_it(proof: Rung) -> None:
    after = rate(make_finding(kind=SAID, proof=proof), [said(1, CRITICAL, title="It is so")])
    word = proof in {Rung.SAID, Rung.PLACED}
    assert (after.severity, after.reasons) == ((IMPORTANT, (CRITICAL_ALONE,)) if word else (CRITICAL, ()))


def test_evidence_is_no_answer_to_who_rates_it_lower() -> None:
    claims = [said(1, CRITICAL), said(2, IMPORTANT)]
    after = rate(make_finding(kind=SAID, proof=Rung.REPRODUCED), claims)
    assert (after.severity, len(after.reasons)) == (IMPORTANT, 1)
    assert after.reasons[0].startswith("Critical → important: one of two rates it important")


def test_a_lowered_severity_says_who_claimed_what() -> None:
    after = rate(make_finding(kind=SAID), [said(1, CRITICAL), said(2, IMPORTANT), said(3, SUGGESTION)])
    assert after.severity is IMPORTANT
    assert after.reasons[0].endswith("; claimed critical by r1, important by r2, suggestion by r3.")


def test_two_who_call_an_attack_critical_are_not_overruled() -> None:
    title = "SQL injection: an error goes unnoticed"
    after = rate(make_finding(kind=SAID), [said(1, CRITICAL, title=title), said(2, CRITICAL, title=title)])
    assert (after.severity, after.reasons) == (CRITICAL, ())


def test_evidence_is_no_answer_to_an_objection() -> None:
    there = make_finding(kind=SAID, proof=Rung.REPRODUCED, origin=of(OriginKind.PRE_EXISTING))
    after = rate(there, [said(1, CRITICAL)])
    assert after.reasons == ("Critical → suggestion: this change did not write it (pre-existing).",)


def test_that_a_file_parses_is_no_evidence_for_prose_that_a_rule_shares() -> None:
    rule = make_claim(1, severity=CRITICAL)
    claims = [rule, said(2, IMPORTANT)]
    assert rate(make_finding(proof=Rung.PARSED), claims).severity is IMPORTANT


def test_objections_stand_on_top_of_what_prose_is_worth() -> None:
    after = rate(make_finding(kind=SAID, origin=of(OriginKind.PRE_EXISTING)), [said(1, IMPORTANT), said(2, IMPORTANT)])
    assert after.severity is SUGGESTION
    why = "this change did not write it (pre-existing); claimed important by r1 and r2"
    assert after.reasons == (f"Important → suggestion: {why}.",)


def test_prose_about_tests_may_be_important_and_a_rule_there_may_not() -> None:
    there = make_finding(kind=SAID, path="tests/test_a.py")
    assert rate(there, [said(1, IMPORTANT), said(2, IMPORTANT)]).severity is IMPORTANT
    assert rate(make_finding(path="tests/test_a.py"), [make_claim(severity=IMPORTANT)]).severity is SUGGESTION


def test_where_a_rule_and_prose_meet_the_rule_answers_the_rubric() -> None:
    rule = make_claim(1, severity=IMPORTANT, reachable=Answer.NO)
    for claims in ([rule, said(2, IMPORTANT)], [said(2, IMPORTANT), rule]):
        after = rate(make_finding(), claims)
        assert after.rubric.reachable is Answer.NO
        assert after.severity is SUGGESTION


def test_what_earlier_steps_noted_stays() -> None:
    before = make_finding(kind=SAID, reasons=("r1 says it twice, which counts once.",))
    assert rate(before, [said(1, SUGGESTION)]).reasons == before.reasons


def test_a_record_is_heard() -> None:
    bad, good = Record(held={}, answered={IMPORTANT: 400}), Record(held={IMPORTANT: 400}, answered={IMPORTANT: 400})
    claims = [said(1, IMPORTANT, title="It is wrong", body="", fix="")]
    rated = [rate(make_finding(kind=SAID), claims, {"r1": r, "r2": o}) for r, o in ((bad, good), (good, bad))]
    assert [finding.severity for finding in rated] == [SUGGESTION, IMPORTANT]


def test_who_has_another_finding_on_the_same_lines_is_named() -> None:
    def on(name: str, first: int, last: int) -> Finding:
        place = replace(make_finding().locations[0], first=first, last=last)
        return replace(make_finding(len(name), kind=SAID), reviewers=(name,), locations=(place,))

    first, second, third, whole = on("claude", 3, 3), on("gemini-cli", 2, 4), on("codex", 4, 9), on("ai", 0, 0)
    near = neighbours([first, second, third, whole])
    assert near == {
        first.fingerprint: ("gemini-cli",),
        second.fingerprint: ("claude", "codex"),
        third.fingerprint: ("gemini-cli",),
    }
    after = rate(make_finding(kind=SAID), [said(1, CRITICAL, title="It is so")], near=("gemini",))
    assert "only one reviewer says it (gemini has another finding on the same lines)" in after.reasons[0]
