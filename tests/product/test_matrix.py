"""Every way in which a model or its service fails, through the whole product, with three command lines at once.

What a seat's model is called says what the server does to it. Rounds are given too little time for further tries of
ours (a try is made only when 30 s would be left), so each seat shows what its command line makes of a failure.
"""

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from html import unescape

import pytest
from tests.product.conftest import CLIS, Product, Round, counts

from deepreview import wire
from deepreview.model.agent import Failure, total
from deepreview.model.report import Report
from deepreview.model.round import Completed, Failed, Skipped
from deepreview.model.verdict import VerdictValue
from deepreview.process import Ended
from deepreview.testing.model_server import Turn, shell

pytestmark = pytest.mark.agents

BY_CLI = Mapping[str, Failure]


def _all(failure: Failure, **others: Failure) -> BY_CLI:
    return dict.fromkeys(CLIS, failure) | others


REFUSING: Mapping[str, BY_CLI] = {
    "400": _all(Failure.REQUEST),
    "401": _all(Failure.AUTH),
    "403": _all(Failure.AUTH),
    "quota": _all(Failure.QUOTA),
    "usage-limit": _all(Failure.QUOTA),
}
PASSING: Mapping[str, BY_CLI] = {
    "429": _all(Failure.RATE_LIMIT),
    "500": _all(Failure.SERVER),
    "529": _all(Failure.SERVER),
}
BROKEN: Mapping[str, BY_CLI] = {
    "malformed": _all(Failure.MALFORMED, codex=Failure.CUT_OFF),  # it only knows that no end came
    "html": _all(Failure.CUT_OFF, claude=Failure.MALFORMED),
    "cut": _all(Failure.CUT_OFF),
    "failed": _all(Failure.SERVER, gemini=Failure.CUT_OFF),
}
WORTHLESS: Mapping[str, BY_CLI] = {
    "refusal": _all(Failure.REFUSED),
    "empty": _all(Failure.EMPTY),
    "short": _all(Failure.ELSEWHERE),
    "echo-quota": _all(Failure.NOTICE),
}
SLOW: Mapping[str, BY_CLI] = {
    "hang": _all(Failure.SILENT),
    "hang-mid": _all(Failure.SILENT),
    "loop": _all(Failure.TIMEOUT, gemini=Failure.LIMIT),  # its own guard is faster than our clock
}
GROUPS = {
    "refusing": (REFUSING, 30, 25),
    "passing": (PASSING, 39, 38),
    "broken": (BROKEN, 30, 25),
    "worthless": (WORTHLESS, 30, 25),
    "slow": (SLOW, 20, 10),
}
APPROVING = ("Merge as-is", "looks good", "No finding.", "approved", "Reviewed 1 commit", "Nothing was found")


def seats(scenarios: Sequence[str]) -> str:
    return ",".join(f"{cli}:fake-{scenario}" for scenario in scenarios for cli in CLIS)


def review(product: Product, scenario: str, *args: str, **env: str) -> tuple[Ended, Round]:
    """One round and its folder; nothing of ours may be left running or lying about."""
    done = product(scenario, "review", *args, **env)
    assert b"Traceback" not in done.stderr, done.stderr.decode()
    assert product.left_behind() == {}
    assert list(product.temporary.iterdir()) == []
    return done, product.rounds[-1]


def adds_up(round_: Round, report: Report) -> None:
    """Each number of the report is the one of the records that it was made from."""
    completed, failed, skipped = counts(report)
    assert completed + failed + skipped == len(report.runs)
    assert sorted(fate.claim for fate in report.claims_map) == sorted(claim.id for claim in report.claims)
    said = Counter(claim.reviewer for claim in report.claims)
    assert {tally.reviewer: tally.claims for tally in report.tallies if tally.claims} == said
    assert {run.reviewer: run.claims for run in report.runs if not isinstance(run, Skipped) and run.claims} == said
    requests = round_.requests()
    for run in report.runs:
        if not isinstance(run, Skipped) and run.record and run.record.agent:
            own = [one.usage for one in requests if one.reviewer == run.reviewer]
            used, counted = run.record.usage, total(own)
            told = (used.requests, used.input, used.cached, used.written, used.output)
            assert told == (counted.requests, counted.input, counted.cached, counted.written, counted.output), run
            assert used == total(attempt.usage for attempt in run.record.attempts), run


def named(run: Failed, done: Ended, round_: Round) -> None:
    """Every form of the report says who was lost and why."""
    texts = {
        "terminal": done.stdout.decode(),
        "markdown": (round_.path / "report.md").read_text(),
        "html": unescape((round_.path / "report.html").read_text()),
    }
    for form, text in texts.items():
        assert run.reviewer in text, (form, run)
        assert run.failure.value in text, (form, run)
    for form in ("markdown", "html"):
        told = "".join(c for c in texts[form] if c not in "\\`*")
        assert run.error.strip()[:25].replace("`", "") in told, (form, run)


@pytest.mark.parametrize("group", list(GROUPS))
def test_each_failure_is_told_by_its_name_and_never_reads_like_praise(product: Product, group: str) -> None:
    expected, timeout, silence = GROUPS[group]
    done, round_ = review(
        product, "by-model", "-q", "--timeout", f"{timeout}s", "--with", seats(list(expected)),
        DEEPREVIEW_SILENCE=f"{silence}s",
    )  # fmt: skip
    assert done.code == 3, done.stdout.decode()
    report = round_.report
    got = {(run.reviewer, run.failure) for run in report.runs if isinstance(run, Failed)}
    wanted = {
        (f"{cli}-fake-{scenario}", failure)
        for scenario, by_cli in expected.items()
        for cli, failure in by_cli.items()
    }  # fmt: skip
    assert got == wanted, [(run.reviewer, run.error) for run in report.runs if isinstance(run, Failed)]
    assert report.verdict.value is VerdictValue.NONE
    assert counts(report) == (0, len(wanted), 0)
    assert (report.findings, report.claims) == ((), ())
    adds_up(round_, report)
    for run in report.runs:
        if isinstance(run, Failed):
            named(run, done, round_)
    for text in (done.stdout.decode(), (round_.path / "report.md").read_text()):
        assert not [words for words in APPROVING if words.lower() in text.lower()]


