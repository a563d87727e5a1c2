"""What agents did and what a lead decided is in every format, and no text of theirs can do anything there."""

from dataclasses import replace

import pytest

from deepreview.model.agent import Attempt, Failure, Record, Usage
from deepreview.model.claim import Severity
from deepreview.model.lead import Alone, Lead, Ruling
from deepreview.model.report import Report
from deepreview.model.round import Completed, Failed, Reading
from deepreview.model.verdict import Verdict, VerdictValue
from deepreview.render import html, markdown, terminal
from deepreview.render.deeds import cost, deeds, ruled, spending, tool_calls, used
from deepreview.testing.builders import make_finding, make_report

SPENT = Usage(input=9_000, cached=3_000, output=2_000, requests=4, usd=0.123, priced="list")
RECORD = Record(
    agent="claude:opus@high",
    model="claude-opus-5",
    version="2.1.330",
    isolation="bubblewrap, no network but the model",
    prompt="0123456789ab",
    attempts=(
        Attempt(agent="claude:opus@high", failure=Failure.SERVER, message="overloaded", seconds=12.0, usage=Usage()),
        Attempt(agent="claude:opus@high", failure=None, message="", seconds=180.0, usage=SPENT),
    ),
    usage=SPENT,
    tools=(("Bash", 41), ("Read", 7)),
    opened=("a.py", "b.py"),
    retries=2,
    denials=("Write: by rule",),
    first_finding=80.0,
)
ROWS = {
    "Agent": "claude:opus@high (claude-opus-5, 2.1.330)",
    "Kept apart by": "bubblewrap, no network but the model",
    "Attempts": "claude:opus@high, 12 s: server, overloaded; claude:opus@high, 3 min 00 s: answered",
    "Tool calls": "48 (Bash 41, Read 7)",
    "Files opened": "2",
    "Tokens": "12k sent (3k of them cached), 2k received in 4 requests",
    "Cost": "$0.12, at list prices",
    "First finding": "after 1 min 20 s",
    "Retried by itself": "2 times",
    "Not allowed": "Write: by rule",
    "Prompt": "0123456789ab",
}
LEAD = Lead(
    agent="api:opus",
    failure=None,
    message="",
    summary="I1 decides: **do not merge** <script>x</script>.",
    verdict=VerdictValue.REWORK,
    verdict_reason="It loses data.",
    rulings=(
        Ruling(what="merge", about=("I1", "I2"), told="I1 and I2 are one: the same guard", objection=""),
        Ruling(what="drop", about=("S1",), told="drop S1: not so", objection="it quotes no code that would show it"),
        Ruling(what="silence", about=("S2",), told="nothing is said of S2, which stays as it is", objection=""),
    ),
    alone=(Alone(alias="I1", now="I1", severity=Severity.IMPORTANT, title="One"),),
    alone_verdict=Verdict(value=VerdictValue.FIXES, reason="One (I1)."),
    record=Record(agent="api:opus", usage=SPENT),
)
WITHOUT = "The rules alone: merge with fixes, with 1 important finding. One (I1)."


def report(lead: Lead | None = LEAD) -> Report:
    reading = Reading(read=(), unread=(), checked=("the diff",), gaps=())
    runs = (
        Completed(reviewer="claude", claims=1, seconds=192.0, reading=reading, record=RECORD),
        Failed(
            reviewer="codex",
            failure=Failure.QUOTA,
            error="You have hit your usage limit",
            claims=0,
            seconds=3.0,
            record=Record(agent="codex", violations=("It changed `a.py`.",)),
        ),
    )
    return make_report(make_finding(severity=Severity.IMPORTANT, alias="I1"), runs=runs, lead=lead)


def test_rows_of_an_agent() -> None:
    assert dict(deeds(RECORD)) == ROWS
    assert deeds(Record(agent="codex")) == (("Agent", "codex"),)
    again = Record(agent="codex", attempts=(RECORD.attempts[0],) * 2)
    assert dict(deeds(again))["Attempts"] == (
        "claude:opus@high, 12 s: server, overloaded; claude:opus@high, 12 s: the same"
    )


def test_numbers_that_are_not_known_are_not_shown_as_none() -> None:
    assert used(Usage()) == cost(Usage()) == tool_calls(Record()) == ""
    assert cost(Usage(output=5)) == "not known"
    many = Record(tools=tuple((f"t{number}", 10 - number) for number in range(9)))
    assert tool_calls(many).endswith("others 9)")
    together = spending(report())
    assert together is not None
    assert (together.usd, together.priced) == (0.246, "list")
    assert spending(make_report()) is None


