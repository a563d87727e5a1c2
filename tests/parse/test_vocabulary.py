import pytest

from deepreview.model.claim import Severity
from deepreview.parse.vocabulary import BOLD, Part, heading, labelled, part_of, severity_of


@pytest.mark.parametrize(
    ("title", "part"),
    [
        ("Critical Issues", Part.CRITICAL),
        ("🔴 Critical", Part.CRITICAL),
        ("Must fix", Part.CRITICAL),
        ("High severity", Part.IMPORTANT),
        ("Should-fix issues", Part.IMPORTANT),
        ("Minor issues", Part.SUGGESTIONS),
        ("Low Priority", Part.SUGGESTIONS),
        ("Nice to have", Part.SUGGESTIONS),
        ("3. Testing Assessment:", Part.TESTING),
        ("Previous Review Findings — Status", Part.PREVIOUS),
        ("Concerns (future)", Part.CONCERNS),
        ("`Summary`", Part.SUMMARY),
        ("Issues", Part.FINDINGS),
        ("The critical path", None),
        ("Code Review: PR #3", None),
    ],
)
def test_parts(title: str, part: Part | None) -> None:
    assert part_of(title) is part


def test_headings() -> None:
    assert heading("### A thing ###") == (3, "A thing")
    assert heading("**A thing:**") == (BOLD, "A thing")
    assert heading("**A thing** and more") is None
    assert heading("#no") is None


def test_a_part_that_begins_in_the_line_of_its_label() -> None:
    assert labelled("**Strengths:** paired") == (Part.STRENGTHS, "paired")
    assert labelled("**Important issues:** one") is None


def test_words_for_severities() -> None:
    assert severity_of("**[HIGH]**") is Severity.IMPORTANT
    assert severity_of("whatever") is None
