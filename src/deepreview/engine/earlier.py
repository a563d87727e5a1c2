"""The rounds before this one, and what git still has of them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

from deepreview.archive.folder import Archive, Plan, RoundFolder
from deepreview.archive.resolutions import FILE, Resolutions
from deepreview.consolidate.base import Slate, Step
from deepreview.consolidate.steps import declined
from deepreview.context.brief import Earlier
from deepreview.context.tree import as_lines
from deepreview.engine.desk import Repository
from deepreview.errors import DeepReviewError
from deepreview.git.run import encode, split_nul
from deepreview.lives.attach import SHOWN, Attached, Past
from deepreview.lives.code import stands
from deepreview.lives.converge import Policy, convergence, held
from deepreview.lives.gaps import gaps
from deepreview.lives.outcome import Close, Verdict, previous
from deepreview.model.change import Commit, RepoPath, Sha, Side
from deepreview.model.claim import Section, Severity
from deepreview.model.finding import Fingerprint
from deepreview.model.gap import Gap
from deepreview.model.life import Life
from deepreview.model.round import Completed, Run
from deepreview.parse.verdicts import judged
from deepreview.render.wording import place
from deepreview.report.build import Records
from deepreview.report.remarks import aliases, remarks
from deepreview.wire import load_report

_MOST_USES = 60
"""A name with more uses is too common to tell who calls what."""
_MOST_COMMITS = 60
_MOST_TOLD = 200
_PROSE = frozenset({".md", ".rst", ".txt", ".adoc"})
_COMMENTS = ("#", "//", "*", "/*", "--", ";")


@dataclass(eq=False, kw_only=True)
class GitCode:
    """Files and commits of all rounds, read from the mirror and kept while the round runs."""

    repository: Repository
    _lines: dict[tuple[Sha, str], tuple[str, ...] | None] = field(default_factory=dict)
    _renames: dict[Sha, Mapping[str, str]] = field(default_factory=dict)
    _commits: dict[Sha, Commit | None] = field(default_factory=dict)

    def lines(self, commit: Sha, path: str) -> tuple[str, ...] | None:
        """A file of any round's commit; empty for one that is no text, None where it is not there or not known."""
        if (commit, path) not in self._lines:
            self._lines[commit, path] = self._read(commit, path)
        return self._lines[commit, path]

    def _read(self, commit: Sha, path: str) -> tuple[str, ...] | None:
        repository = self.repository
        if commit == repository.change.head:
            known = RepoPath(path) in repository.tree(Side.HEAD).entries()
            return repository.lines(RepoPath(path), Side.HEAD) if known else None
        done = repository.git.attempt("cat-file", "blob", encode(f"{commit}:{path}"))
        return as_lines(done.stdout) if done.code == 0 else None

    def renames(self, commit: Sha) -> Mapping[str, str]:
        """What files of an earlier round's commit are called now, by their names then; only those renamed since."""
        if commit not in self._renames:
            how = ("diff", "--name-status", "-z", "-M", "--diff-filter=R", "--no-ext-diff")
            done = self.repository.git.attempt(*how, commit, self.repository.change.head, "--")
            parts = split_nul(done.stdout) if done.code == 0 else []
            self._renames[commit] = dict(zip(parts[1::3], parts[2::3], strict=True))
        return self._renames[commit]

    def left(self, commit: Sha, path: str, code: Sequence[str]) -> Commit | None:
        """The newest commit since that one, or of this change, that removed the code from the file, if one did."""
        before = next((old for old, new in self.renames(commit).items() if new == path), path)
        names = tuple(dict.fromkeys((path, before)))
        for sha in self._touching(commit, names) if code else ():
            if self._stand(code, Sha(f"{sha}^"), names) and not self._stand(code, sha, names):
                return self.commit(sha)
        return None

    def _touching(self, commit: Sha, names: Sequence[str]) -> Iterator[Sha]:
        git, change = self.repository.git, self.repository.change
        since = commit if git.attempt("merge-base", "--is-ancestor", commit, change.head).code == 0 else change.base
        paths = [encode(f":(literal){name}") for name in names]
        done = git.attempt("rev-list", f"-{_MOST_COMMITS}", f"{since}..{change.head}", "--", *paths)
        yield from map(Sha, done.stdout.decode().split() if done.code == 0 else ())

    def _stand(self, code: Sequence[str], commit: Sha, names: Sequence[str]) -> bool:
        return any(stands(code, self.lines(commit, name) or ()) for name in names)

    def uses(self, commit: Sha, symbol: str) -> Mapping[str, str] | None:
        """Each line of code that names a symbol, without white space, with one of its places; None if too many do."""
        how = ("grep", "-n", "-z", "-w", "-F", "-I", "--full-name", "-e", symbol, commit, "--")
        done = self.repository.git.attempt(*how)
        if done.code > 1:
            return None
        found: dict[str, str] = {}
        for row in done.stdout.decode("utf-8", "surrogateescape").split("\n"):
            path, _, rest = row.removeprefix(f"{commit}:").partition("\0")
            number, _, text = rest.partition("\0")
            bare = "".join(text.split())
            if bare and not bare.startswith(_COMMENTS) and PurePosixPath(path).suffix.lower() not in _PROSE:
                found.setdefault(bare, f"{path}:{number}")
        return found if len(found) <= _MOST_USES else None

    def commit(self, sha: Sha) -> Commit | None:
        """A commit's text; None where git does not have it any more."""
        if sha not in self._commits:
            whole = self.repository.git.line(
                "rev-parse", "--verify", "--quiet", "--end-of-options", f"{sha}^{{commit}}"
            )
            self._commits[sha] = self.repository.commit(Sha(whole)) if whole else None
        return self._commits[sha]


