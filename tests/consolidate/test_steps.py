from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deepreview.consolidate.base import Slate, assert_conserved, settle
from deepreview.consolidate.group import SAME, group
from deepreview.consolidate.steps import MOST_OF_A_KIND, STEPS, declined, switched_off
from deepreview.model.claim import SAID, Answer, Claim, ClaimId, DefectClass, Place, Severity
from deepreview.model.evidence import Evidence, Outcome, Rung
from deepreview.model.finding import Dropped, Finding, OriginKind
from deepreview.testing.builders import make_claim, make_finding
from deepreview.testing.files import GivenFiles
from deepreview.verify.quote import place

LINES = ("a = 1", "b = 2", "a = 1", "", "except Exception:", "    pass")
PATHS = ("a.py", "b.py", "tests/a.py", "src/boiler.py", *(f"{number:02}.py" for number in range(12)))
KINDS = ("stale-name", "typos", *sorted(SAME[0])[:3])


def settled(claims: Sequence[Claim], touch: Callable[[Finding], Finding] = lambda finding: finding) -> Slate:
    """All of the claims through placing, grouping and every step."""
    files = GivenFiles(head=dict.fromkeys(PATHS, LINES), base={})
    placed = [place(claim, files) for claim in claims]
    findings = [touch(finding) for finding in group(one for one in placed if isinstance(one, Finding))]
    gone = tuple(one for one in placed if isinstance(one, Dropped))
    return settle(Slate(findings=tuple(findings), dropped=gone, claims={claim.id: claim for claim in claims}), STEPS)


def about(number: int, **given_fields: Any) -> Claim:
    plain: dict[str, Any] = {
        "id": ClaimId(f"names/{number:04}"),
        "quote": "",
        "places": (Place(path="a.py", first=0, last=0),),
        "kind": f"kind-{number}",
    }
    return make_claim(number, **(plain | given_fields))


_PLACES = st.builds(
    lambda path, first, height: Place(path=path, first=first, last=first + height if first else 0),
    st.sampled_from(["a.py", "b.py", "gone.py", "tests/a.py"]),
    st.integers(0, 8),
    st.integers(0, 2),
)
_CLAIMS = st.lists(
    st.fixed_dictionaries(
        {
            "reviewer": st.sampled_from(["static", "names"]),
            "kind": st.sampled_from(KINDS),
            "severity": st.sampled_from(Severity),
            "defect": st.sampled_from(DefectClass),
            "places": st.lists(_PLACES, min_size=1, max_size=3).map(tuple),
            "quote": st.sampled_from(["", "a = 1", "b = 2", "except Exception:\n    pass", "nowhere()"]),
            "suppressed": st.sampled_from(["", "", "generated file"]),
            "excuse": st.sampled_from(["", "on purpose"]),
            "silent": st.sampled_from(Answer),
            "reachable": st.sampled_from(Answer),
        }
    ),
    max_size=40,
)


@given(_CLAIMS, st.sets(st.integers(0, 10)))
@settings(max_examples=60, deadline=None)
def test_every_claim_ends_in_exactly_one_place(said: list[dict[str, Any]], refuted: set[int]) -> None:
    claims = [make_claim(n, id=ClaimId(f"{fields['reviewer']}/{n}"), **fields) for n, fields in enumerate(said)]
    shots = iter(range(len(claims) + 1))

    def touch(finding: Finding) -> Finding:
        if next(shots) not in refuted:
            return finding
        against = Evidence(check="syntax", outcome=Outcome.REFUTES, summary="The file parses.", detail="")
        return replace(finding, evidence=(*finding.evidence, against))

    slate = settled(claims, touch)
    assert_conserved(slate, "the end")
    ends = [c for f in slate.findings for c in f.claims] + [c for d in slate.dropped for c in d.claims]
    assert sorted(ends) == sorted(claim.id for claim in claims)
    assert len({finding.alias for finding in slate.findings}) == len(slate.findings)
    assert len({finding.fingerprint for finding in slate.findings}) == len(slate.findings)
    assert all(finding.severity.weight <= slate.main_claim(finding).severity.weight for finding in slate.findings)
    one, other = settled(claims), settled(claims[::-1])
    assert (one.findings, set(one.dropped)) == (other.findings, set(other.dropped))


