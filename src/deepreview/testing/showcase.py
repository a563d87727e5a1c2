"""A whole report as it could be, for tests and pictures of renderers."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

from deepreview.consolidate.base import Slate
from deepreview.model.agent import Failure
from deepreview.model.change import Commit, FileKind, RepoPath, Sha, Side
from deepreview.model.claim import SAID, Answer, Claim, ClaimId, DefectClass, Observation, Place, Section, Severity
from deepreview.model.evidence import Evidence, Outcome, Rung
from deepreview.model.finding import Dropped, Finding, Location, Origin, OriginKind, Rubric
from deepreview.model.report import ChangedFile, CitedCode, Clock, Report
from deepreview.model.round import Basis, Completed, Failed, Reading, Skipped, Unread
from deepreview.model.verdict import Verdict, VerdictValue
from deepreview.report.retro import agreement, fates, reconciliation, tallies
from deepreview.testing.builders import NO_BLOB, make_claim, make_finding, make_report

_STORE = Sha("6e7f80912c4d5e6f" * 2 + "6e7f8091")
_EXPIRE = Sha("1a2b3c4d5e6f7081" * 2 + "1a2b3c4d")
_CACHE = RepoPath("src/boiler/cache.py")
_GAUGE = RepoPath("src/boiler/gauge.go")
_GUIDE = RepoPath("docs/operations/reading-the-pressure-gauge-after-a-cold-restart.md")

_LOAD = """\
class ReadingCache:
    \"\"\"Readings by sensor, kept until they expire.\"\"\"

    def __init__(self, path: Path, ttl: float = 30.0) -> None:
        self._rows: dict[str, Row] = {}
        self._ttl = ttl
        if path.exists():
            for row in json.loads(path.read_text()):
                self._rows[row["sensor"]] = Row(row["value"], time.monotonic())

    def get(self, sensor: str) -> float | None:
        row = self._rows.get(sensor)  # see read_gauge
        if row is None or time.monotonic() - row.at > self._ttl:
            return None
        return row.value""".splitlines()
_POLL = """\
func (g *Gauge) Poll(ctx context.Context) (Reading, error) {
	raw, err := g.bus.Read(ctx, g.address)
	if err != nil {
		log.Printf("gauge %s: %v", g.name, err)
		return Reading{}, nil
	}
	return decode(raw), nil
}""".splitlines()
_TEXT = """\
## After a cold restart

