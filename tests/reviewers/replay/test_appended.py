"""What a report of our own appends is read again as it was said."""

from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from deepreview.consolidate.steps import STEPS
from deepreview.engine.unseen import report_unseen
from deepreview.model.change import Side
from deepreview.model.claim import DefectClass, Place, Severity
from deepreview.render.markdown import render
from deepreview.reviewers.replay.appended import appended
from deepreview.reviewers.replay.formats import voices_of
from deepreview.reviewers.replay.voice import Remark, Voice, voice

NOON = datetime(2026, 1, 4, 12, tzinfo=UTC)
REVIEW = "## Important Issues\n\nI1. **It breaks** — `a.py:3`\n\nIt does.\n"
_LINE = st.text("abc `*_#:-.~|<>", min_size=1, max_size=12).map(str.strip).filter(bool)
_TEXT = st.one_of(_LINE, st.lists(st.one_of(_LINE, st.just("```"), st.just("````text")), min_size=2).map("\n".join))
_PLACES = st.builds(
    Place,
    path=st.sampled_from(["a.py", "src/b c.py", "x/[id]/page.tsx"]),
    first=st.just(3),
    last=st.integers(3, 9),
    side=st.sampled_from(Side),
)
_REMARKS = st.builds(
    Remark,
    title=_LINE,
    body=_TEXT,
    severity=st.sampled_from(Severity),
    defect=st.sampled_from(DefectClass),
    places=st.lists(_PLACES, max_size=3, unique=True).map(tuple),
    quote=_TEXT,
    fix=_TEXT,
)


def again(*told: Voice) -> tuple[Voice, ...]:
    return voices_of(render(report_unseen(told, STEPS, "deepreview test", NOON)).encode(), "report")


@settings(max_examples=200, deadline=None)
@given(st.lists(_REMARKS, min_size=1, max_size=3))
def test_claims_are_said_again_field_by_field(remarks: list[Remark]) -> None:
    told = voice("me", remarks)
    (read,) = again(told)
    fields = ("title", "severity", "defect", "places", "quote")
    assert [[getattr(one, name) for name in fields] for one in read.claims] == [
        [getattr(one, name) for name in fields] for one in told.claims
    ]
    for one, other in zip(read.claims, told.claims, strict=True):
        assert f"{one.body}\n{one.fix}".split() == f"{other.body}\n{other.fix}".split()


def test_a_text_that_looks_like_a_field_is_not_lost() -> None:
    (read,) = again(voice("me", [Remark(title="t", body="body:\nfix: no\ntitle: yes", fix="two")]))
    (claim,) = read.claims
    assert (claim.title, claim.body) == ("t", "body:")
    assert claim.fix.split() == ["no", "title:", "yes", "fix:", "two"]


def test_its_own_words_are_read_where_they_are_there() -> None:
    (said,) = voices_of(REVIEW.encode(), "ada")
    silent, other = Voice(name="bob", family="bob", claims=()), voice("eve", [Remark(title="Alone", body="b")])
    first, last = again(said, silent, other)
    assert (first.name, first.original, first.claims) == ("ada", REVIEW.rstrip("\n"), said.claims)
    assert [claim.title for claim in last.claims] == ["Alone"]


def test_who_found_nothing_in_its_own_words_is_no_silence() -> None:
    (said,) = voices_of(b"## Important Issues\n\nNone.\n", "ada")
    assert [(one.name, one.silent) for one in again(said)] == [("ada", False)]


def test_where_the_appendix_is_cut_off_its_last_claim_stands() -> None:
    whole = render(report_unseen([voice("me", [Remark(title="Alone", body="b")])], STEPS, "deepreview test", NOON))
    (read,) = voices_of(whole.rpartition("```")[0].encode(), "report")
    assert [claim.title for claim in read.claims] == ["Alone"]


def test_where_originals_hold_nothing_the_findings_speak() -> None:
    text = "# R\n\n## Important Issues\n\nI1. **It breaks** — `a.py:3` [ada]\n\nIt does.\n\n"
    text += "## Appendix: Original Reviews\n\n### [ada] — Pass 1\n\nreview lost\n"
    assert [[claim.title for claim in one.claims] for one in voices_of(text.encode(), "me")] == [["It breaks"]]


def test_what_others_append_is_none_of_it() -> None:
    assert appended(REVIEW) is None
    assert appended("```text\ntitle: x\n```") is None


def test_a_withdrawn_claim_stays_withdrawn() -> None:
    (read,) = again(voice("me", [Remark(title="Old", body="b", suppressed="withdrawn")]))
    assert [replace(claim, method="").suppressed for claim in read.claims] == ["withdrawn"]
