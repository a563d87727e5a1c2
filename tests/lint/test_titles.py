"""The reports that we render keep the rules that we hold reports to, with marks in a title."""

from datetime import UTC, datetime

import pytest

from deepreview.consolidate.steps import STEPS
from deepreview.engine.unseen import report_unseen
from deepreview.lint.base import Given
from deepreview.lint.catalog import lint
from deepreview.model.claim import Place, Severity
from deepreview.parse.published import parse_report
from deepreview.render import html, markdown
from deepreview.reviewers.replay.voice import Remark, voice

NOW = datetime(2027, 1, 5, 10, 15, tzinfo=UTC)


@pytest.mark.parametrize("marks", ["*", "**", "`", "[", "](u)", "_", "\\", "<b>", "|", "&amp;", "http://x.y"])
def test_marks_in_a_title_break_no_rule(marks: str) -> None:
    remark = Remark(
        title=f"Expiry {marks} is skipped",
        body="`load` drops the stamp of each row.",
        severity=Severity.IMPORTANT,
        places=(Place(path="a.py", first=3, last=4),),
    )
    report = report_unseen([voice("model", [remark])], STEPS, "deepreview test", NOW)
    linted = lint(Given(report=parse_report(markdown.render(report)), page=html.render(report)))
    assert linted.problems == ()
