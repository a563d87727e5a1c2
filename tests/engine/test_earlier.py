"""Rounds over a real repository: what becomes of findings as the code goes on."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from deepreview.archive.resolutions import FILE, Resolutions
from deepreview.config.schema import Settings
from deepreview.lint.base import Given
from deepreview.lint.catalog import lint
from deepreview.lives.answer import confirmed
from deepreview.model.change import Sha
from deepreview.model.claim import SAID, Claim, ClaimId, Place, Severity
from deepreview.model.finding import Fingerprint, Standing, State
from deepreview.model.life import Now, Previous
from deepreview.model.report import Report
from deepreview.model.resolution import Resolution
from deepreview.parse.published import parse_report
from deepreview.render.catalog import renderer
from deepreview.reviewers.base import Reviewer
from deepreview.testing.builders import make_claim
from deepreview.testing.reviewers import Scripted
from deepreview.testing.rounds import NOON, Stage, pin_change
from deepreview.testing.sandbox import Sandbox
from deepreview.wire import dump_report

LOAD = "def load(rows):\n    total = 0\n    for row in rows:\n        total += row.value\n    return total\n"
SAVE = "\n\ndef save(rows, store):\n    for row in rows:\n        store.put(row.key, row.value)\n"


def said(number: int, path: str, quote: str, **given: Any) -> Claim:
    plain: dict[str, Any] = {
        "kind": SAID,
        "reviewer": "claude",
        "family": "claude",
        "id": ClaimId(f"claude/1/I{number}"),
        "severity": Severity.IMPORTANT,
        "title": "A row without a value makes the sum fail",
        "body": "`row.value` is None for rows that were never read, and adding it raises TypeError in `load`.",
        "quote": quote,
        "places": (Place(path=path, first=1, last=1),),
    }
    return make_claim(number, **(plain | given))


def ruled(number: int, path: str, quote: str, **given: Any) -> Claim:
    places = (Place(path=path, first=1, last=1),)
    return make_claim(number, **({"quote": quote, "places": places} | given))


class Rounds:
    """A branch under review, round after round."""

    def __init__(self, root: Path) -> None:
        self.box = Sandbox(root / "repo")
        self.box.commit("start", {"notes.md": "Notes.\n"})
        self.box.git("checkout", "-q", "-b", "topic")
        self.stage = Stage(box=self.box)
        self.reports: list[Report] = []

    def commit(self, subject: str, files: Mapping[str, str | bytes] | None = None) -> Sha:
        return self.box.commit(subject, dict(files or {}))

    def round(self, *claims: Claim, silent: tuple[str, ...] = ("claude", "names")) -> Report:
        """One round: those who said something, and those who completed in silence."""
        names = dict.fromkeys((*(claim.reviewer for claim in claims), *silent))
        return self.seated(
            *(Scripted(name=name, said=tuple(c for c in claims if c.reviewer == name)) for name in names)
        )

    def seated(self, *seats: Reviewer) -> Report:
        """One round by these reviewers."""
        at = NOON + timedelta(minutes=len(self.reports))
        pinned = pin_change(self.box, self.stage.asked)
        folder, plan = self.stage.archive.start(pinned, Settings(), "deepreview test", at)
        report = self.stage.go_on(folder, plan, seats)
        folder.write("report.json", dump_report(report))
        self.reports.append(report)
        return report

    def resolve(self, alias: str, state: State, **given: Any) -> None:
        report = self.reports[-1]
        rows = {row.name: row.identity for row in report.previous}
        life = next((finding.life for finding in report.findings if finding.alias == alias), rows.get(alias))
        assert life
        self.say(report, life, state, **given)

    def say(self, report: Report, life: str, state: State, **given: Any) -> None:
        plain: dict[str, Any] = {"reason": "", "commit": Sha(""), "link": ""}
        one = Resolution(
            fingerprint=Fingerprint(life),
            state=state,
            by="sam",
            at=NOON.isoformat(),
            round=report.clock.round_id,
            proposed=False,
            **(plain | given),
        )
        shelf = self.stage.archive.rounds()[-1].path.parent
        Resolutions(path=shelf / FILE).append([one])


@pytest.fixture
def rounds(tmp_path: Path) -> Rounds:
    return Rounds(tmp_path)


def row(report: Report, number: int = 0) -> Previous:
    return report.previous[number]


def linted(reports: list[Report]) -> list[str]:
    """What the linter says of the newest report, given those before it."""
    read = [parse_report(renderer("markdown").render(report)) for report in reports]  # type: ignore[union-attr]
    found = lint(Given(report=read[-1], earlier=tuple(read[:-1]))).problems
    return [f"{one.rule} {one.where}: {one.message}" for one in found if one.rule in {3, 4, 7, 8, 9}]


def test_a_first_round_has_nothing_before_it(rounds: Rounds) -> None:
    rounds.commit("load", {"src/cache.py": LOAD})
    report = rounds.round(said(1, "src/cache.py", "        total += row.value"))
    assert [(f.standing, f.since) for f in report.findings] == [(Standing.NEW, None)]
    assert report.previous == ()


def test_moved_code_and_renamed_files_keep_their_finding(rounds: Rounds) -> None:
    rounds.commit("load", {"src/cache.py": LOAD + SAVE})
    first = rounds.round(
        said(1, "src/cache.py", "        total += row.value"),
        ruled(1, "src/cache.py", "        store.put(row.key, row.value)"),
    )
    names = {f.kind: f.life for f in first.findings}
    rounds.commit("a header", {"src/cache.py": "import os\n\n\n" + LOAD + SAVE})
    rounds.box.git("mv", "src/cache.py", "src/store.py")
    rounds.commit("rename")
    second = rounds.round(
        said(7, "src/store.py", "        total += row.value"),
        ruled(9, "src/store.py", "        store.put(row.key, row.value)"),
    )
    assert {f.kind: (f.life, f.standing, f.since.round if f.since else 0) for f in second.findings} == {
        kind: (life, Standing.CARRIED, 1) for kind, life in names.items()
    }
    assert [(r.now, r.said) for r in second.previous] == [(Now.OPEN, State.OPEN)] * 2


def test_what_a_person_confirms_is_told_once(rounds: Rounds) -> None:
    rounds.commit("load", {"src/cache.py": LOAD})
    rounds.round(said(1, "src/cache.py", "        total += row.value"))
    rounds.box.git("rm", "-q", "src/cache.py")
    rounds.commit("drop", {"other.py": "x = 1\n"})
    second = rounds.round()
    (confirm,) = confirmed(second, ("R1-I1",), "Ann", "2027-01-05")
    rounds.resolve("R1-I1", State.OBSOLETE, reason=confirm.reason)
    told = row(rounds.round())
    assert told.now is Now.OBSOLETE
    assert told.reason.endswith(" (check:code)")
    assert (told.reason + " ".join(told.evidence)).count("is gone") == 1


def test_what_is_fixed_is_proposed_with_its_commit_and_comes_back_as_a_regression(rounds: Rounds) -> None:
    rounds.commit("load", {"src/cache.py": LOAD})
    claim = said(1, "src/cache.py", "        total += row.value")
    rounds.round(claim)
    fix = rounds.commit("guard", {"src/cache.py": LOAD.replace("+= row.value", "+= row.value or 0")})
    second = rounds.round()
    told = row(second)
    assert told.now is Now.GONE
    assert told.proposal
    assert (told.proposal.state, told.proposal.commit, told.proposal.by) == (State.FIXED, fix, "check:code")
    rounds.resolve("R1-I1", State.FIXED, commit=fix)
    rounds.commit("other", {"other.py": "x = 1\n"})
    fixed = row(rounds.round())
    assert (fixed.now, fixed.reason) == (Now.FIXED, "")
    assert " ".join(fixed.evidence).count(fix[:9]) == 1, "the commit is told once, by what git shows"
    assert rounds.round().previous == ()
    rounds.commit("undo", {"src/cache.py": LOAD})
    fifth = rounds.round(claim)
    assert [f.standing for f in fifth.findings] == [Standing.REGRESSED]
    assert row(fifth).now is Now.REGRESSED
    assert rounds.round(claim).findings[0].standing is Standing.CARRIED
    assert linted(rounds.reports) == []