def past_of(folder: RoundFolder, plan: Plan, repository: Repository) -> Past:
    """What was before that round."""
    shelf = folder.path.parent
    rounds = Archive(root=shelf.parent).of_target(plan.pin, shelf.name)
    return past_in(shelf, [one for one in rounds if one.path.name < folder.path.name], repository)


def past_in(shelf: Path, earlier: Iterable[RoundFolder], repository: Repository) -> Past:
    """The finished ones of these rounds of one target, but for those that the base holds already."""
    reports = []
    for one in earlier:
        with suppress(DeepReviewError, OSError):  # of another version, or damaged: `deepreview list` tells
            reports.append(load_report((one.path / "report.json").read_bytes(), one.path.name))
    git, base = repository.git, repository.change.base
    merged = {
        report.subject.head
        for report in reports
        if git.attempt("merge-base", "--is-ancestor", report.subject.head, base).code == 0
    }
    return Past(
        rounds=tuple(report for report in reports if report.subject.head not in merged),
        said=Resolutions(path=shelf / FILE).all(),
        code=GitCode(repository=repository),
        head=repository.change.head,
        base=base,
    )


def told(past: Past) -> tuple[Earlier, ...]:
    """What reviewers are told of earlier findings: all that may still be asked about, the newest last."""
    asked = [life for life in past.lives if not life.closed]
    newest = past.rounds[-1:]
    listed = {gap.fingerprint for report in newest for gap in report.gaps}
    missing = [_missing(gap, newest[0].round) for gap in past.gaps if gap.fingerprint in listed]
    return (*map(_earlier, asked[-_MOST_TOLD:]), *missing[-_MOST_TOLD:])


def _missing(gap: Gap, newest: int) -> Earlier:
    return Earlier(
        alias=f"R{newest}-{gap.alias}",
        round=gap.since.round if gap.since else newest,
        severity=Severity.SUGGESTION,
        title=gap.title,
        place="",
        state=gap.state,
        reason=gap.reason,
        what="documentation gap" if gap.section is Section.DOCS else "testing gap",
    )


def _earlier(life: Life) -> Earlier:
    said, finding = life.resolution, life.finding
    parts = (said.reason, said.link, said.commit[:SHOWN]) if said else ()
    return Earlier(
        alias=life.name,
        round=life.since.round,
        severity=finding.severity,
        title=finding.title,
        place=place(finding.main) if finding.main else "",
        state=life.state,
        reason=" ".join(filter(None, parts)),
    )


def fed(steps: Sequence[Step], shut: Mapping[Fingerprint, str]) -> tuple[Step, ...]:
    """The steps, what was settled before told to the one that drops it."""
    return tuple(declined(shut) if step.name == "declined" else step for step in steps)


def waiting(slate: Slate, past: Past, policy: Policy, number: int) -> Slate:
    """The slate, those findings told to wait that are below the bar of round `number`."""
    return replace(slate, findings=held(slate.findings, past, policy, number))


def closed(records: Records, past: Past, attached: Attached, policy: Policy) -> Records:
    """The records with what became of earlier findings, and whether rounds may end."""
    slate, findings = records.slate, records.slate.findings
    close = Close(
        round_id=records.clock.round_id,
        finished=records.clock.finished,
        findings=findings,
        dropped=slate.dropped,
        runs=records.runs,
        verdicts=_verdicts(records.runs),
    )
    rows = previous(past, attached, close)
    ends = convergence(findings, rows, past, policy, records.number)
    found = gaps(remarks(records.observations, aliases(slate)), past.gaps)
    return replace(records, previous=rows, gaps=found, convergence=ends)


def _verdicts(runs: Sequence[Run]) -> Mapping[str, Sequence[Verdict]]:
    """What reviewers say of earlier findings, by the names that these have across rounds."""
    found: dict[str, list[Verdict]] = {}
    for run in runs:
        for one in judged(run.reading.original) if isinstance(run, Completed) else ():
            found.setdefault(one.name, []).append(Verdict(reviewer=run.reviewer, word=one.word, text=one.text))
    return found