def test_each_step_comes_after_those_that_it_needs() -> None:
    names = [step.name for step in STEPS]
    assert len(set(names)) == len(names)
    assert all(names.index(needed) < names.index(step.name) for step in STEPS for needed in step.after)


def test_what_its_reviewer_would_not_show_is_dropped_with_its_reason() -> None:
    (gone,) = settled([about(1, suppressed="generated file")]).dropped
    assert (gone.step, gone.reason) == ("suppressed", "generated file")


def test_one_who_would_show_it_is_enough() -> None:
    slate = settled([about(1, kind="k", suppressed="generated file"), about(2, kind="k")])
    assert [finding.claims for finding in slate.findings] == [("names/0001", "names/0002")]


def test_what_a_check_refuted_is_dropped_with_its_observation() -> None:
    against = Evidence(check="syntax", outcome=Outcome.REFUTES, summary="The file parses.", detail="")
    (gone,) = settled([about(1)], lambda finding: replace(finding, evidence=(against,))).dropped
    assert (gone.step, gone.reason) == ("refuted", "syntax: The file parses.")


@pytest.mark.parametrize(
    ("severity", "shown"), [(Severity.SUGGESTION, MOST_OF_A_KIND), (Severity.IMPORTANT, 12), (Severity.CRITICAL, 12)]
)
def test_only_suggestions_of_one_kind_are_capped(severity: Severity, shown: int) -> None:
    places = [(Place(path=f"{n:02}.py", first=0, last=0),) for n in range(12)]
    slate = settled([about(n, kind="k", severity=severity, places=where) for n, where in enumerate(places)])
    assert [finding.locations[0].path for finding in slate.findings] == [f"{n:02}.py" for n in range(shown)]
    assert {gone.step for gone in slate.dropped} == ({"capped"} if shown < 12 else set())


def test_the_heavy_and_the_agreed_come_first_and_names_follow_the_order() -> None:
    both = [about(1, kind="b"), about(2, kind="b", reviewer="static", id=ClaimId("static/1"))]
    claims = [about(3, kind="a"), *both, about(4, severity=Severity.IMPORTANT), about(5, severity=Severity.CRITICAL)]
    findings = settled(claims).findings
    assert [finding.alias for finding in findings] == ["C1", "I1", "S1", "S2"]
    assert findings[2].kind == "b"


def test_origins_rank_too() -> None:
    def touch(finding: Finding) -> Finding:
        kind = OriginKind.INTRODUCED if finding.kind == "z" else OriginKind.PRE_EXISTING
        return replace(finding, origin=replace(finding.origin, kind=kind))

    assert [f.kind for f in settled([about(1, kind="a"), about(2, kind="z")], touch).findings] == ["z", "a"]


def test_a_suggestion_that_the_code_answers_is_dropped_and_something_heavier_is_lowered() -> None:
    slate = settled(
        [
            about(1, excuse="// best effort", severity=Severity.SUGGESTION),
            about(2, excuse="// best effort", severity=Severity.IMPORTANT),
        ]
    )
    assert [(gone.step, gone.reason) for gone in slate.dropped] == [
        ("excused", "a comment or message there explains the choice: “// best effort”")
    ]
    assert [(finding.claims[0], finding.severity) for finding in slate.findings] == [
        ("names/0002", Severity.SUGGESTION)
    ]


def test_what_is_switched_off_is_dropped_by_kind_or_by_tool() -> None:
    claims = [about(n, kind=kind) for n, kind in enumerate(("stale-name", "ruff:F821", "gone-path"))]
    slate = settled(claims)
    after = settle(slate, [switched_off({"stale-name", "ruff"})])
    assert [finding.kind for finding in after.findings] == ["gone-path"]
    assert {gone.step: gone.reason for gone in after.dropped} == {"switched-off": "switched off in the settings"}


def test_every_step_that_another_needs_is_there() -> None:
    names = {step.name for step in STEPS}
    assert all(set(step.after) <= names for step in STEPS)


def test_what_was_declined_stays_so_while_its_code_is_the_same() -> None:
    claim = about(1, kind=SAID, quote="b = 2", places=(Place(path="a.py", first=2, last=2),))
    (finding,) = settled([claim]).findings
    why = {finding.fingerprint: "it is meant to be two"}
    again = settle(settled([claim]), [declined(why)])
    assert [(gone.step, gone.reason) for gone in again.dropped] == [
        ("declined", "settled earlier, and its code has not changed since: it is meant to be two")
    ]
    moved = replace(claim, quote="a = 1", places=(Place(path="a.py", first=1, last=1),))
    assert settle(settled([moved]), [declined(why)]).dropped == ()


