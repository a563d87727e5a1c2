"""A text of which nobody has said what it is: one reviewer's words, or a published report."""

from deepreview.model.published import Published
from deepreview.model.review import Review
from deepreview.parse.lines import MOST_CHARACTERS
from deepreview.parse.outline import outline
from deepreview.parse.published import is_report, parse_report
from deepreview.parse.review import Author, parse_review
from deepreview.parse.vocabulary import CLAIMING


def parse_document(text: str, author: Author) -> Review | Published:
    """The published report where the text has sections that only such reports have, else the author's review."""
    return parse_report(text) if is_report(text) else parse_review(text, author)


def is_review(text: str, review: Review) -> bool:
    """Whether a text holds a review: a claim, an observation, a file that was read, or a section that says none."""
    if review.claims or review.observations or review.covered:
        return True
    return any(chapter.part in CLAIMING and chapter.text.strip() for chapter in outline(text[:MOST_CHARACTERS]))
