import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from deepreview.model.agent import Failure
from deepreview.model.change import RepoPath
from deepreview.model.claim import Observation, Section, Severity
from deepreview.model.report import Report
from deepreview.model.round import Failed, Skipped
from deepreview.render.terminal import RENDERER, render, render_one
from deepreview.testing.builders import make_finding, make_report

text = st.one_of(
    st.text(max_size=60),
    st.sampled_from(["\x1b[2J\x1b]0;owned\x07", "\u202egnp.exe", "\r✔ Merge as-is", "[red]x[/red] :smile:", "w" * 300]),
)


def everywhere(said: str) -> Report:
    """A report in which all that others write is `said`."""
    finding = make_finding(1, title=said, body=said, fix=said, reviewers=(said,), path=f"p{said}")
    finding = replace(finding, origin=replace(finding.origin, author=said))
    plain = make_report(finding)
    file = replace(plain.subject.files[-1], path=RepoPath(said), unread=said)
    return replace(
        plain,
        subject=replace(plain.subject, repo=said, title=said, how=said, files=(file,)),
        verdict=replace(plain.verdict, reason=said),
        runs=(
            plain.runs[0],
            Skipped(reviewer="paths", reason=said),
            Failed(reviewer="static", failure=Failure.ERROR, error=said, claims=0, seconds=1.0),
        ),
        observations=(Observation(reviewer="history", section=Section.NOTE, text=said),),
    )


@pytest.mark.parametrize("width", [80, 120])
@pytest.mark.parametrize("name", ["full", "quiet", "outage"])
def test_whole_page(name: str, width: int, request: pytest.FixtureRequest, golden: Callable[[str, str], None]) -> None:
    golden(f"{name}-{width}.txt", render(request.getfixturevalue(name), width=width))


@settings(deadline=None)
@given(said=text, width=st.integers(80, 120))
def test_no_text_reaches_the_terminal_as_a_command(said: str, width: int) -> None:
    page = render(everywhere(said), width=width)
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069]", page)
    page.encode()


@settings(deadline=None)
@given(said=text, width=st.integers(80, 120))
def test_all_but_places_fits_the_width(said: str, width: int) -> None:
    lines = render(everywhere(said), width=width).split("\n")
    assert [line for line in lines if cell_len(line) > width and not line.startswith("    p")] == []


def test_a_place_is_never_wrapped() -> None:
    path = "/".join(["deep"] * 40) + "/file.py"
    assert f"\n    {path}:7\n" in render(make_report(make_finding(1, path=path, first=7)), width=80)


def test_colour_changes_nothing_but_colour(full: Report) -> None:
    coloured = render(full, colour=True)
    assert "\x1b[1;33m" in coloured
    plain = re.sub(r"\x1b\[[0-9;]*m", "", coloured)
    assert [line.rstrip() for line in plain.split("\n")] == render(full).split("\n")


def test_the_surroundings_change_nothing(full: Report, monkeypatch: pytest.MonkeyPatch) -> None:
    before = render(full), render(full, colour=True)
    for name, value in {"COLUMNS": "40", "NO_COLOR": "1", "FORCE_COLOR": "1", "TERM": "dumb", "LINES": "3"}.items():
        monkeypatch.setenv(name, value)
    assert (render(full), render(full, colour=True)) == before


def test_the_verdict_comes_before_the_findings_and_the_worst_comes_first() -> None:
    worst = make_finding(2, alias="C1", severity=Severity.CRITICAL, title="It loses data")
    page = render(make_report(make_finding(1), worst))
    assert page.index("Merge as-is") < page.index("It loses data") < page.index("\nS1")


def test_a_long_explanation_is_cut() -> None:
    page = render(make_report(make_finding(1, body="word " * 200, fix="")), width=80)
    assert len([line for line in page.split("\n") if "word word" in line]) == 3
    assert "word…" in page


def test_code_in_an_explanation_keeps_its_lines() -> None:
    code = "\n".join(["def f():", "\tif x:", "", "    y = 1", "w" * 90, "z = 2"])
    page = render(
        make_report(make_finding(1, body=f"It was:\n\n```python\n{code}\n```\n\nNow gone.", fix="")), width=80
    )
    shown = ["    It was:", "        def f():", "            if x:", "            y = 1", "        " + "w" * 71 + "…"]
    assert "\n".join([*shown, "        …", "    Now gone.", ""]) in page
    assert "```" not in page


