"""A text of which nobody has said what it is: one reviewer's words, or a published report."""

from deepreview.model.published import Published
from deepreview.model.review import Review
from deepreview.parse.published import is_report, parse_report
from deepreview.parse.review import Author, parse_review


def parse_document(text: str, author: Author) -> Review | Published:
    """The published report where the text has sections that only such reports have, else the author's review."""
    return parse_report(text) if is_report(text) else parse_review(text, author)