def test_prose_without_code_is_not_known_again() -> None:
    slate = settled([about(1, kind=SAID)])
    (finding,) = slate.findings
    assert settle(slate, [declined({finding.fingerprint: "no"})]).findings == slate.findings
    ruled = settled([about(1)])
    assert settle(ruled, [declined({ruled.findings[0].fingerprint: "no"})]).findings == ()


def slate_of(*findings: tuple[Finding, Sequence[Claim]]) -> Slate:
    shown = tuple(replace(finding, claims=tuple(claim.id for claim in claims)) for finding, claims in findings)
    return Slate(findings=shown, dropped=(), claims={claim.id: claim for _, claims in findings for claim in claims})


def said(number: int, reviewer: str, **given_fields: Any) -> Claim:
    return make_claim(number, id=ClaimId(f"{reviewer}/{number}"), reviewer=reviewer, kind=SAID, **given_fields)


def test_who_says_it_twice_is_noted_and_counts_once() -> None:
    twice = [said(1, "codex"), said(2, "codex"), said(3, "claude"), *(said(n, "pi") for n in range(4, 9))]
    (finding,) = settle(slate_of((make_finding(kind=SAID), twice)), STEPS).findings
    assert finding.reasons == (
        "codex says it twice, which counts once.",
        "pi says it 5 times, which counts once.",
    )


def test_a_regression_that_was_there_before_is_a_gap() -> None:
    old = replace(make_finding().origin, kind=OriginKind.PRE_EXISTING, reason="The line was there before this change.")
    was = [(defect, origin) for defect in DefectClass for origin in (old, make_finding().origin)]
    for defect, origin in was:
        slate = slate_of((make_finding(kind=SAID, defect=defect, origin=origin), [said(1, "r", defect=defect)]))
        (finding,) = settle(slate, STEPS).findings
        lowered = defect is DefectClass.REGRESSION and origin is old
        assert finding.defect is (DefectClass.GAP if lowered else defect)
        why = "Regression → gap: The line was there before this change."
        assert (why in finding.reasons) == lowered


def test_rank_counts_families_then_proof() -> None:
    one_family = [said(1, "a", family="x"), said(2, "b", family="x")]
    slate = slate_of(
        (make_finding(1, kind=SAID, title="one family", reviewers=("a", "b")), one_family),
        (make_finding(2, kind=SAID, title="two voices", reviewers=("c", "d")), [said(3, "c"), said(4, "d")]),
        (make_finding(3, kind=SAID, title="run", proof=Rung.REPRODUCED, reviewers=("e",)), [said(5, "e")]),
    )
    assert [finding.title for finding in settle(slate, STEPS).findings] == ["two voices", "run", "one family"]


def test_prose_is_never_capped() -> None:
    many = [(make_finding(n, kind=SAID), [said(n, "r")]) for n in range(1, 3 * MOST_OF_A_KIND)]
    assert len(settle(slate_of(*many), STEPS).findings) == len(many)


def _of_kind(kind: str, *more: str) -> Slate:
    claims = {
        one.id: one
        for one in (
            make_claim(n, id=ClaimId(f"r{n}/{n}"), reviewer=f"r{n}", kind=k) for n, k in enumerate((kind, *more))
        )
    }
    finding = make_finding(1, kind=kind, claims=tuple(claims))
    return Slate(findings=(finding,), dropped=(), claims=claims)


def test_a_kind_that_could_not_show_that_it_is_mostly_true_is_off() -> None:
    (gone,) = switched_off(()).run(_of_kind("unused-definition")).dropped
    assert gone.reason == "off unless it is enabled: --enable unused-definition"
    assert switched_off((), ["unused-definition"]).run(_of_kind("unused-definition")).dropped == ()


def test_what_somebody_else_says_too_is_not_switched_off() -> None:
    assert switched_off(()).run(_of_kind("unused-definition", "said")).dropped == ()
    assert switched_off(["stale-name"]).run(_of_kind("stale-name", "said")).dropped == ()
    assert len(switched_off(["stale-name"]).run(_of_kind("stale-name")).dropped) == 1