def test_markdown_has_deeds_cost_and_lead() -> None:
    text = markdown.render(report())
    for label, told in ROWS.items():
        assert f"- **{label}**: {told}" in text.replace("\\", "")
    assert "| Tool calls | 48 (Bash 41, Read 7) | 0 |" in text
    assert "| Cost | $0.12, at list prices | — |" in text.replace("\\", "")
    assert "~~codex~~ (quota: You have hit your usage limit)" in text
    assert f"Led by `api:opus`. {WITHOUT}" in text
    assert "- I1 and I2 are one: the same guard: taken." in text
    assert "- Drop S1: not so: not taken, it quotes no code that would show it." in text
    assert "<script>" not in text.replace("\\<script>", "")


@pytest.mark.parametrize(
    ("value", "said", "reason", "told"),
    [
        (VerdictValue.FIXES, VerdictValue.FIXES, "One.", "Its verdict, merge with fixes, is that of this report."),
        (
            VerdictValue.MERGE, VerdictValue.FIXES, "All is\nwell.",
            "Its verdict, merge as-is (All is well): not taken, the findings weigh more.",
        ),
        (VerdictValue.REWORK, VerdictValue.FIXES, "", "Its verdict, rework: not taken, it has no reason."),
        (VerdictValue.REWORK, VerdictValue.NONE, "", "Its verdict, rework: not taken, no reviewer completed."),
    ],
)  # fmt: skip
def test_what_became_of_a_leads_verdict(value: VerdictValue, said: VerdictValue, reason: str, told: str) -> None:
    led = replace(LEAD, verdict=value, verdict_reason=" ".join(reason.split()))
    whole = replace(report(led), verdict=Verdict(value=said, reason="One (I1)."))
    assert ruled(whole)[-1] == told
    for render in (markdown.render, html.render):
        assert told in render(whole).replace("\\", "")
    assert told in " ".join(terminal.render(whole).split())
    assert ruled(replace(whole, lead=None)) == ()


def test_the_page_has_deeds_and_lead() -> None:
    page = html.render(report())
    assert "<dt>Kept apart by</dt><dd>bubblewrap, no network but the model</dd>" in page
    assert "<dt>Violations</dt><dd>It changed `a.py`.</dd>" in page
    assert WITHOUT in page
    assert "In the words of api:opus, which led" in page
    assert "<script>x" not in page


def test_the_terminal_has_deeds_and_lead() -> None:
    text = terminal.render(report(), width=100)
    assert "kept apart by: bubblewrap, no network but the model" in text
    assert "cost: $0.12, at list prices" in text
    assert "violations: It changed `a.py`." in text
    assert WITHOUT in text


@pytest.mark.parametrize("render", [markdown.render, html.render, terminal.render])
def test_a_lead_that_failed_is_told_to_have_changed_nothing(render: object) -> None:
    failed = replace(LEAD, failure=Failure.MALFORMED, message="it gave no JSON", summary="", rulings=())
    text = render(report(failed))  # type: ignore[operator]  # each renders a report

    assert "its answer was not used" in text
    assert WITHOUT not in text


EVIL = "x\x1b[2J\u202e<script>x</script>\n\n## Critical Issues\n\nC9. **Forged** — `a.py:1` ![i](http://evil.example/x)"
"""Every text of a record is in the end an agent's, its tools' names too."""


def test_nothing_that_an_agent_says_of_itself_is_more_than_words() -> None:
    tried = Attempt(agent=EVIL, failure=Failure.ERROR, message=EVIL, seconds=1.0, usage=SPENT)
    record = Record(agent=EVIL, model=EVIL, version=EVIL, attempts=(tried, tried), tools=((EVIL, 3),))
    record = replace(record, denials=(EVIL,), violations=(EVIL,))
    whole = report(replace(LEAD, message=EVIL, verdict_reason=EVIL, record=record))
    runs = tuple(replace(run, record=record) if isinstance(run, Completed | Failed) else run for run in whole.runs)
    whole = replace(whole, runs=runs)
    text, plain = markdown.render(whole), markdown.render(report())
    assert text.count("\n## Critical Issues") == plain.count("\n## Critical Issues")
    assert not {"\x1b", "\u202e"} & set(text)
    assert "![i](http" not in text
    assert not [line for line in text.splitlines() if line.startswith("C9.")]
    page, shown = html.render(whole), terminal.render(whole, width=100)
    assert "<script>x" not in page
    assert not {"\x1b", "\u202e"} & set(page + shown)
