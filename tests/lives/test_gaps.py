"""Gaps of tests and documents over real rounds: names, states, and what the next reviewers are told."""

import re
from pathlib import Path

import pytest
from tests.engine.test_earlier import LOAD, Rounds

from deepreview.errors import UsageError
from deepreview.lives.answer import find, from_table, read_answer, resolution
from deepreview.model.claim import Observation, Section
from deepreview.model.finding import State
from deepreview.model.published import Resolved
from deepreview.model.report import Report
from deepreview.render.catalog import renderer
from deepreview.testing.reviewers import Scripted

RESTART = "**Required: restart with an old file** (I1). No test would notice when `load` reads a file of version 1."
RESTARTED = (
    "**Required: restart with a file of an old version.** `load` reads a file of version 1; no test would notice."
)
WRITERS = "**Optional: two writers at once.** A user would see the error of `save`."
READ_ALL = "**`docs/cache.md:9` still names `read_all`.**"


@pytest.fixture
def rounds(tmp_path: Path) -> Rounds:
    found = Rounds(tmp_path)
    found.commit("load", {"src/cache.py": LOAD})
    return found


def lacks_test(text: str, *, numbered: bool = True) -> Observation:
    return Observation(reviewer="claude", section=Section.TESTING, text=text, numbered=numbered)


def lacks_text(text: str) -> Observation:
    return Observation(reviewer="claude", section=Section.DOCS, text=text, numbered=True)


def held(rounds: Rounds, *said: Observation) -> Report:
    rounds.commit(f"more {len(rounds.reports)}", {"more.py": f"x = {len(rounds.reports)}\n"})
    return rounds.seated(Scripted(name="claude", said=said))


def rows(report: Report) -> list[tuple[str, State, bool]]:
    return [(gap.alias, gap.state, gap.again) for gap in report.gaps]


def page(report: Report, to: str = "markdown") -> str:
    found = renderer(to)
    assert found
    return found.render(report)


def told(rounds: Rounds) -> str:
    """What the reviewers of the newest round were told."""
    return (rounds.stage.archive.rounds()[-1].path / "brief.md").read_text()


def answer(rounds: Rounds, *words: str) -> None:
    report = rounds.reports[-1]
    said = read_answer(words)
    for name in said.names:
        one = resolution(said, find(name, report), report, "sam", report.clock.finished)
        rounds.say(report, one.fingerprint, one.state, reason=one.reason, link=one.link, commit=one.commit)


def test_numbered_items_get_names_and_states_that_last_over_the_rounds(rounds: Rounds) -> None:
    covered = lacks_test("Covered: expiry by `tests/test_cache.py:14`.", numbered=False)
    first = held(rounds, lacks_test(RESTART), lacks_test(WRITERS), covered, lacks_text(READ_ALL))
    assert rows(first) == [(name, State.OPEN, True) for name in ("TG1", "TG2", "DG1")]
    assert "- **TG2** **Optional: two writers at once.** A user would see the error of `save`. [claude]\n" in page(
        first
    )
    assert "**DG1** **`docs/cache.md:9` still names `read_all`.** [claude]\n" in page(first)
    assert page(first).count("Covered: expiry") == page(first).count("two writers at once") == 1
    shown = page(first, "terminal")
    assert shown.count("Required: restart with an old file") == 1
    assert "TG1 Required: restart with an old file" in shown
    assert "<strong>TG1</strong>" in page(first, "html")

    answer(rounds, "TG2", "declined", "the lock is tested elsewhere")
    answer(rounds, "DG1", "fixed")
    second = held(rounds, lacks_test(WRITERS), lacks_test(RESTARTED))
    assert rows(second) == [("TG1", State.DECLINED, True), ("TG2", State.OPEN, True)]
    assert [gap.fingerprint for gap in second.gaps] == [gap.fingerprint for gap in (first.gaps[1], first.gaps[0])]
    assert [gap.since and gap.since.round for gap in second.gaps] == [1, 1]
    assert "[claude] (declined: the lock is tested elsewhere; since round 1)" in page(second)
    declined = page(second).partition("### Declined in prior rounds\n\n")[2].split("\n\n")[0]
    told_why = "testing gap TG1, declined: the lock is tested elsewhere. Do not re-suggest."
    assert declined == f"- **Optional: two writers at once** — {told_why}"
    assert "### Declined in prior rounds" not in page(first)
    assert [gap.alias for gap in second.waiting] == ["TG2"]
    brief = told(rounds)
    assert "> R1-TG1 (round 1, testing gap, open): Required: restart with an old file" in brief
    assert (
        "> R1-TG2 (round 1, testing gap, declined: the lock is tested elsewhere): Optional: two writers at once"
        in brief
    )
    assert "> R1-DG1 (round 1, documentation gap, fixed): `docs/cache.md:9` still names `read_all`" in brief

    answer(rounds, "TG2", "deferred", "https://example.org/7")
    third = held(rounds, lacks_text(READ_ALL))
    assert rows(third) == [("TG1", State.DECLINED, False), ("TG2", State.DEFERRED, False), ("DG1", State.OPEN, True)]
    assert "-DG1" not in told(rounds)
    assert "> R2-TG2 (round 1, testing gap, deferred: https://example.org/7)" in told(rounds)
    assert third.gaps[2].reason == "it was fixed, and is said again"
    assert "(it was fixed, and is said again; since round 1)" in page(third)
    assert re.search(r"\(deferred: \S*example\S*; since round 1; not repeated\)", page(third))
    assert third.verdict.value.value == "merge as-is", "gaps do not count for the verdict"


def test_the_rows_of_a_published_table_that_name_gaps_are_taken(rounds: Rounds) -> None:
    report = held(rounds, lacks_test(RESTART), lacks_test(WRITERS), lacks_text(READ_ALL))
    table = (
        Resolved(ref="Testing Gap #1", title="Required: restart with an old file", action="Test written", reason=""),
        Resolved(
            ref="", title="Documentation Gap 1: `docs/cache.md:9` still", action="Documentation updated", reason=""
        ),
        Resolved(ref="Testing Gaps #1–#2", title="all", action="Skipped — needs faults", reason="needs faults"),
        Resolved(ref="Testing Gap #2", title="Something else entirely", action="Skipped", reason=""),
        Resolved(ref="Testing Gap #7", title="none", action="Skipped", reason=""),
    )
    taken, left = from_table(table, report)
    assert [(said.names[0], said.state, said.text) for said, _ in taken] == [
        ("TG1", State.FIXED, ""),
        ("DG1", State.FIXED, ""),
        ("TG1", State.DECLINED, "needs faults"),
        ("TG2", State.DECLINED, "needs faults"),
    ]
    assert left == ("Testing Gap #2: Something else entirely", "Testing Gap #7: none")
    with pytest.raises(UsageError, match="has no finding TG9"):
        find("TG9", report)
