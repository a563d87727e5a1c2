import pytest

from deepreview.model.claim import Claim, Severity
from deepreview.parse.review import Author, parse_review

CRITICAL, IMPORTANT, SUGGESTION = Severity


def claims(text: str) -> tuple[Claim, ...]:
    return parse_review(text, Author(name="model-a", family="maker")).claims


@pytest.mark.parametrize(
    "line",
    [
        "Severity - High",
        "Severity — High",
        "Severity High",
        "Severity = High",
        "[Severity: High]",
        "(Severity: `High`)",
        "**Severity - High**",
        "**Severity: High**",
        "**High severity**",
        "High severity.",
        "Severity\n\nHigh",
        "#### Severity\n\nHigh",
        "**Severity**\nHigh",
    ],
)
def test_a_line_of_its_own_rates_the_finding_above_it(line: str) -> None:
    text = f"## Findings\n\n### 1. It breaks\n\n{line}\n\n`a.py:3` does.\n\n### 2. It leaks\n\nText.\n"
    first, second = claims(text)
    assert (first.title, first.severity) == ("It breaks", IMPORTANT)
    assert (second.title, second.severity) == ("It leaks", SUGGESTION)
    assert first.body == "`a.py:3` does."


def test_sections_may_be_bold_lines_that_begin_with_severity() -> None:
    text = "**Severity: Critical**\n\n1. **It breaks** — `a.py:3`\n\n**Severity: Low**\n\n1. **A name** — `b.py:4`\n"
    assert [claim.severity for claim in claims(text)] == [CRITICAL, SUGGESTION]


@pytest.mark.parametrize(
    "line",
    [
        "1. **It breaks** in `a.py:3`",
        "### 1. It breaks in `a.py:3`",
        "### It breaks at a.py:3",
        "1. **It breaks in `a.py:3`**",
        "I1. It breaks in `a.py:3` (important, gap)",
        "### 1. It breaks: `a.py:3`",
        "### 1. It breaks, `a.py:3`",
        "1. **`a.py:3`**: It breaks",
    ],
)
def test_the_place_may_be_told_off_by_a_word_or_a_mark(line: str) -> None:
    (claim,) = claims(f"## Important Issues\n\n{line}\n\nText.\n")
    assert claim.title == "It breaks"
    assert [(place.path, place.first) for place in claim.places] == [("a.py", 3)]


def test_a_section_under_the_heading_of_a_finding_that_says_no_more_stays_a_section() -> None:
    first, second = claims("## Critical\n\n### It breaks\n\n**Important Issues**\n\n1. **It leaks** — `b.py:4`\n")
    assert (first.body, second.severity) == ("", IMPORTANT)


def test_a_place_that_two_lines_name_is_one() -> None:
    (claim,) = claims("## Important\n\n### It breaks\n\nFile: `a.py:3`\nLocation: `a.py:3`, `b.py:4`\n\nText.\n")
    assert [(place.path, place.first) for place in claim.places] == [("a.py", 3), ("b.py", 4)]
