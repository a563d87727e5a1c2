import pytest
from hypothesis import given
from hypothesis import strategies as st

from deepreview.model.claim import Observation, Section
from deepreview.report.remarks import remarks


def seen(reviewer: str, text: str, section: Section = Section.STRENGTH) -> Observation:
    return Observation(reviewer=reviewer, section=section, text=text)


PAIRED = "All eight call sites pair `lock` with `unlock`, also on the error path (`cache.go:40`)."
AGAIN = "`lock` and `unlock` are paired at all eight call sites, the error path included."


def test_the_same_is_said_once_with_both_names() -> None:
    one, other = remarks([seen("a", AGAIN), seen("b", PAIRED), seen("b", "Messages are clear.")])
    assert (one.reviewers, one.text, one.also) == (("b", "a"), PAIRED, (AGAIN,))
    assert (other.reviewers, other.text) == (("b",), "Messages are clear.")


def test_the_same_words_in_another_section_are_another_remark() -> None:
    assert len(remarks([seen("a", PAIRED), seen("b", PAIRED, Section.CONCERN)])) == 2


def test_ids_are_those_of_the_report() -> None:
    names = {("a", "I1"): "S3", ("a", "S2"): "", ("a", "C1"): "C1", ("b", "I9"): "I2"}
    (one,) = remarks([seen("a", "See I1, S2, C1 and I9, not `I1` or I10.")], names)
    assert one.text == "See S3 (as I1), a dropped claim (as S2), C1 and I9, not `I1` or I10."


@pytest.mark.parametrize("section", [Section.SUMMARY, Section.NOTE])
def test_summaries_and_notes_stand_as_they_are(section: Section) -> None:
    assert len(remarks([seen("a", PAIRED, section), seen("b", AGAIN, section)])) == 2
    (both,) = remarks([seen("a", PAIRED, section), seen("b", f"{PAIRED}\n", section), seen("a", PAIRED, section)])
    assert (both.reviewers, len(both.also)) == (("b", "a"), 2)


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from([PAIRED, AGAIN, "x", ""]), st.sampled_from(Section))))
def test_nothing_is_lost(rows: list[tuple[str, str, Section]]) -> None:
    told = remarks([seen(*row) for row in rows])
    assert sorted(row[1] for row in rows) == sorted(text for one in told for text in (one.text, *one.also))
