"""Rule 10: the originals are there in full, and the page shows all that the text holds."""

import html
import re
from collections.abc import Iterable

from deepreview.lint.base import Checked, Given, Problem
from deepreview.model.published import Published
from deepreview.parse.lines import read_lines
from deepreview.parse.statement import statement

_STUB = 700
"""Characters below which a text without a finding, two sections or any code is no review."""
_FAILED = re.compile(
    r"\b(?:fail|error|timed? ?out|quota|capacity|dropped|skipped|429|401)|\bmade no claim\b", re.IGNORECASE
)
_BARE = re.compile(r"[\s`\\<>*_~()\[\]!]+")
"""What the text has and the page has not, or elsewhere: blanks, marks of Markdown, escapes, the brackets of links."""
_TARGET = re.compile(r"\s\([^()\s]{1,2000}\)|image: |(?<=\])\([^()\s]{1,2000}\)")
"""What either says of a link or an image in words of its own."""
_TAG = re.compile(r"<[^>]{0,2000}>")


def originals(given: Given) -> Checked:
    """Each review is in the appendix, verbatim and whole; the page has every finding with its evidence."""
    report = given.report
    if not report.originals:
        yield Problem(rule=10, where="Appendix", message="it holds no original review")
    for original, review in zip(report.originals, given.originals, strict=True):
        short = len(original.text) < _STUB and not review.claims and len(review.observations) < 2  # noqa: PLR2004
        told = any(line.fenced for line in read_lines(original.text, lambda _: False))
        if short and not told and not _FAILED.search(original.text):
            yield Problem(rule=10, where="Appendix", message=f"the review of {original.name} is a stub")
    if given.page is not None:
        yield from _missing(report, given.page)


def _missing(report: Published, page: str) -> Iterable[Problem]:
    text = html.unescape(_TAG.sub("", page))
    shown, without = _bare(text), _bare(_TARGET.sub("", text))
    for finding in report.findings:
        if _bare(finding.title) not in shown and _bare(_TARGET.sub("", finding.title)) not in without:
            yield Problem(rule=10, where=finding.alias, message="the page does not show it")
        quote = statement(read_lines(finding.text, lambda _: False)).quote
        if lost := [line for line in quote.split("\n") if _bare(line) not in shown]:
            yield Problem(rule=10, where=finding.alias, message=f"the page lacks its evidence: {lost[0].strip()[:60]}")


def _bare(text: str) -> str:
    return _BARE.sub("", text)