def test_one_finding_alone_is_whole() -> None:
    finding = make_finding(1, body="word " * 200 + "\n```\n" + "x = 1\n" * 9 + "```\nlast", fix="Drop it.")
    finding = replace(finding, unless="Nobody calls it.", method="By name.", patch="--- a/x\n+++ b/x\n-\told\n+new\n")
    page = render_one(make_report(finding, make_finding(2)), finding, width=80)
    assert page.count("word") == 200
    assert page.count("        x = 1\n") == 9
    assert "    Fix: Drop it.\n    When it does not matter: Nobody calls it.\n    How it was found: By name.\n" in page
    assert page.endswith("        --- a/x\n        +++ b/x\n        -\\told\n        +new\n")
    assert "S2" not in page
    assert "0 critical" not in page


@settings(deadline=None)
@given(said=text)
def test_one_finding_alone_sends_no_command_to_the_terminal(said: str) -> None:
    report = everywhere(said)
    finding = replace(report.findings[0], unless=said, method=said, patch=said)
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", render_one(report, finding))


def test_prose_that_is_cut_ends_an_explanation() -> None:
    page = render(make_report(make_finding(1, body="word " * 200 + "\n```\nx = 1\n```\nmore", fix="")), width=80)
    assert "word…" in page
    assert "x = 1" not in page


def test_what_is_not_committed_has_no_commits(full: Report) -> None:
    assert "1 commit," in render(full)
    assert "commits" not in render(replace(full, subject=replace(full.subject, commits=()))).split("✔")[0]


def test_many_suggestions_are_counted_and_nothing_worse_is() -> None:
    many = [make_finding(number) for number in range(1, 41)]
    worse = [replace(found, alias=f"I{n}", severity=Severity.IMPORTANT) for n, found in enumerate(many, 1)]
    page = render(make_report(*worse, *many))
    assert "… and 20 more suggestions in the report" in page
    assert "\nI40 " in page
    assert "\nS20 " in page
    assert "\nS21 " not in page


def test_many_places_are_counted(full: Report) -> None:
    where = full.findings[0].locations[0]
    spread = replace(full.findings[0], locations=tuple(replace(where, first=n, last=n) for n in range(1, 8)))
    page = render(make_report(spread))
    assert page.count("src/cache.py:") == 4
    assert "… and 3 more places" in page


def test_without_findings_it_says_what_was_checked(quiet: Report) -> None:
    page = render(quiet)
    assert "Nothing was found." in page
    assert "checked ruff 0.17: 63 rules on 12 files" in page
    assert "not done: hadolint is not installed." in page


def test_an_outage_never_looks_like_approval(outage: Report) -> None:
    page = render(outage)
    assert "? No verdict" in page
    assert "Nothing was checked." in page
    assert "✔" not in page


def test_the_files_that_nobody_read_are_counted_when_they_are_many() -> None:
    report = make_report()
    one = report.subject.files[-1]
    files = tuple(replace(one, path=RepoPath(f"f{number}.png")) for number in range(14))
    page = render(replace(report, subject=replace(report.subject, files=files)))
    assert "Nobody read 14 changed files:" in page
    assert "… and 4 more" in page


def test_the_format_is_named() -> None:
    assert (RENDERER.name, RENDERER.suffix, RENDERER.media_type) == ("terminal", ".txt", "text/plain")
    assert RENDERER.render(make_report()) == render(make_report(), width=100)


def test_what_was_dropped_on_evidence_is_named_with_its_reason_and_why_a_finding_has_no_place() -> None:
    plain = make_report(make_finding(1))
    plain = replace(plain, findings=(replace(plain.findings[0], locations=()),))
    gone = replace(plain.dropped[0], step="placed", title="The cache leaks", reason="it names src/cache.py")
    told = render(replace(plain, dropped=(gone, replace(gone, step="switched-off", title="Unused"))))
    who = gone.claims[0].partition("/")[0]
    assert f"Dropped on evidence:\n    The cache leaks [{who}]: it names src/cache.py\n" in told
    assert "Unused" not in told
    assert plain.findings[0].evidence[0].summary in told
    many = render(replace(plain, dropped=(gone,) * 7))
    assert many.count("The cache leaks") == 5
    assert "… and 2 more in the report" in many
