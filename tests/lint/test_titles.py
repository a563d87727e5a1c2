"""The reports that we render keep the rules that we hold reports to, whatever a title says."""

import html as escapes
import re
from datetime import UTC, datetime

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from deepreview.consolidate.steps import STEPS
from deepreview.engine.unseen import report_unseen
from deepreview.lint.base import Given
from deepreview.lint.catalog import lint
from deepreview.model.claim import Place, Severity
from deepreview.parse.published import parse_report
from deepreview.render import html, markdown
from deepreview.render.safe_markdown import inline
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


_MARKS = (":", "~", "~~", "**", "*", "#", "\\", "`", "|", "<b>", "__", "&amp;", "@me", "#12", "> ", ", ", " ", "` `")
_WORDS = ("S1", "I7.", "C1:", "[High]", "High: ", "🔴", "[bob]", "None", "Fix:", "- ", "1. ", " — ", "x", "word ")
_PIECES = st.one_of(
    st.sampled_from(_MARKS),
    st.sampled_from((*_WORDS, "(important, gap)", "(round 2)", "`b.py:3`", "a.go:7")),
    st.sampled_from(("http://x.y", "[y](z)", "[y](https://x.y/z)", "\u200b", "\u00a0", "\u2028")),
    st.text(max_size=6),
)


@settings(max_examples=120, deadline=None)
@given(st.lists(st.lists(_PIECES, max_size=6).map("".join), min_size=1, max_size=3))
@example([":"])
@example(["x ~"])
@example(["` `"])
@example(["S1. uploads fail", "C2: `x`"])
@example(["I7.", "I7.:S1"])
@example(["I7.http://x.yC1:S1"])
def test_any_title_keeps_the_rules_and_comes_back(titles: list[str]) -> None:
    remarks = [
        Remark(
            title=title,
            body=f"`load{number}` drops stamp {number}.",
            severity=Severity.IMPORTANT,
            places=(Place(path=f"a{number}.py", first=3, last=4),),
        )
        for number, title in enumerate(titles)
    ]
    report = report_unseen([voice("model", remarks)], STEPS, "deepreview test", NOW)
    parsed = parse_report(markdown.render(report))
    assert [shown(one.title) for one in parsed.findings] == [shown(inline(one.title)) for one in report.findings]
    assert lint(Given(report=parsed, page=html.render(report))).problems == ()


def shown(title: str) -> str:
    """What a reader sees of a line of Markdown."""
    return " ".join(escapes.unescape(re.sub("<[^>]*>", "", MarkdownIt().renderInline(title))).split())
