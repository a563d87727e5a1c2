"""Small, valid values of the model: give what matters to the test, the rest is filled in."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from deepreview.model.agent import Failure
from deepreview.model.change import Change, Commit, EntryMode, FileKind, FilePatch, Hunk, RepoPath, Sha, Side
from deepreview.model.claim import Answer, Claim, ClaimId, DefectClass, Observation, Place, Section, Severity
from deepreview.model.evidence import Evidence, Outcome, Rung
from deepreview.model.finding import Dropped, Finding, Location, Origin, OriginKind, Rubric, State, fingerprint
from deepreview.model.report import SCHEMA, ChangedFile, CitedCode, Clock, Fate, Report, Subject, Tally
from deepreview.model.round import Completed, Failed, Reading, Skipped
from deepreview.model.verdict import Verdict, VerdictValue

NO_BLOB = Sha("0" * 40)


def make_claim(number: int = 1, **given: Any) -> Claim:
    """A claim of the reviewer `names` about `src/boiler.py:3`."""
    reviewer = given.get("reviewer", "names")
    plain = Claim(
        id=ClaimId(f"{reviewer}/{given.get('kind', 'stale-name')}/{number}"),
        reviewer=reviewer,
        family=given.get("family", reviewer),
        kind="stale-name",
        severity=Severity.SUGGESTION,
        defect=DefectClass.REGRESSION,
        title="The comment names `read_gauge`, which this change removes",
        body="`read_gauge` was removed here, and this comment still sends its reader there.",
        unless="Fine if the name lives on outside this repository.",
        method="Word index of all 12 files at head.",
        places=(Place(path="src/boiler.py", first=3, last=3),),
        quote="# see read_gauge",
        fix="Name the function that took over.",
        patch="",
        repro="",
        silent=Answer.YES,
        reachable=Answer.UNKNOWN,
        suppressed="",
        excuse="",
    )
    return replace(plain, **given)


def make_finding(number: int = 1, **given: Any) -> Finding:
    """An open suggestion about `src/boiler.py`, introduced by a commit, placed by its quote."""
    quote = given.pop("quote", f"# see read_gauge {number}")
    path = RepoPath(given.pop("path", "src/boiler.py"))
    first = given.pop("first", number)
    kind = given.get("kind", "stale-name")
    plain = Finding(
        fingerprint=fingerprint(kind, path, quote),
        alias=f"S{number}",
        kind=kind,
        severity=Severity.SUGGESTION,
        rubric=Rubric(
            reachable=Answer.UNKNOWN,
            silent=Answer.YES,
            shipped=Answer.YES,
            introduced=Answer.YES,
            proven=Answer.NO,
        ),
        reasons=(),
        defect=DefectClass.REGRESSION,
        origin=Origin(
            kind=OriginKind.INTRODUCED,
            commit=Sha("1a2b3c4d5e" * 4),
            subject="cache: store readings",
            author="Sam",
            reason="The line was written by this change.",
        ),
        locations=(
            Location(
                path=path,
                side=Side.HEAD,
                first=first,
                last=first + quote.count("\n"),
                quote=quote,
                blob=NO_BLOB,
            ),
        ),
        title="The comment names `read_gauge`, which this change removes",
        body="`read_gauge` was removed here, and this comment still sends its reader there.",
        unless="Fine if the name lives on outside this repository.",
        method="Word index of all 12 files at head.",
        fix="Name the function that took over.",
        patch="",
        repro="",
        claims=(ClaimId(f"names/stale-name/{number}"),),
        reviewers=("names",),
        evidence=(
            Evidence(check="quote", outcome=Outcome.SUPPORTS, summary="The quote stands at the cited line.", detail=""),
        ),
        proof=Rung.PLACED,
        state=State.OPEN,
    )
    return replace(plain, **given)


def make_patch(path: str = "src/boiler.py", added: str = "x = 1\n", removed: str = "", **given: Any) -> FilePatch:
    """A file patch of one hunk at line 1, modified unless told otherwise."""
    old, new = removed.splitlines(), added.splitlines()
    hunk = Hunk(
        old_start=1 if old else 0,
        old_count=len(old),
        new_start=1 if new else 0,
        new_count=len(new),
        section="",
        lines=(*(f"-{line}" for line in old), *(f"+{line}" for line in new)),
    )
    plain = FilePatch(
        path=RepoPath(path),
        old_path=RepoPath(path),
        kind=FileKind.MODIFIED,
        old_mode=EntryMode.FILE,
        new_mode=EntryMode.FILE,
        old_blob=NO_BLOB,
        new_blob=NO_BLOB,
        binary=False,
        hunks=(hunk,),
    )
    return replace(plain, **given)


def make_change(*patches: FilePatch, **given: Any) -> Change:
    """A branch of one commit over the given patches."""
    plain = Change(
        slug="pressure-cache",
        repo="acme/boiler",
        url="https://github.com/acme/boiler",
        number=0,
        title="Add a pressure cache",
        branch="pressure-cache",
        how="branch pressure-cache against its merge base with origin/main",
        base=Sha("b" * 40),
        head=Sha("a" * 40),
        commits=(
            Commit(
                sha=Sha("a" * 40),
                subject="cache: store readings",
                body="",
                author="Sam",
                at="2026-01-05T10:00:00+00:00",
            ),
        ),
        patches=patches or (make_patch(),),
        shallow=False,
    )
    return replace(plain, **given)


def make_report(*findings: Finding, **given: Any) -> Report:
    """A report whose counts and maps agree with its findings; one reviewer failed, one claim was dropped."""
    shown = findings or (make_finding(1), make_finding(2))
    claims = tuple(
        make_claim(
            i,
            id=f.claims[0],
            kind=f.kind,
            severity=f.severity,
            title=f.title,
            quote=f.locations[0].quote,
            places=(Place(path=f.locations[0].path, first=f.locations[0].first, last=f.locations[0].last),),
        )
        for i, f in enumerate(shown, 1)
    )
    gone = make_claim(len(shown) + 1, title="`todo` is misspelt", suppressed="generated file")
    dropped = Dropped(
        claims=(gone.id,), title=gone.title, path="src/boiler.py", first=3, step="suppressed", reason="generated file"
    )
    paths = sorted({location.path for f in shown for location in f.locations})
    plain = Report(
        schema=SCHEMA,
        tool="deepreview 0.1.0",
        round=1,
        clock=Clock(
            round_id="20260105-101500-pressure-cache",
            started="2026-01-05T10:15:00+00:00",
            finished="2026-01-05T10:15:02+00:00",
            seconds=2.0,
            stages={"change": 0.1, "reviewers": 1.6, "checks": 0.2, "report": 0.1, "names": 0.4, "static": 1.6},
        ),
        subject=make_subject(paths),
        verdict=Verdict(value=VerdictValue.MERGE, reason="Only suggestions are open (S1, S2)."),
        summary="Adds a pressure cache. Two suggestions, nothing that should hold up the merge.",
        runs=(
            Completed(
                reviewer="names",
                claims=len(claims) + 1,
                seconds=0.4,
                reading=Reading(
                    read=tuple(paths), unread=(), checked=("12 removed names in comments and docs",), gaps=()
                ),
            ),
            Skipped(reviewer="paths", reason="no path was removed and no comment was added"),
            Failed(reviewer="static", failure=Failure.TIMEOUT, error="stopped after 60 s", claims=0, seconds=60.0),
        ),
        findings=shown,
        dropped=(dropped,),
        claims=(*claims, gone),
        claims_map=(
            *(Fate(claim=f.claims[0], finding=f.fingerprint, dropped=-1) for f in shown),
            Fate(claim=gone.id, finding="", dropped=0),
        ),
        observations=(
            Observation(reviewer="history", section=Section.NOTE, text="3 new TODO comments."),
            Observation(reviewer="history", section=Section.COMMITS, text="`fixup! cache` is still to be squashed."),
        ),
        tallies=(
            Tally(
                reviewer="names",
                claims=len(claims) + 1,
                critical=sum(f.severity is Severity.CRITICAL for f in shown),
                important=sum(f.severity is Severity.IMPORTANT for f in shown),
                suggestions=sum(f.severity is Severity.SUGGESTION for f in shown),
                unique=len(shown),
                downgraded=0,
                dropped=1,
                files=len(paths),
            ),
        ),
        reconciliation=("names “`todo` is misspelt”: dropped by `suppressed` (generated file).",),
        cited=tuple(
            CitedCode(
                path=f.locations[0].path,
                side=Side.HEAD,
                blob=f.locations[0].blob,
                first=max(1, f.locations[0].first - 2),
                lines=("def get(key):", "    row = rows[key]", *f.locations[0].quote.splitlines(), "    return row"),
                changed=(f.locations[0].first,),
            )
            for f in shown
        ),
    )
    return replace(plain, **given)


def make_subject(paths: Sequence[RepoPath]) -> Subject:
    """The subject of `make_change`, each path changed by one line, and one file that nobody read."""
    change = make_change()
    changed = ChangedFile(
        path=RepoPath(""),
        old_path=RepoPath(""),
        kind=FileKind.MODIFIED,
        added=1,
        removed=0,
        note="",
        readers=("names",),
        unread="",
    )
    logo = replace(
        changed,
        path=RepoPath("logo.png"),
        old_path=RepoPath("logo.png"),
        kind=FileKind.ADDED,
        added=0,
        note="binary",
        readers=(),
        unread="binary",
    )
    return Subject(
        slug=change.slug,
        repo=change.repo,
        url=change.url,
        number=change.number,
        title=change.title,
        branch=change.branch,
        how=change.how,
        base=change.base,
        head=change.head,
        commits=change.commits,
        files=(*(replace(changed, path=path, old_path=path) for path in paths), logo),
        added=len(paths),
        removed=0,
        shallow=False,
    )
