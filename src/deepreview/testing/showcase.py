"""Whole reports for tests and pictures of renderers: one as it could be, and one of any size."""

from dataclasses import replace

from deepreview.model.agent import Failure
from deepreview.model.change import Commit, FileKind, RepoPath, Sha, Side
from deepreview.model.claim import Answer, DefectClass, Observation, Section, Severity
from deepreview.model.evidence import Evidence, Outcome, Rung
from deepreview.model.finding import Finding, Location, Origin, OriginKind, Rubric
from deepreview.model.report import ChangedFile, CitedCode, Clock, Report, Tally, Verdict, VerdictValue
from deepreview.model.round import Completed, Failed, Reading, Skipped, Unread
from deepreview.testing.builders import NO_BLOB, make_finding, make_report

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


def showcase() -> Report:
    """A review of a small change: a critical, an important and two suggestions, one reviewer that failed."""
    findings = (_expired(), _swallowed(), _stale(), _guide())
    plain = make_report(*findings)
    static = "static"
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
        runs=_runs(),
        tallies=(_tally("names", 3, (0, 0, 2), dropped=1, files=5), _tally(static, 2, (1, 1, 0), dropped=0, files=4)),
        observations=_observations(),
        reconciliation=(
            "names “`todo` is misspelt”: dropped by `suppressed` (generated file).",
            "static “The error is logged and then lost”: lowered from critical to important (the failure is logged).",
        ),
        cited=_cited(),
    )


def crowd(number: int) -> Report:
    """A report of so many findings, each with its own words and twelve lines of its own code."""
    severities = (Severity.CRITICAL, Severity.IMPORTANT, Severity.SUGGESTION, Severity.SUGGESTION)
    findings = tuple(_one_of_many(i, severities[i * len(severities) // number]) for i in range(number))
    cited = tuple(
        CitedCode(
            path=finding.locations[0].path,
            side=Side.HEAD,
            blob=NO_BLOB,
            first=finding.locations[0].first - 6,
            lines=_many_lines(i),
            changed=(finding.locations[0].first, finding.locations[0].first + 1),
        )
        for i, finding in enumerate(findings)
    )
    return make_report(*findings, cited=cited)


def _expired() -> Finding:
    return make_finding(
        alias="C1",
        kind="time-base",
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
        reviewers=("static", "names"),
        proof=Rung.REPRODUCED,
        reasons=("Raised from important: a stale pressure reaches the pump and nothing shows it.",),
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
        reviewers=("static",),
        proof=Rung.PARSED,
        reasons=("Lowered from critical: the failure is logged.",),
    )


def _stale() -> Finding:
    return make_finding(
        alias="S1",
        title="The comment names `read_gauge`, which this change removes",
        locations=(_at(_CACHE, 52, 52, _LOAD[11:12]),),
        origin=_by(OriginKind.INTRODUCED, _STORE, "cache: store readings"),
    )


def _guide() -> Finding:
    return make_finding(
        alias="S2",
        kind="stale-command",
        defect=DefectClass.GAP,
        title="The guide tells the operator to run `boiler read_gauge`, a command that is gone",
        body="The subcommand went away with `read_gauge`; the step now ends in `unknown command`.",
        locations=(_at(_GUIDE, 14, 14, _TEXT[2:3]),),
        origin=_by(OriginKind.PRE_EXISTING, Sha("0" * 39 + "1"), "docs: cold restart"),
        fix="Name `boiler poll --all`.",
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

    moved = replace(row("src/boiler/pump.go", 12, 9, "names", "static"), old_path=RepoPath("src/pump.go"))
    return (
        row(_GUIDE, 0, 0, "names"),
        row("docs/pressure.png", 0, 0, note="binary"),
        row(_CACHE, 96, 4, "names", "static"),
        row(_GAUGE, 41, 25, "names", "static"),
        replace(moved, kind=FileKind.RENAMED),
        row("tests/test_cache.py", 15, 0, "names", "static"),
    )


def _runs() -> tuple[Completed | Skipped | Failed, ...]:
    return (
        Completed(
            reviewer="names",
            claims=3,
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
            claims=2,
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


def _tally(name: str, claims: int, counts: tuple[int, int, int], *, dropped: int, files: int) -> Tally:
    critical, important, suggestions = counts
    return Tally(
        reviewer=name,
        claims=claims,
        critical=critical,
        important=important,
        suggestions=suggestions,
        unique=important + suggestions,
        downgraded=important,
        dropped=dropped,
        files=files,
    )


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


def _one_of_many(i: int, severity: Severity) -> Finding:
    first = 40 + 20 * (i % 50)
    quote = "\n".join(_many_lines(i)[6:8])
    return make_finding(
        i + 1,
        alias=f"{severity.value[0].upper()}{i + 1}",
        severity=severity,
        kind=f"rule-{i % 17}",
        path=f"src/package_{i % 23}/module_{i // 50}.py",
        first=first,
        quote=quote,
        title=f"`handler_{i}` keeps the lock of `table_{i % 31}` when the reader number {i} gives up",
        body=(
            f"The branch for `limit_{i}` returns before `release()`, so the next caller of `handler_{i}` waits for "
            f"ever. It shows once table {i % 31} has more than {i * 7 % 900} rows.\n\n"
            f"Seen by every caller in package {i % 23}, and **silent** until the pool of {i % 64} runs dry."
        ),
        unless=f"Fine while table {i % 31} has a single reader.",
        fix=f"Release in a `finally` around the loop over `rows_{i}`.",
        method=f"Rule `rule-{i % 17}` on {i % 400} files.",
        reviewers=(("static", "names", "paths")[i % 3],),
    )


def _many_lines(i: int) -> tuple[str, ...]:
    return (
        f"def handler_{i}(table: Table, limit_{i}: int = {i}) -> list[Row]:",
        f'    """Rows of table {i % 31}, at most the given number."""',
        f"    rows_{i}: list[Row] = []",
        "    table.lock.acquire()",
        f"    for row in table.scan(prefix='{i:x}'):",
        f"        if len(rows_{i}) >= limit_{i}:  # enough for now",
        f"            return rows_{i}",
        f"        rows_{i}.append(row)",
        "    table.lock.release()",
        f"    if not rows_{i} and table.name != 'table_{i % 31}':",
        f"        raise LookupError(f'no row in {{table.name}} for {i}')",
        f"    return sorted(rows_{i}, key=lambda row: row.at)",
    )