def test_whole_reviews_and_one_of_each_kind_of_loss_in_one_round(product: Product) -> None:
    """Three review with tools, one after a failure of its service; one stands in for another; a lead has the word."""
    party = "claude:fake-ok,codex:fake-500,gemini:fake-401,claude:fake-once,codex:fake-reviews,gemini:fake-reviews"
    done, round_ = review(
        product, "whole", "--timeout", "39s", "--with", party, "--lead", "claude:fake-lead",
        "--reserve", "codex:fake-reserve", "--fail-on", "critical",
    )  # fmt: skip
    report = round_.report
    ended = {run.reviewer: run for run in report.runs}
    lost = {name: run.failure for name, run in ended.items() if isinstance(run, Failed)}
    assert lost == {
        "codex-fake-500": Failure.SERVER,
        "gemini-fake-401": Failure.AUTH,
        "claude-fake-ok": Failure.ELSEWHERE,
    }
    completed = {name for name, run in ended.items() if isinstance(run, Completed)}
    assert completed == {"claude-fake-once", "codex-fake-reviews", "gemini-fake-reviews", "codex-fake-reserve"}
    assert done.code == 0, done.stderr.decode()  # an important finding, and only critical ones count
    assert len(report.claims) == 4
    assert [finding.title for finding in report.findings] == ["The loop in `warm` never ends"]
    assert all(name in report.verdict.reason for name in lost)
    adds_up(round_, report)
    for name in lost:
        named(ended[name], done, round_)  # type: ignore[arg-type]
    for name in completed:
        run = ended[name]
        assert isinstance(run, Completed)
        assert run.record
        assert run.reading.read == ("gauge.py",)
        assert run.record.usage.requests == (4 if name == "claude-fake-once" else 3), run
        assert dict(run.record.tools), run
        assert "gauge.py" in run.record.opened, run
    assert report.lead
    assert report.lead.failure is None, report.lead
    assert report.lead.record.usage.requests >= 1


def test_a_review_in_the_wrong_form_is_mended_once(product: Product) -> None:
    _, round_ = review(product, "mending", "-q", "--timeout", "100s", "--with", seats(["m"]))
    report = round_.report
    assert counts(report) == (3, 0, 0), report.runs
    adds_up(round_, report)
    for run in report.runs:
        if isinstance(run, Completed):
            assert run.record
            (attempt,) = run.record.attempts
            assert attempt.message == "asked once more for what its answer lacked"
            assert run.record.usage.requests == 4
            assert run.reading.read == ("gauge.py",)
            assert [event.kind for event in round_.events(run.reviewer)].count("answered") == 2
    for seen in product.asked("mending"):
        key = seen.headers.get("x-api-key") or seen.headers.get("x-goog-api-key") or seen.headers["authorization"]
        assert key.removeprefix("Bearer ") == product.key


def test_codex_with_the_model_of_its_own_choice_calls_tools_from_javascript(product: Product) -> None:
    done, round_ = review(product, "reviews", "-q", "--timeout", "100s", "--with", "codex", "--lead", "codex")
    assert done.code == 1, done.stderr.decode()
    report = round_.report
    assert counts(report) == (1, 0, 0), report.runs
    adds_up(round_, report)
    run = round_.runs["codex"]
    assert isinstance(run, Completed)
    assert run.record
    assert run.reading.read == ("gauge.py",)
    assert dict(run.record.tools) == {"shell": 4}
    assert "gauge.py" in run.record.opened
    assert run.record.usage.requests == 3
    assert report.lead
    assert report.lead.failure is None, report.lead
    seen = [one.asked for one in product.asked("reviews") if one.asked]
    assert all("exec" in asked.tools and asked.model.startswith("gpt-") for asked in seen)
    assert all(result.tool == "exec" for asked in seen for result in asked.results)


def test_who_uses_more_of_the_machine_than_it_may_is_ended_and_named(product: Product) -> None:
    crowd = "for n in $(seq 40); do sleep 60 & done; wait"
    product.server.add("crowd", Turn(calls=(shell(crowd),)), Turn(text="Done."))
    done, round_ = review(
        product, "crowd", "-q", "--timeout", "100s", "--with", "codex:fake-greedy", DEEPREVIEW_GUEST_PROCESSES="25"
    )  # fmt: skip
    assert done.code == 3, done.stdout.decode()
    run = round_.runs["codex-fake-greedy"]
    assert isinstance(run, Failed)
    assert run.failure is Failure.RESOURCES
    assert re.fullmatch(r"it ran \d+ processes at once, of 25 \(guest-processes\)", run.error)
    named(run, done, round_)


def test_what_is_stored_can_be_read_again(product: Product) -> None:
    """The report's JSON says what its value says, and each event and request is whole."""
    _, round_ = review(product, "by-model", "-q", "--timeout", "30s", "--with", "codex:fake-reviews")
    text = (round_.path / "report.json").read_text()
    assert wire.dump_report(round_.report) == text
    for file in round_.path.glob("*.jsonl"):
        assert all(json.loads(line) for line in file.read_text().splitlines())
