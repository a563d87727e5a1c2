import time
from dataclasses import replace
from pathlib import Path

import pytest

from deepreview import wire
from deepreview.model.change import RepoPath, Side
from deepreview.model.claim import SAID, Answer, Place, Severity
from deepreview.model.event import Event
from deepreview.model.finding import OriginKind
from deepreview.model.report import Clock, Report
from deepreview.model.round import Completed, Failed
from deepreview.testing.builders import make_claim
from deepreview.testing.reviewers import Scripted
from deepreview.testing.rounds import Stage
from deepreview.testing.sandbox import Sandbox

CLAIMS = (
    make_claim(1, quote="b = 2", severity=Severity.CRITICAL, silent=Answer.NO),
    make_claim(2, quote="nowhere()"),
    make_claim(3, quote="a = 1", places=(Place(path="src/boiler.py", first=9, last=9),)),
    make_claim(4, kind="parse-error", quote="", places=(Place(path="src/boiler.py", first=0, last=0),)),
    make_claim(5, quote="b = 2", suppressed="generated file", kind="typos"),
)


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    box = Sandbox(tmp_path / "repo")
    box.commit("start", {"src/boiler.py": "a = 1\n"})
    box.git("checkout", "-q", "-b", "topic")
    box.commit("change", {"src/boiler.py": "a = 1\nb = 2\n", "logo.png": b"\x89PNG\0\0"})
    return Stage(box=box)


def still(report: Report) -> str:
    """The report as JSON without what differs between two runs: the clock, and seconds."""
    runs = tuple(replace(run, seconds=0) if isinstance(run, (Completed, Failed)) else run for run in report.runs)
    clock = Clock(round_id="", started="", finished="", seconds=0, stages={})
    return wire.dump_report(replace(report, clock=clock, runs=runs))


def test_claims_become_findings_drops_and_a_verdict(stage: Stage) -> None:
    report = stage.run(Scripted(name="names", said=CLAIMS))
    assert [(f.alias, f.locations[0].first, f.origin.kind) for f in report.findings] == [
        ("I1", 2, OriginKind.INTRODUCED),
        ("S1", 1, OriginKind.NEWLY_EXPOSED),
    ]
    assert sorted((gone.step, gone.reason) for gone in report.dropped) == [
        ("placed", "the quoted code stands nowhere in src/boiler.py at head"),
        ("refuted", "syntax: The file parses."),
        ("suppressed", "generated file"),
    ]
    assert report.verdict.value.value == "merge with fixes"
    assert {fate.claim for fate in report.claims_map} == {claim.id for claim in CLAIMS}


@pytest.mark.parametrize(
    ("title", "severity", "why"),
    [
        ("Syntax error: the module cannot be imported", Severity.CRITICAL, ()),
        ("The module cannot be imported", Severity.IMPORTANT, ("Critical → important: only one reviewer says it",)),
    ],
)
def test_one_reviewer_with_a_parser_behind_it_is_believed(
    stage: Stage, title: str, severity: Severity, why: tuple[str, ...]
) -> None:
    stage.box.commit("break", {"src/boiler.py": "a = 1\nb = (2\n"})
    where = (Place(path="src/boiler.py", first=2, last=2),)
    claim = make_claim(kind=SAID, reviewer="one", severity=Severity.CRITICAL, title=title, quote="b = (2", places=where)
    (finding,) = stage.run(Scripted(name="one", said=(claim,))).findings
    assert finding.severity is severity
    assert tuple(reason.split(", and ")[0] for reason in finding.reasons) == why


def test_two_rounds_on_the_same_commits_differ_in_the_clock_only(tmp_path: Path) -> None:
    texts = []
    for place in ("one", "other"):
        box = Sandbox(tmp_path / place / "repo")
        box.commit("start", {"src/boiler.py": "a = 1\n"})
        box.git("checkout", "-q", "-b", "topic")
        box.commit("change", {"src/boiler.py": "a = 1\nb = 2\n"})
        said = CLAIMS if place == "one" else CLAIMS[::-1]
        stage = Stage(box=box)
        texts.append(still(stage.run(Scripted(name="names", said=said), Scripted(name="paths", sleeps=0.1))))
    assert texts[0] == texts[1]


def test_the_report_does_not_depend_on_who_listens(stage: Stage) -> None:
    heard = stage.run(Scripted(name="names", said=CLAIMS))
    stage.events = _Deaf()
    assert still(replace(stage.run(Scripted(name="names", said=CLAIMS)), round=1)) == still(heard)


class _Deaf(list[Event]):
    def append(self, event: Event) -> None:
        del event


def test_names_that_are_not_utf_8_come_out_printable(tmp_path: Path) -> None:
    box = Sandbox(tmp_path / "repo")
    box.commit("start")
    box.git("checkout", "-q", "-b", "topic")
    box.write(b"caf\xe9.py", b"name = '\xe9'\n")
    box.commit("change")
    path = "caf\udce9.py"
    claim = make_claim(quote="name = '\udce9'", places=(Place(path=path, first=1, last=1),))
    report = Stage(box=box).run(Scripted(name="names", said=(claim,)))
    assert report.findings[0].locations[0].path == "caf\\xe9.py"
    assert report.cited[0].lines == ("name = '\\xe9'",)
    wire.dump_report(report).encode()


def test_code_of_the_base_is_cited_from_the_base(stage: Stage) -> None:
    stage.box.commit("drop", {"src/boiler.py": "b = 2\n"})
    where = Place(path="src/boiler.py", first=1, last=1, side=Side.BASE)
    report = stage.run(Scripted(name="names", said=(make_claim(quote="a = 1", places=(where,)),)))
    (cited,) = report.cited
    assert (cited.side, cited.lines, cited.changed) == (Side.BASE, ("a = 1",), (1,))
    assert report.findings[0].origin.reason == "This change removes the line."


def test_the_thousandth_claim_costs_what_the_first_did(stage: Stage) -> None:
    lines = [f"value_{n} = compute({n})" for n in range(1000)]
    stage.box.commit("much", {"src/boiler.py": "".join(f"{line}\n" for line in lines)})
    claims = tuple(
        make_claim(n, kind=f"kind-{n}", quote=line, places=(Place(path="src/boiler.py", first=n + 1, last=n + 1),))
        for n, line in enumerate(lines)
    )
    started = time.monotonic()
    report = stage.run(Scripted(name="names", said=claims))
    assert time.monotonic() - started < 15
    assert len(report.findings) == 1000


def test_files_are_listed_with_their_readers(stage: Stage) -> None:
    report = stage.run(Scripted(name="names", reading=None))
    assert [(file.path, file.readers) for file in report.subject.files] == [
        (RepoPath("logo.png"), ()),  # opened, but not one line of it is text
        (RepoPath("src/boiler.py"), ("names",)),
    ]
