"""Reviews in the forms of many tools and people, each with what it says.

A case begins with `=== name`. `+` is a claim (severity | places | title), `~` words that an observation must hold,
`!` that the text is cut off. All texts are made up.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deepreview.model.claim import Claim, DefectClass, Section
from deepreview.model.review import Review
from deepreview.parse.document import is_review
from deepreview.parse.places import written
from deepreview.parse.review import Author, parse_review

FOLDER = Path(__file__).parent / "forms"


@dataclass(frozen=True)
class Case:
    """A review and what it says."""

    name: str
    claims: tuple[str, ...]
    remarks: tuple[str, ...]
    cut: bool
    text: str


def _cases() -> Iterator[Case]:
    for path in sorted(FOLDER.glob("*.txt")):
        for block in re.split(r"^=== ", path.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]:
            head, _, text = block.partition("\n---\n")
            name, *truth = head.split("\n")
            yield Case(
                name=name,
                claims=tuple(sorted(line[2:] for line in truth if line.startswith("+ "))),
                remarks=tuple(line[2:] for line in truth if line.startswith("~ ")),
                cut="! cut" in truth,
                text=text,
            )


CASES = tuple(_cases())


def read(text: str) -> Review:
    return parse_review(text, Author(name="model-a", family="maker"))


def _told(claim: Claim) -> str:
    places = written(claim.places).replace("`", "") or "-"
    return f"{claim.severity.value} | {places} | {claim.title.rstrip('.')}"


def _wanted(line: str) -> str:
    severity, places, title = line.split(" | ", 2)
    spans = [re.sub(r":(\d+)-\1$", r":\1", place) for place in places.split(", ")]
    for at in range(len(spans) - 1, 0, -1):
        path, _, lines = spans[at].rpartition(":")
        if spans[at - 1].startswith(f"{path}:"):
            spans[at - 1 : at + 1] = [f"{spans[at - 1]},{lines}"]
    return f"{severity} | {', '.join(spans)} | {title.rstrip('.')}"


def test_there_are_many_cases() -> None:
    assert len(CASES) >= 60
    assert sum(len(case.claims) for case in CASES) > 90


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_each_says_what_it_says_and_nothing_else(case: Case) -> None:
    review = read(case.text)
    assert sorted(map(_told, review.claims)) == sorted(map(_wanted, case.claims))
    said = "\n".join(one.text for one in review.observations)
    assert [words for words in case.remarks if words not in said] == []
    assert any("cut off" in gap for gap in review.gaps) is case.cut


@pytest.mark.parametrize(
    "case", [case for case in CASES if case.name.startswith("ordinary")], ids=lambda case: case.name
)
def test_an_ordinary_document_gives_the_list_of_its_files_at_most(case: Case) -> None:
    assert all("`" in one.text and one.section is Section.NOTE for one in read(case.text).observations)


def _case(name: str) -> Review:
    return read(next(case.text for case in CASES if case.name == name))


def test_a_suggested_patch_is_the_fix_and_a_prompt_for_machines_is_no_part_of_it() -> None:
    first, second, third = _case("nested folds with counts").claims
    assert (first.title, second.title) == ("Name the magic number.", "Give the timer a name.")
    assert "const poller" in second.fix
    assert "are lost" in third.body
    assert "around lines" not in third.body


def test_what_a_tool_read_and_what_it_praises() -> None:
    assert _case("nested folds with counts").covered == ("src/depot/queue.py", "web/panel.ts")
    (praise,) = _case("nothing actionable, only praise").observations
    assert (praise.section, praise.text) == (
        Section.STRENGTH,
        "`src/gate.py:12-15`: LGTM! The guard is right.",
    )


def test_what_a_tool_did_not_post_stays_on_record() -> None:
    assert {claim.suppressed for claim in _case("drafts that were not posted").claims} == {"withdrawn by its reviewer"}


def test_quoted_code_with_the_marks_of_a_patch_is_code_as_it_stands() -> None:
    assert _case("comments with locations in tags").claims[0].quote == "    tare = read()"


def test_a_review_of_the_usual_form_that_quotes_a_tool_is_read_as_it_is() -> None:
    quoted = "Actionable comments posted: 1\n\nsrc/b.py (1)\n\n`3-4`: **Not ours.**\n"
    text = f"## Important Issues\n\nI1. **It hangs** — `src/a.py:3`\n\nAnother tool says:\n\n{quoted}"
    assert [claim.title for claim in read(text).claims] == ["It hangs"]


def test_approval_is_praise_and_a_question_is_no_regression() -> None:
    sections = [(one.section, one.text) for one in _case("approval beside a finding").observations]
    assert sections == [(Section.STRENGTH, "src/lamp.py:4: looks good"), (Section.STRENGTH, "LGTM otherwise")]
    assert [one.section for one in _case("a question").observations] == [Section.NOTE]
    (hint,) = _case("questions and hints").claims
    assert hint.defect is DefectClass.ENHANCEMENT


def test_approval_alone_and_a_failure_are_no_review() -> None:
    for name in ("approval alone", "ordinary: an answer that failed"):
        text = next(case.text for case in CASES if case.name == name)
        assert not is_review(text, read(text))
    lost = "- src/a.py: could not read it, permission denied\n"
    assert not is_review(lost, read(lost))


_PIECES = [
    *(
        "<details>",
        "</details>",
        "<summary>src/a.py (2)</summary>",
        "<summary>🧹 Nitpick comments (2)</summary>",
        "<!--",
    ),
    *(
        "`3-4`: **It breaks.**",
        "`5`: _⚠️ Potential issue_ | _🟠 Major_",
        "src/a.py (2)",
        "**src/a.py:3**",
        "-->",
        "<br>",
    ),
    *("Actionable comments posted: 2", "### Comment 1", '<location path="a.py" line_range="3" />', "<code_context>"),
    *(
        "</code_context>",
        "<issue_to_address>",
        "**issue (blocking):** x",
        "**praise:** y",
        "**question:** z?",
        "a.py (1)",
    ),
    *("![high](x)", "**![P1 Badge](x) It breaks**", "https://x.example/o/r/blob/c/a.py#L3", "1. It breaks (so)", "* y"),
    *(
        "File: a.py",
        "Line: 3 to 5",
        "Type: nitpick",
        "=" * 20,
        "Prompt for AI Agent:",
        "**High Severity**",
        "### It breaks",
    ),
    *(
        "<td>High</td>",
        "[a.py [3-4]](https://x.example)",
        "- **Draft comment**:",
        "- **Reason this comment was not posted**",
    ),
    *(
        "* [It breaks](x): [Line 3](y)",
        "<a href='https://x.example/blob/c/a.py#L3'><strong>Bug</strong></a>",
        "LGTM",
        "```",
    ),
]


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.one_of(st.sampled_from(_PIECES), st.text(max_size=30)), max_size=30),
    st.sampled_from(["\n", "\n\n", " "]),
)
def test_any_order_of_such_pieces_gives_claims_with_ids_of_their_own(pieces: list[str], between: str) -> None:
    review = read(between.join(pieces))
    assert len({claim.id for claim in review.claims}) == len(review.claims)
    assert all(claim.title and "\n" not in claim.title for claim in review.claims)
    assert all(one.text.strip() for one in review.observations)
