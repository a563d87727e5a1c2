from collections import Counter
from collections.abc import Sequence
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from deepreview.consolidate.merge import merged
from deepreview.model.claim import SAID, Claim, ClaimId, Place
from deepreview.model.evidence import Rung
from deepreview.model.finding import Dropped, Finding
from deepreview.testing.builders import make_claim
from deepreview.testing.files import GivenFiles
from deepreview.verify.quote import place

FILES = GivenFiles(head={"src/boiler.py": ("a = 1", "pressure = read()", "# see read_gauge", "if pressure:")}, base={})


def said(reviewer: str, number: int = 1, **given_fields: Any) -> Claim:
    plain: dict[str, Any] = {"id": ClaimId(f"{reviewer}/1/I{number}"), "kind": SAID, "quote": "pressure = read()"}
    return make_claim(number, reviewer=reviewer, **(plain | given_fields))


def outcome(claims: Sequence[Claim], *clusters: Sequence[str]) -> tuple[tuple[Finding, ...], tuple[Dropped, ...]]:
    """Merged where the clusters name claims by their ids; all others alone."""
    by_id = {claim.id: claim for claim in claims}

    def cut(items: Sequence[Claim]) -> list[list[int]]:
        where = {claim.id: index for index, claim in enumerate(items)}
        named = [[where[ClaimId(name)] for name in cluster if name in where] for cluster in clusters]
        taken = {index for cluster in named for index in cluster}
        return [cluster for cluster in named if cluster] + [[i] for i in range(len(items)) if i not in taken]

    return merged(by_id, [place(claim, FILES) for claim in claims], cut)


def test_one_defect_in_two_reviews_is_one_finding_in_the_better_words() -> None:
    short = said("codex", title="Leaks", body="It leaks.", fix="")
    long = said("claude", title="Pressure leaks", body="It leaks because nobody closes it.", repro="```sh\nrun\n```")
    (finding,), dropped = outcome([short, long], ["codex/1/I1", "claude/1/I1"])
    assert (finding.title, finding.claims, finding.reviewers) == (
        "Pressure leaks",
        ("claude/1/I1", "codex/1/I1"),
        ("claude", "codex"),
    )
    assert (finding.repro, finding.proof, dropped) == ("```sh\nrun\n```", Rung.PLACED, ())


def test_a_label_gives_way_to_a_title_that_says_what_is_wrong() -> None:
    label = said("claude", title="None discount", body="It raises, since nobody asks whether there is one.")
    clear = said("codex", title="`total()` raises where no discount is given", body="It raises.", fix="")
    (finding,), _ = outcome([label, clear], ["claude/1/I1", "codex/1/I1"])
    assert finding.title == "`total()` raises where no discount is given"
    assert (finding.body, finding.reviewers) == (label.body, ("claude", "codex")), "all else is the best words'"
    both, _ = outcome([label, said("codex", title="Discount", fix="")], ["claude/1/I1", "codex/1/I1"])
    assert both[0].title == "None discount"


def test_two_defects_of_the_same_code_are_two_findings_with_fingerprints_of_their_own() -> None:
    findings, _ = outcome([said("claude", 1), said("claude", 2, title="Another defect")])
    assert len({finding.fingerprint for finding in findings}) == 2


def test_a_rule_and_prose_that_meet_keep_the_identity_of_the_rule() -> None:
    rule = make_claim(quote="pressure = read()", kind="ruff:F821", reviewer="static", patch="diff --git a/x b/x\n")
    alone, _ = outcome([rule])
    (finding,), _ = outcome([said("claude", body="Long words. " * 20), rule], ["claude/1/I1", rule.id])
    assert (finding.kind, finding.fingerprint) == ("ruff:F821", alone[0].fingerprint)
    assert (finding.reviewers, finding.patch) == (("claude", "static"), rule.patch)


def test_two_findings_of_one_tool_never_become_one() -> None:
    rules = [make_claim(n, quote=line) for n, line in enumerate(("a = 1", "pressure = read()"))]
    findings, _ = outcome([*rules, said("claude")], [*(rule.id for rule in rules), "claude/1/I1"])
    assert sorted(len(finding.claims) for finding in findings) == [1, 2]


def test_a_claim_that_cannot_be_placed_is_kept_where_another_says_the_same() -> None:
    lost = said("gemini", quote="never_written(1)\nnor_that(2)")
    (finding,), dropped = outcome([lost, said("claude")], ["gemini/1/I1", "claude/1/I1"])
    assert (finding.claims, dropped) == (("claude/1/I1", "gemini/1/I1"), ())
    findings, (gone,) = outcome([lost, said("claude")])
    assert (len(findings), gone.claims, gone.step) == (1, ("gemini/1/I1",), "placed")


@st.composite
def crowds(draw: st.DrawFn) -> tuple[list[Claim], list[list[str]]]:
    """Claims of several reviewers, placed or not, in any clusters."""
    quotes = st.sampled_from(["a = 1", "pressure = read()", "", "never_written(1)"])
    kinds = st.sampled_from([SAID, SAID, "ruff:F821", "stale-name"])
    names = st.sampled_from(["claude", "codex", "static"])
    count = draw(st.integers(0, 12))
    claims = [
        make_claim(
            n,
            id=ClaimId(f"{name}/{n}"),
            reviewer=name,
            kind=draw(kinds),
            quote=draw(quotes),
            places=draw(st.sampled_from([(), (Place(path="src/boiler.py", first=1, last=1),)])),
        )
        for n, name in enumerate(draw(names) for _ in range(count))
    ]
    cuts: dict[int, list[str]] = {}
    for claim in claims:
        cuts.setdefault(draw(st.integers(0, 4)), []).append(claim.id)
    return claims, list(cuts.values())


@given(crowds())
def test_every_claim_ends_once_and_no_two_findings_share_a_fingerprint(
    crowd: tuple[list[Claim], list[list[str]]],
) -> None:
    claims, clusters = crowd
    findings, dropped = outcome(claims, *clusters)
    ends = Counter(claim for finding in findings for claim in finding.claims)
    ends.update(claim for gone in dropped for claim in gone.claims)
    assert ends == Counter(claim.id for claim in claims)
    assert len({finding.fingerprint for finding in findings}) == len(findings)
    assert outcome(claims[::-1], *clusters) == (findings, dropped)
