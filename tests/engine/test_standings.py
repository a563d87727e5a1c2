"""How findings stand to earlier rounds, one history for each: all states are listed by hand."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from tests.engine.test_earlier import LOAD, SAVE, Rounds, linted, ruled, said

from deepreview.config.schema import Settings
from deepreview.git.target import Pin
from deepreview.lives.converge import Policy
from deepreview.model.change import RepoPath
from deepreview.model.claim import Answer, Claim, ClaimId, Place, Severity
from deepreview.model.finding import Standing, State
from deepreview.model.life import Now
from deepreview.model.report import Report
from deepreview.model.round import Reading
from deepreview.render.catalog import renderer
from deepreview.reviewers.names.reviewer import NamesReviewer
from deepreview.testing.reviewers import Scripted
from deepreview.testing.rounds import NOON, pin_change
from deepreview.wire import dump_report

SUM = said(1, "src/cache.py", "        total += row.value")
MENDED = LOAD.replace("+= row.value", "+= row.value or default(row)")
DEFAULT = said(
    2,
    "src/cache.py",
    "        total += row.value or default(row)",
    title="`default` is not defined",
    body="No module here has `default`, so the first empty row ends in NameError.",
)
ENDS = ("fixed", "gone")
NEXT = "def first(rows):\n    return rows[0].value\n"
FIRST = said(
    3,
    "src/next.py",
    "    return rows[0].value",
    title="An empty list has no first row",
    body="`rows[0]` raises IndexError when the table is empty, which it is after a reset.",
)


@pytest.fixture
def rounds(tmp_path: Path) -> Rounds:
    return Rounds(tmp_path)


def standings(report: Report) -> dict[str, Standing]:
    return {finding.title: finding.standing for finding in report.findings}


def rows(report: Report) -> dict[str, tuple[Now, str]]:
    return {row.name: (row.now, row.alias) for row in report.previous}


def page(report: Report, to: str = "markdown") -> str:
    found = renderer(to)
    assert found
    return found.render(report)


def fixed_and_said(rounds: Rounds) -> Report:
    """A first finding, its fix in a commit of its own, and a second finding in the lines of that fix."""
    rounds.commit("load", {"src/cache.py": LOAD, "src/next.py": NEXT})
    rounds.round(SUM)
    rounds.commit("guard", {"src/cache.py": MENDED})
    return rounds.round(DEFAULT)


def test_what_a_fix_wrote_is_caused_by_it_and_what_stood_all_along_was_overlooked(rounds: Rounds) -> None:
    fixed_and_said(rounds)
    rounds.commit("more", {"src/more.py": "x = [1]\n"})
    later = said(4, "src/more.py", "x = [1]", title="`x` is never read", body="Nothing reads `x` of this module.")
    report = rounds.round(DEFAULT, FIRST, later)
    assert standings(rounds.reports[1]) == {DEFAULT.title: Standing.CAUSED}
    assert rows(rounds.reports[1]) == {"R1-I1": (Now.GONE, "")}
    (caused,) = rounds.reports[1].findings
    assert caused.because.endswith("“guard”, which fixed R1-I1.")
    assert standings(report) == {
        DEFAULT.title: Standing.CARRIED,
        FIRST.title: Standing.OVERLOOKED,
        later.title: Standing.NEW,
    }
    assert "caused by a fix" in page(rounds.reports[1])
    assert "untouched since the first round" in page(report)


@pytest.mark.parametrize(("squashed", "standing"), [(False, Standing.CAUSED), (True, Standing.NEW)])
def test_a_rebase_does_not_hide_that_a_fix_wrote_the_lines_and_a_squash_does(
    rounds: Rounds, squashed: bool, standing: Standing
) -> None:
    rounds.commit("load", {"src/cache.py": LOAD})
    rounds.round(SUM)
    fix = rounds.commit("guard", {"src/cache.py": MENDED})
    rounds.round()
    rounds.resolve("R1-I1", State.FIXED, commit=fix)
    box = rounds.box
    box.git("checkout", "-q", "main")
    box.commit("elsewhere", {"other.md": "Other.\n"})
    box.git("checkout", "-q", "topic")
    box.git("rebase", "-q", "main")
    if squashed:
        box.git("reset", "-q", "--soft", "main")
        box.commit("all in one")
    assert box.git("rev-list", "--count", f"{fix}..topic") != "0"
    assert standings(rounds.round(DEFAULT)) == {DEFAULT.title: standing}


def test_a_document_that_names_what_a_fix_renamed_is_caused_by_that_fix(rounds: Rounds) -> None:
    box = rounds.box
    box.git("checkout", "-q", "main")
    box.commit("gauge", {"gauge.py": "def read_gauge():\n    return 1\n", "guide.md": "Call `read_gauge()` first.\n"})
    box.git("checkout", "-q", "topic")
    box.git("rebase", "-q", "main")
    use = "from gauge import read_gauge\n\nprint(read_gauge())\n"
    rounds.commit("load", {"src/cache.py": LOAD, "use.py": use})
    rounds.seated(Scripted(name="claude", said=(SUM,)), NamesReviewer())
    rounds.commit(
        "guard",
        {
            "src/cache.py": LOAD.replace("+= row.value", "+= row.value or 0"),
            "gauge.py": "def poll_gauge():\n    return 1\n",
            "use.py": use.replace("read_gauge", "poll_gauge"),
        },
    )
    report = rounds.seated(Scripted(name="claude"), NamesReviewer())
    (stale,) = [finding for finding in report.findings if finding.kind == "stale-name"]
    assert (stale.path, stale.standing) == ("guide.md", Standing.CAUSED)
    assert stale.because.startswith("`read_gauge` was changed by ")
    assert stale.because.endswith("“guard”, which fixed R1-I1, and is named here.")


def test_what_another_base_holds_already_is_not_gone_because_rules_are_silent_of_it(rounds: Rounds) -> None:
    load = rounds.commit("load", {"src/cache.py": LOAD})
    rounds.commit("second", {"second.py": "x = 2\n"})
    rounds.round(ruled(1, "src/cache.py", "        total += row.value"))
    rounds.box.git("branch", "-f", "main", load)
    rounds.commit("third", {"src/cache.py": f"{LOAD}\n\nlimit = 3\n"})
    report = rounds.round()
    assert [row.now for row in report.previous] == [Now.UNREPEATED]
    assert "What the change is compared with now has that code already." in report.previous[0].evidence
    rounds.commit("mend", {"src/cache.py": MENDED})
    assert [row.now for row in rounds.round().previous] == [Now.GONE]


def two_places() -> Claim:
    both = (Place(path="src/cache.py", first=4, last=4), Place(path="src/store.py", first=3, last=3))
    return replace(SUM, places=both)


@pytest.mark.parametrize(("ended", "standing"), [("", Standing.CARRIED), *((e, Standing.CAUSED) for e in ENDS)])
def test_what_was_fixed_or_gone_is_not_the_same_in_prose_about_the_code_of_the_fix(
    rounds: Rounds, ended: str, standing: Standing
) -> None:
    """Mostly that is another defect; what nobody called ended is the same in the code that it has now."""
    rounds.commit("load", {"src/cache.py": LOAD})
    (first,) = rounds.round(SUM).findings
    fix = rounds.commit("guard", {"src/cache.py": MENDED})
    if ended == "fixed":
        rounds.resolve("I1", State.FIXED, commit=fix)
    if ended:
        assert rows(rounds.round()) == {"R1-I1": (Now(ended), "")}
    (again,) = rounds.round(replace(SUM, quote=DEFAULT.quote)).findings
    assert again.standing is standing
    assert (again.life == first.life) is not bool(ended)
    assert Now.REGRESSED not in {now for now, _ in rows(rounds.reports[-1]).values()}
    rounds.commit("undo", {"src/cache.py": LOAD})
    back = rounds.round(SUM).findings
    assert [one.life for one in back] == [first.life], "about its own code it is the same, whatever was said of it"


STORE = "def put(rows):\n    for row in rows:\n        total.add(row.value)\n"


@pytest.mark.parametrize("told", [False, True])
def test_a_fix_of_one_of_two_places_is_no_fix_and_says_which_stands(rounds: Rounds, told: bool) -> None:
    rounds.commit("both", {"src/cache.py": LOAD, "src/store.py": STORE})
    assert len(rounds.round(two_places()).findings[0].locations) == 2
    fix = rounds.commit("guard", {"src/cache.py": MENDED})
    if told:
        rounds.resolve("I1", State.FIXED, commit=fix)
    rounds.commit("header", {"src/store.py": f"# more\n{STORE}"})
    report = rounds.round()
    (row,) = report.previous
    assert (row.now, row.alias, row.proposal) == (Now.PARTLY, "", None)
    sentence = (
        f"Partly fixed: 1 of the 2 places that it named changed (src/cache.py, by {fix[:9]} “guard”); "
        "src/store.py:4 stands as it did."
    )
    assert sentence in row.evidence
    assert ("It was said to be fixed." in row.evidence) is told
    assert report.verdict.value.value == "merge with fixes"
    assert report.convergence
    assert (report.convergence.converged, report.convergence.reason) == (
        False,
        "Open and more than a suggestion: R1-I1.",
    )
    assert "**partly fixed**" in page(report)
    assert "partly fixed" in page(report, "html")
    assert "R1-I1 partly fixed: " in page(report, "terminal")
    rounds.resolve("R1-I1", State.FIXED)
    assert rows(rounds.round()) == {"R1-I1": (Now.FIXED, "")}
    assert rounds.round().previous == ()


def test_what_is_said_again_of_the_place_that_was_left_is_the_same_finding(rounds: Rounds) -> None:
    rounds.commit("both", {"src/cache.py": LOAD, "src/store.py": STORE})
    first = rounds.round(two_places())
    rounds.commit("guard", {"src/cache.py": MENDED})
    left = replace(SUM, quote="        total.add(row.value)", places=two_places().places[1:])
    second = rounds.round(left)
    assert rows(second) == {"R1-I1": (Now.PARTLY, "I1")}
    assert [(f.life, f.standing, f.since and f.since.round) for f in second.findings] == [
        (first.findings[0].life, Standing.CARRIED, 1)
    ]
    rounds.commit("guard it too", {"src/store.py": STORE.replace("row.value", "row.value or 0")})
    assert rows(rounds.round()) == {"R2-I1": (Now.GONE, "")}
    rounds.commit("undo", {"src/cache.py": LOAD})
    assert rows(rounds.round(SUM)) == {"R2-I1": (Now.REGRESSED, "I1")}


def test_two_findings_told_as_one_and_one_told_as_two_are_neither_lost_nor_new(rounds: Rounds) -> None:
    rounds.commit("both", {"src/cache.py": LOAD, "src/store.py": "def get(rows):\n    return rows.value\n" + STORE})
    one = ruled(1, "src/cache.py", "        total += row.value", title="A value may be None")
    other = replace(
        one, id=type(one.id)(f"{one.id}-2"), quote="        total.add(row.value)",
        places=(Place(path="src/store.py", first=5, last=5),),
    )  # fmt: skip
    assert len(rounds.round(one, other).findings) == 2
    both = replace(one, places=(*one.places, *other.places))
    second = rounds.round(both)
    assert rows(second) == {"R1-S1": (Now.OPEN, "S1"), "R1-S2": (Now.OPEN, "S1")}
    third = rounds.round(one, other)
    assert [finding.standing for finding in third.findings] == [Standing.CARRIED] * 2
    assert rows(third) == {"R2-S1": (Now.OPEN, "S1"), "R1-S2": (Now.OPEN, "S2")}


@pytest.mark.parametrize(
    ("title", "woken"), [("code", True), ("caller", True), ("a second use in a comment", False), ("elsewhere", False)]
)
def test_what_was_declined_wakes_when_its_code_or_its_callers_change(rounds: Rounds, title: str, woken: bool) -> None:
    use = "from src.cache import load\n\nprint(load([]))\n"
    rounds.commit("load", {"src/cache.py": LOAD + SAVE, "use.py": use})
    rounds.round(SUM)
    rounds.resolve("I1", State.DECLINED, reason="rows always have values")
    assert rows(rounds.round(SUM)) == {"R1-I1": (Now.DECLINED, "")}
    changes: dict[str, dict[str, str | bytes]] = {
        "code": {"src/cache.py": LOAD.replace("+= row.value", "+= int(row.value)") + SAVE},
        "caller": {"late.py": "from src.cache import load\n\nprint(load(read_rows()))\n"},
        "a second use in a comment": {"use.py": f"# load is quick\n{use}"},
        "elsewhere": {"src/cache.py": LOAD + SAVE.replace("row.key", "row.name"), "late.py": "print(1)\n"},
    }
    rounds.commit(title, changes[title])
    quote = "        total += int(row.value)" if title == "code" else SUM.quote
    report = rounds.round(replace(SUM, quote=quote))
    if not woken:
        assert rows(report) == {"R1-I1": (Now.DECLINED, "")}
        assert [gone.step for gone in report.dropped] == ["declined"]
        assert "rows always have values. Do not re-suggest." in page(report)
        return
    assert rows(report) == {"R1-I1": (Now.WOKEN, "I1")}
    (finding,) = report.findings
    assert finding.state is State.OPEN
    wanted = {
        "code": "It was declined, and its code changed since round 1.",
        "caller": "It was declined, and `load`, which holds it, has uses that round 1 did not: late.py:3.",
    }
    assert finding.because.startswith(wanted[title])
    assert wanted[title].partition(",")[0] in page(report)


def test_an_open_finding_beside_a_declined_one_stays_open_when_both_are_told_as_one(rounds: Rounds) -> None:
    rounds.commit("both", {"src/cache.py": LOAD, "src/store.py": "def get(rows):\n    return rows.value\n" + STORE})
    one = ruled(1, "src/cache.py", "        total += row.value", title="A value may be None")
    place = Place(path="src/store.py", first=5, last=5)
    other = replace(one, id=ClaimId(f"{one.id}-2"), quote="        total.add(row.value)", places=(place,))
    rounds.round(one, other)
    rounds.resolve("S1", State.DECLINED, reason="rows always have values")
    report = rounds.round(replace(one, places=(*one.places, place)))
    assert report.findings == ()
    assert rows(report) == {"R1-S1": (Now.DECLINED, ""), "R1-S2": (Now.UNREPEATED, "")}


def test_what_was_declined_sleeps_on_when_a_reviewer_quotes_what_an_earlier_one_quoted(rounds: Rounds) -> None:
    """Another piece of the same code is no change of it."""
    rounds.commit("load", {"src/cache.py": LOAD})
    rounds.round(SUM)
    quoted = replace(SUM, quote="    for row in rows:", places=(Place(path="src/cache.py", first=3, last=3),))
    assert rows(rounds.round(quoted)) == {"R1-I1": (Now.OPEN, "I1")}
    rounds.resolve("I1", State.DECLINED, reason="rows always have values")
    assert rows(rounds.round(SUM)) == {"R2-I1": (Now.DECLINED, "")}


LOST = said(
    6,
    "src/cache.py",
    "        store.put(row.key, row.value)",
    severity=Severity.CRITICAL,
    title="A crash between two rows leaves half of the table",
    body="There is no transaction around `put`.",
    reachable=Answer.YES,
    silent=Answer.YES,
)


def test_earlier_findings_come_open_ones_first_and_settled_ones_apart(rounds: Rounds) -> None:
    rounds.commit("load", {"src/cache.py": LOAD + SAVE, "src/next.py": NEXT})
    put = ruled(1, "src/cache.py", "        store.put(row.key, row.value)", severity=Severity.SUGGESTION)
    rounds.round(SUM, FIRST, put)
    rounds.resolve("I1", State.DECLINED, reason="An empty row cannot be.")
    rounds.commit("more", {"more.py": "x = 1\n"})
    report = rounds.round()
    assert [(row.title, row.now) for row in report.previous] == [
        (FIRST.title, Now.UNREPEATED),
        (put.title, Now.GONE),
        (SUM.title, Now.DECLINED),
    ]
    table, _, rest = page(report).partition("<details>\n<summary>Settled: 1 declined</summary>\n\n| Finding |")
    assert SUM.title not in table.partition("## Previous Review Findings")[2]
    assert "An empty row cannot be. Its code stands" in rest.partition("</details>")[0]
    assert f"R1-I1 declined: {SUM.title}" in page(report, "terminal")
    assert "<summary>Settled: 1 declined</summary>" in page(report, "html")
    assert linted(rounds.reports) == []


def bar_history(rounds: Rounds) -> Report:
    """Three rounds; in the third a suggestion, an old important thing, one in code of now, and a critical old one."""
    rounds.commit("load", {"src/cache.py": LOAD + SAVE, "src/next.py": NEXT})
    rounds.round()
    rounds.commit("second", {"two.py": "y = 2\n"})
    rounds.round()
    rounds.commit("third", {"three.py": "def last(rows):\n    return rows[-1].value\n"})
    return rounds.round(
        ruled(1, "three.py", "    return rows[-1].value", title="light"),
        replace(FIRST, title="An empty list has no first row"),
        said(5, "three.py", "    return rows[-1].value", title="An empty list has no last row", body="It raises."),
        LOST,
        replace(LOST, id=ClaimId("codex/1/C1"), reviewer="codex", family="codex"),
    )


def test_from_the_third_round_on_what_is_light_or_old_waits_and_what_is_critical_does_not(rounds: Rounds) -> None:
    report = bar_history(rounds)
    assert {finding.title: bool(finding.held) for finding in report.findings} == {
        "light": True,
        FIRST.title: True,
        "An empty list has no last row": False,
        LOST.title: False,
    }
    assert report.convergence
    assert report.convergence.held == 2
    assert [finding.alias for finding in report.findings] == ["C1", "I1", "I2", "S1"]
    assert [finding.title for finding in report.findings[1:3]] == ["An empty list has no last row", FIRST.title]
    assert "Since round 3, a new finding counts at once only where it is important or heavier" in page(report)
    assert "From round 3 on, only what is important or heavier counts at once." in page(report)
    assert "only code that changed since the last round (2) counts at once." in page(report)
    rounds.commit("fourth", {"four.py": "z = 4\n"})
    fourth = rounds.round(FIRST)
    assert [(one.standing, bool(one.held)) for one in fourth.findings] == [(Standing.CARRIED, True)]
    rounds.commit("touched", {"src/next.py": NEXT.replace("rows[0].value", "rows[0].value  # first")})
    fifth = rounds.round(replace(FIRST, quote="    return rows[0].value  # first"))
    assert [(one.standing, bool(one.held)) for one in fifth.findings] == [(Standing.CARRIED, False)]


@pytest.mark.parametrize(
    ("policy", "held"),
    [
        (Policy(bar_round=0), 0),
        (Policy(bar_round=4), 0),
        (Policy(bar_round=2, bar=Severity.SUGGESTION), 1),
        (Policy(bar_round=3, bar=Severity.CRITICAL), 3),
    ],
)
def test_the_bar_is_where_it_was_set(rounds: Rounds, policy: Policy, held: int) -> None:
    rounds.stage.policy = policy
    report = bar_history(rounds)
    assert sum(bool(finding.held) for finding in report.findings) == held


@pytest.mark.parametrize(("dry", "converged"), [(0, False), (1, True), (2, False)])
def test_dry_rounds_end_the_rounds_when_there_were_enough(rounds: Rounds, dry: int, converged: bool) -> None:
    rounds.stage.policy = Policy(dry_rounds=dry)
    rounds.commit("load", {"src/cache.py": LOAD})
    first = rounds.round(SUM)
    assert first.convergence
    assert (first.convergence.converged, first.convergence.dry) == (False, 0)
    again = rounds.round(SUM)
    assert again.convergence
    assert (again.convergence.converged, again.convergence.dry) == (False, 0)  # the same commit shows nothing more
    rounds.commit("other", {"other.py": "x = 1\n"})
    report = rounds.round(SUM)
    assert report.convergence
    assert (report.convergence.converged, report.convergence.dry) == (converged, 1)
    reason = "1 rounds in a row raised nothing new that counts; I1 still open."
    assert report.convergence.reason == (reason if converged else "Open and more than a suggestion: I1.")
    assert ("rounds in a row that raise nothing new" in report.convergence.rule) is bool(dry)
    assert report.convergence.rule in page(report)


def test_one_round_is_no_convergence_and_two_are(rounds: Rounds) -> None:
    rounds.commit("load", {"src/cache.py": LOAD})
    light = ruled(1, "src/cache.py", "        total += row.value")
    for number, converged in ((1, False), (2, True)):
        report = rounds.round(light)
        assert report.convergence
        assert report.convergence.converged is converged, number
        assert report.convergence.reason.startswith("Nothing critical or important is open")


def test_rounds_of_a_branch_and_of_its_pull_request_are_rounds_of_one_target(rounds: Rounds) -> None:
    rounds.commit("load", {"src/cache.py": LOAD})
    branch = rounds.round(SUM)
    pinned = pin_change(rounds.box)
    request = replace(pinned, slug="pr-7", number=7)
    assert _round(rounds, request, SUM).findings[0].life == branch.findings[0].life
    assert rounds.reports[-1].round == 2
    rounds.resolve("I1", State.DECLINED, reason="rows always have values")
    rounds.commit("more", {"more.py": "x = 1\n"})
    third = rounds.round(SUM)
    assert (third.round, third.findings) == (3, ())
    assert rows(third) == {"R2-I1": (Now.DECLINED, "")}
    rounds.commit("another", {"more.py": "x = 2\n"})
    stranger = replace(pin_change(rounds.box), slug="pr-8", number=8)
    assert _round(rounds, stranger, SUM).round == 1


def _round(rounds: Rounds, pinned: Pin, *claims: Claim) -> Report:
    folder, plan = rounds.stage.archive.start(
        pinned, Settings(), "deepreview test", NOON + timedelta(minutes=len(rounds.reports))
    )
    report = rounds.stage.go_on(folder, plan, [Scripted(name="claude", said=claims)])
    folder.write("report.json", dump_report(report))
    rounds.reports.append(report)
    return report


@pytest.mark.parametrize(
    ("words", "now"),
    [
        (("fixed",), Now.GONE),
        (("gone with its code",), Now.GONE),
        (("not fixed",), Now.UNREPEATED),
        (("fixed", "not fixed"), Now.UNREPEATED),
        ((), Now.UNREPEATED),
    ],
)
def test_what_agents_answer_about_earlier_findings_is_evidence(
    rounds: Rounds, words: tuple[str, ...], now: Now
) -> None:
    rounds.commit("load", {"src/cache.py": LOAD})
    rounds.round(SUM)
    rounds.commit("more", {"more.py": "x = 1\n"})
    names = ("claude", "codex")
    seats = [Scripted(name=name, reading=_answer(word)) for name, word in zip(names, words, strict=False)]
    report = rounds.seated(*(seats or [Scripted(name="claude", reading=_answer(""))]))
    (row,) = report.previous
    assert (row.now, row.proposal) == (now, None)
    told = [f"{name} says: {word}, `src/cache.py:4` shows it" for name, word in zip(names, words, strict=False)]
    assert [one for one in row.evidence if " says: " in one] == told
    assert all(f"{name} says: " in page(report) for name, _ in zip(names, words, strict=False))


def _answer(word: str) -> Reading:
    """What an agent ends with that says this of the first finding, in the form that is asked for."""
    table = f"| finding | state | evidence |\n|---|---|---|\n| R1-I1 | {word} | `src/cache.py:4` shows it |\n"
    text = f"# Review\n\n## Previous Review Findings\n\n{table if word else 'None.'}\n\n## Coverage\n\nAll.\n"
    read = (RepoPath("more.py"), RepoPath("src/cache.py"))
    return Reading(read=read, unread=(), checked=(), gaps=(), original=text)