Run `boiler read_gauge --all` once, so that the cache
holds a reading of every sensor before the pump starts.""".splitlines()


_PROSE = ("claude", "codex", "gemini")
_SAID = {
    "C1 codex": (Severity.CRITICAL, "Rows that are restored at start get a new time stamp, so `ttl` begins anew"),
    "C1 gemini": (
        Severity.IMPORTANT,
        "Expiry of persisted readings is measured from load, not from when they were taken",
    ),
    "I1 codex": (Severity.IMPORTANT, "A failed read of the bus is reported as success"),
    "S1 gemini": (Severity.SUGGESTION, "Comment refers to a function that no longer exists"),
    "S2 gemini": (Severity.SUGGESTION, "Operators are told to run a removed subcommand"),
    "S2 names": (Severity.SUGGESTION, "The guide names `read_gauge`, which this change removes"),
}
"""What others said of the findings, in their own words."""


def showcase() -> Report:
    """A review of a small change by three in prose and two by rules who partly agree, and one that failed."""
    findings = tuple(replace(one, claims=_claimed(one)) for one in (_expired(), _swallowed(), _stale(), _guide()))
    plain = make_report(*findings)
    static = "static"
    dropped = (*plain.dropped, _INVENTED)
    claims = {claim.id: claim for finding in findings for claim in _claims(finding)}
    claims |= {claim.id: claim for claim in (plain.claims[-1], _NOWHERE)}
    slate = Slate(findings=findings, dropped=dropped, claims=claims)
    runs = _runs(claims)
    return replace(
        plain,
        clock=Clock(
            round_id="20260105-101500-pr-12",
            started="2026-01-05T10:15:00+00:00",
            finished="2026-01-05T10:16:02+00:00",
            seconds=62.0,
            stages={"change": 0.1, "reviewers": 61.2, "checks": 0.4, "report": 0.1, "names": 0.3, static: 1.9},
        ),
        subject=replace(
            plain.subject,
            number=12,
            title="Keep pressure readings in a cache",
            branch="pressure-cache",
            head=_EXPIRE,
            how="pull request #12 against its merge base with main",
            commits=_commits(),
            files=_files(),
            added=164,
            removed=38,
        ),
        verdict=Verdict(
            value=VerdictValue.REWORK,
            reason="A reading loaded from disk counts as new, so an old pressure is served as current (C1).",
        ),
        summary=(
            "Adds a cache of pressure readings that survives a restart, and a poll that fills it. One critical defect: "
            "readings loaded from disk never expire on time (**C1**). One important: a failed read looks like a "
            "pressure of zero (**I1**). Two names are stale."
        ),
        runs=runs,
        dropped=dropped,
        claims=tuple(claims[name] for name in sorted(claims)),
        claims_map=fates(findings, dropped),
        tallies=tallies(runs, slate, _observations()),
        agreement=agreement(runs, findings),
        observations=_observations(),
        reconciliation=reconciliation(findings, dropped, claims.values()),
        cited=_cited(),
    )


_NOWHERE = make_claim(
    id=ClaimId("gemini/1/I2"),
    reviewer="gemini",
    family="gemini",
    kind=SAID,
    severity=Severity.IMPORTANT,
    title="`stop()` leaves the poll goroutine behind",
    body="`stop` never cancels the context of `Poll`.",
    places=(Place(path="src/boiler/pump.go", first=88, last=88),),
    quote="go g.Poll(context.Background())",
)
_INVENTED = Dropped(
    claims=(_NOWHERE.id,),
    title=_NOWHERE.title,
    path="src/boiler/pump.go",
    first=88,
    step="placed",
    reason="the quoted code stands nowhere in src/boiler/pump.go at head",
)


def _claimed(finding: Finding) -> tuple[ClaimId, ...]:
    return tuple(ClaimId(f"{name}/1/{finding.alias}") for name in finding.reviewers)


def _claims(finding: Finding) -> list[Claim]:
    """What each of its reviewers said: the first one's words are the finding's."""
    said = []
    for name, own in zip(finding.reviewers, finding.claims, strict=True):
        severity, title = _SAID.get(f"{finding.alias} {name}", (finding.severity, finding.title))
        claim = make_claim(
            id=own,
            reviewer=name,
            family=name,
            kind=SAID if name in _PROSE else finding.kind,
            severity=Severity.CRITICAL if finding.alias == "I1" and name == "static" else severity,
            title=title,
            body=finding.body,
            quote=finding.locations[0].quote,
            places=tuple(Place(path=at.path, first=at.first, last=at.last) for at in finding.locations[:1]),
        )
        said.append(claim)
    return said


def _expired() -> Finding:
    return make_finding(
        alias="C1",
        kind=SAID,
        severity=Severity.CRITICAL,
        title="A reading loaded from disk is as new as the process, so an old pressure is served as current",
        body=(
            "`__init__` stamps each stored row with `time.monotonic()` of *now*, not with the time of the reading. "
            "After a restart every row is fresh for another 30 s, however old it is:\n\n"
            "- the pump starts on a pressure from before the stop;\n"
            "- nothing in the row says when it was taken, so no caller can tell.\n"
        ),
        unless="Only if the file is removed at each stop, which `stop()` does not do.",
        method="Traced from ReadingCache.get to both writers of Row; reproduced with a stored file of one row.",
        fix="Store the wall-clock time of the reading with the row, and drop what is older than `ttl` while loading.",
        patch=(
            "--- a/src/boiler/cache.py\n+++ b/src/boiler/cache.py\n@@ -47,3 +47,4 @@\n"
            "             for row in json.loads(path.read_text()):\n"
            '-                self._rows[row["sensor"]] = Row(row["value"], time.monotonic())\n'
            '+                if time.time() - row["at"] <= ttl:\n'
            '+                    self._rows[row["sensor"]] = Row(row["value"], row["at"])\n'
        ),
        locations=(_at(_CACHE, 47, 49, _LOAD[6:9]),),
        origin=_by(OriginKind.INTRODUCED, _STORE, "cache: store readings"),
        reviewers=("claude", "codex", "gemini"),
        proof=Rung.REPRODUCED,
        reasons=("Important → critical: two of three rate it critical, and it was reproduced.",),
        rubric=Rubric(
            reachable=Answer.YES, silent=Answer.YES, shipped=Answer.YES, introduced=Answer.YES, proven=Answer.YES
        ),
        evidence=(
            Evidence(check="quote", outcome=Outcome.SUPPORTS, summary="The quote stands at lines 47-49.", detail=""),
            Evidence(
                check="repro",
                outcome=Outcome.SUPPORTS,
                summary="Fails at head, passes with the patch.",
                detail="$ python -m pytest -q probe_expiry.py\nE  assert 4.2 is None\n1 failed in 0.03s",
            ),
        ),
    )


def _swallowed() -> Finding:
    return make_finding(
        2,
        alias="I1",
        kind="lost-error",
        severity=Severity.IMPORTANT,
        title="`Poll` logs a failed read and returns a pressure of zero without an error",
        body=(
            "The caller sees `Reading{}` and `nil`: it cannot tell a gauge that is off from a cold boiler, and "
            "`cache.put` stores the zero.\n\n```go\nreading, err := gauge.Poll(ctx) // err is always nil\n```"
        ),
        unless="Harmless while no caller acts on a low pressure; `pump.go` does.",
        method="Rule `lost-error` (ast-grep 0.39): a branch on `err != nil` that returns `nil`.",
        fix="Return the error; the log line can go, since the caller logs it.",
        locations=(_at(_GAUGE, 24, 24, _POLL[4:5]), _at(_CACHE, 51, 51, _LOAD[10:11], side=Side.BASE)),
        origin=_by(OriginKind.NEWLY_EXPOSED, _EXPIRE, "gauge: poll in the background"),
        reviewers=("static", "codex"),
        proof=Rung.PARSED,
        reasons=("Critical → important: when it happens, it is loud.",),
    )


def _stale() -> Finding:
    return make_finding(
        3,
        alias="S1",
        title="The comment names `read_gauge`, which this change removes",
        locations=(_at(_CACHE, 52, 52, _LOAD[11:12]),),
        origin=_by(OriginKind.INTRODUCED, _STORE, "cache: store readings"),
        reviewers=("names", "gemini"),
    )


def _guide() -> Finding:
    return make_finding(
        4,
        alias="S2",
        kind=SAID,
        defect=DefectClass.GAP,
        title="The guide tells the operator to run `boiler read_gauge`, a command that is gone",
        body="The subcommand went away with `read_gauge`; the step now ends in `unknown command`.",
        locations=(_at(_GUIDE, 14, 14, _TEXT[2:3]),),
        origin=_by(OriginKind.PRE_EXISTING, Sha("0" * 39 + "1"), "docs: cold restart"),
        fix="Name `boiler poll --all`.",
        reviewers=("claude", "gemini", "names"),
    )


def _at(path: RepoPath, first: int, last: int, quote: list[str], side: Side = Side.HEAD) -> Location:
    return Location(path=path, side=side, first=first, last=last, quote="\n".join(quote), blob=NO_BLOB)


def _by(kind: OriginKind, commit: Sha, subject: str) -> Origin:
    reason = "Blame of the cited lines ends at this commit."
    return Origin(kind=kind, commit=commit, subject=subject, author="Sam Okoro", reason=reason)


def _cited() -> tuple[CitedCode, ...]:
    def code(path: RepoPath, first: int, lines: list[str], changed: range, side: Side = Side.HEAD) -> CitedCode:
        return CitedCode(path=path, side=side, blob=NO_BLOB, first=first, lines=tuple(lines), changed=tuple(changed))

    return (
        code(_CACHE, 41, _LOAD, range(46, 54)),
        code(_GAUGE, 20, _POLL, range(23, 25)),
        code(_CACHE, 49, _LOAD[8:13], range(51, 52), Side.BASE),
        code(_GUIDE, 12, _TEXT, range(0)),
    )


def _commits() -> tuple[Commit, ...]:
    at = "2026-01-04T18:20:00+00:00"
    return (
        Commit(sha=_STORE, subject="cache: store readings", body="", author="Sam Okoro", at=at),
        Commit(sha=_EXPIRE, subject="gauge: poll in the background", body="", author="Sam Okoro", at=at),
    )


def _files() -> tuple[ChangedFile, ...]:
    def row(path: str, added: int, removed: int, *readers: str, note: str = "") -> ChangedFile:
        return ChangedFile(
            path=RepoPath(path),
            old_path=RepoPath(path),
            kind=FileKind.MODIFIED,
            added=added,
            removed=removed,
            note=note,
            readers=readers,
            unread="" if readers else "binary",
        )

    every = (*_PROSE, "names", "static")
    moved = replace(row("src/boiler/pump.go", 12, 9, *every), old_path=RepoPath("src/pump.go"))
    return (
        row(_GUIDE, 0, 0, "claude", "gemini", "names"),
        row("docs/pressure.png", 0, 0, note="binary"),
        row(_CACHE, 96, 4, *every),
        row(_GAUGE, 41, 25, *every),
        replace(moved, kind=FileKind.RENAMED),
        row("tests/test_cache.py", 15, 0, "claude", "codex", "names", "static"),
    )


def _runs(claims: Mapping[ClaimId, Claim]) -> tuple[Completed | Skipped | Failed, ...]:
    made = Counter(claim.reviewer for claim in claims.values())
    return (
        *(_replayed(name, made[name]) for name in _PROSE),
        Completed(
            reviewer="names",
            claims=made["names"],
            seconds=0.3,
            reading=Reading(
                read=(_GUIDE, _CACHE, _GAUGE, RepoPath("src/boiler/pump.go"), RepoPath("tests/test_cache.py")),
                unread=(Unread(path=RepoPath("docs/pressure.png"), reason="binary"),),
                checked=("12 removed names in comments and docs of 118 files", "31 new definitions for a use"),
                gaps=(),
            ),
        ),
        Completed(
            reviewer="static",
            claims=made["static"],
            seconds=1.9,
            reading=Reading(
                read=(_CACHE, _GAUGE, RepoPath("src/boiler/pump.go"), RepoPath("tests/test_cache.py")),
                unread=(),
                checked=("ruff 0.14: 63 rules on 2 files", "ast-grep 0.39: 41 rules on 4 files"),
                gaps=("typos is not installed, so spelling was not checked",),
            ),
        ),
        Skipped(reviewer="paths", reason="no path was removed and no comment was added"),
        Failed(reviewer="mutation", failure=Failure.TIMEOUT, error="stopped after 60 s", claims=0, seconds=60.0),
    )


def _replayed(name: str, claims: int) -> Completed:
    read = tuple(file.path for file in _files() if name in file.readers)
    unread = tuple(
        Unread(path=file.path, reason=f"{name} does not mention it") for file in _files() if name not in file.readers
    )
    checked = (f"what it says it read: {len(read)} changed files",)
    reading = Reading(read=read, unread=unread, checked=checked, gaps=(), basis=Basis.STATED)
    return Completed(reviewer=name, claims=claims, seconds=0.1, reading=reading)


def _observations() -> tuple[Observation, ...]:
    return (
        Observation(
            reviewer="history",
            section=Section.TESTING,
            text="`tests/test_cache.py` covers expiry of rows that were put, none that were loaded.",
        ),
        Observation(reviewer="history", section=Section.COMMITS, text="`fixup! cache` is still to be squashed."),
        Observation(reviewer="history", section=Section.NOTE, text="3 new TODO comments, none with an issue."),
    )
