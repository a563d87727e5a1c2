"""A text of which nobody has said what it is: one reviewer's words, or a published report."""

import re

from deepreview.model.published import Published
from deepreview.model.review import Review
from deepreview.parse.items import is_nothing
from deepreview.parse.lines import MOST_CHARACTERS
from deepreview.parse.outline import outline
from deepreview.parse.published import is_report, parse_report
from deepreview.parse.review import Author, parse_review
from deepreview.parse.vocabulary import CLAIMING

_FAILED = re.compile(
    r"\b(?:(?:could|can|did) ?(?:not|n['’]t)|can['’]t|(?:un|not )able to|failed to)\b"
    r"(?! (?:find|identify|see|spot|detect|discover|think)\b)"
    r"|\b(?:(?:rate|usage|token) limit|timed out|denied|overloaded|unavailable|try again)\b|\berror:",
    re.IGNORECASE,
)


def parse_document(text: str, author: Author) -> Review | Published:
    """The published report where the text has sections that only such reports have, else the author's review."""
    return parse_report(text) if is_report(text) else parse_review(text, author)


def is_review(text: str, review: Review) -> bool:
    """Whether a text holds a review: a claim, an observation, a file that was read, or a section that says none."""
    if review.claims or review.observations or review.covered:
        return True
    return any(chapter.part in CLAIMING and _answers(chapter.text) for chapter in outline(text[:MOST_CHARACTERS]))


def _answers(text: str) -> bool:
    """Whether what stands in a section for findings without one is an answer, and not why there is none."""
    return bool(text.strip()) and (not _FAILED.search(text) or any(map(is_nothing, text.splitlines())))
