"""What published reports of each generation say, and nothing beyond it."""

from pathlib import Path

import pytest

from deepreview.model.claim import DefectClass
from deepreview.model.entry import DocumentKind, Entry, Gap
from deepreview.model.finding import State
from deepreview.model.verdict import VerdictValue
from deepreview.parse.published import is_report, parse_report
from deepreview.site.imported import entry_of_published, repository, state_of

REPORTS = Path(__file__).parent.parent / "parse" / "reports"


def entry(text: str, name: str = "20260421-153207-pr-12", repo: str = "acme/boiler") -> Entry:
    return entry_of_published(parse_report(text), name=name, shelf="acme--boiler", repo=repo, review=is_report(text))


def generation(name: str) -> Entry:
    return entry((REPORTS / f"{name}.md").read_text())


def test_the_seed_of_the_format() -> None:
    told = entry((REPORTS / "g0.md").read_text(), name="20260313-120000-boiler")
    assert (told.slug, told.number, told.branch, told.started) == ("boiler", 0, "boiler", "2026-03-13T12:00:00")
    assert (told.verdict, told.said) == (VerdictValue.FIXES, "Approve with required changes")
    assert [(one.alias, one.path, one.voices, one.state) for one in told.findings] == [
        ("C1", "cache.py", 2, State.OPEN),
        ("S1", "cache.py", 1, State.OPEN),
    ]
    assert told.seconds is None
    assert {seat.seconds for seat in told.seats} == {None}


def test_a_table_of_totals_and_a_resolution() -> None:
    told = generation("g4")
    seats = {seat.reviewer: seat for seat in told.seats}
    assert list(seats) == ["Model A", "Model C", "Model B"]
    assert (seats["Model A"].seconds, seats["Model A"].downgraded, seats["Model A"].dropped) == (214.0, 1, 0)
    assert (seats["Model C"].result, seats["Model C"].failure, seats["Model C"].seconds) == ("failed", "error", None)
    assert (seats["Model B"].refuted, seats["Model B"].tokens, seats["Model B"].usd) == (None, None, None)
    assert [(one.alias, one.state, one.reason) for one in told.findings] == [
        ("I1", State.FIXED, ""),
        ("S1", State.OPEN, ""),
        ("S2", State.DECLINED, "no need"),
    ]
    assert told.findings[1].reviewers == ("orchestrator",)
    assert told.gaps == (Gap(about="testing", state=State.FIXED),)
    assert (told.round, told.seconds, told.lines) == (5, 1082.0, 0)


def test_the_newest_form_says_the_commit_and_what_was_run() -> None:
    told = generation("g6")
    assert told.head == "6e7f809120000000000000000000000000000000"
    assert [one.proven for one in told.findings] == [True, False, False]
    assert (told.repo, told.url) == ("acme/boiler", "https://github.com/acme/boiler")


def test_two_findings_about_the_same_lines_are_two() -> None:
    code = "`a.py:1` [A]\n\n```python\nx = 1\n```\n"
    one = f"I1. **First** — {code}\nI2. **Second** — {code}"
    told = entry(f"# R\n\n## Important Issues\n\n{one}\n\n## Agent Performance Retro\n\nGood.\n")
    assert len({finding.fingerprint for finding in told.findings}) == 2


def test_a_short_name_is_the_one_that_the_header_spells_out() -> None:
    header = "| | |\n|---|---|\n| **Reviewers** | Claude Opus 4.6 (effort: high), Codex GPT 5.4 |\n"
    table = "| | Claude | Codex |\n|---|---|---|\n| Duration | 9m 28s | — |\n| False positives | 2 | none |\n"
    finding = "S1. **Late** — `a.py:1` [Claude Opus 4.6, Codex] [carry-over from round 2 S1]\n"
    text = f"# R\n\n{header}\n## Suggestions\n\n{finding}\n## Agent Performance Retro\n\n### Summary\n\n{table}"
    told = entry(text)
    assert [(s.reviewer, s.family, s.seconds, s.refuted) for s in told.seats] == [
        ("Claude Opus 4.6", "claude", 568.0, 2),
        ("Codex GPT 5.4", "gpt", None, 0),
    ]
    assert told.findings[0].reviewers == ("Claude Opus 4.6", "Codex GPT 5.4")


@pytest.mark.parametrize("said", ["It stops. (important, regression)", "Fix: go. Classification: **regression**"])
def test_a_class_may_stand_behind_the_text(said: str) -> None:
    finding = f"I1. **Late** — `a.py:1` [A]\n\n{said}\n"
    told = entry(f"# R\n\n## Important Issues\n\n{finding}\n## Agent Performance Retro\n\nGood.\n")
    assert told.findings[0].defect is DefectClass.REGRESSION


def test_a_table_may_name_the_unit_beside_the_label() -> None:
    table = "| | A |\n|---|---|\n| Duration (s) | 482 |\n"
    (seat,) = entry(f"# R\n\n## Agent Performance Retro\n\n### Summary\n\n{table}").seats
    assert seat.seconds == 482.0


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("Supply Chain Scan: 20260601-supply-chain", DocumentKind.SUPPLY_CHAIN),
        ("CI Failures: 2026-W18", DocumentKind.CI_FAILURES),
        ("Notes", DocumentKind.OTHER),
    ],
)
def test_other_documents(title: str, kind: DocumentKind) -> None:
    assert entry(f"# {title}\n\n## Open issues\n\n- `a:1` — open\n").kind is kind


@pytest.mark.parametrize(
    ("action", "state"),
    [
        ("Fixed", State.FIXED),
        ("**Test written** (see below)", State.FIXED),
        ("Documentation updated", State.FIXED),
        ("Commented", State.DOCUMENTED),
        ("Skipped", State.DECLINED),
        ("Deferred", State.DEFERRED),
        ("Auto-resolved", State.OBSOLETE),
        ("Pondered", State.OPEN),
    ],
)
def test_answers(action: str, state: State) -> None:
    assert state_of(action) is state


def test_the_repository_may_be_named_by_its_pull_request_alone() -> None:
    row = "| | |\n|---|---|\n| **PR** | [#7](https://github.com/acme/boiler/pull/7) — x |\n"
    assert repository(parse_report(f"# R\n\n{row}")) == ("acme/boiler", "https://github.com/acme/boiler")
    assert repository(parse_report("# R\n")) == ("", "")
