"""The entry of a published report: what its text says, and None for what it does not."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from deepreview.model.claim import SAID, DefectClass
from deepreview.model.entry import DocumentKind, Entry, Gap, Noted, Seat
from deepreview.model.family import family_of, word
from deepreview.model.finding import State, fingerprint
from deepreview.model.published import Published, PublishedFinding, Resolved
from deepreview.model.verdict import VerdictValue
from deepreview.parse.lines import read_lines
from deepreview.parse.statement import statement
from deepreview.parse.vocabulary import class_of
from deepreview.site.cells import count, model_names, plain, seconds

_STAMP = re.compile(r"^(\d{4})(\d{2})(\d{2})-(\d{2})(\d{2})(\d{2})-(.+)$")
_LINK = re.compile(r"\[([^\]]*)\]\((https?://[^)\s]+)\)")
_PULL = re.compile(r"^pr-(\d{1,9})$")
_OF = re.compile(r"\bof\s+(?:pr)?[\s#-]*(\d{1,9})\b", re.IGNORECASE)
_VERDICTS = (
    (VerdictValue.REWORK, re.compile(r"^(?:rework|request(?:ed)? changes|changes requested|reject)", re.IGNORECASE)),
    (VerdictValue.FIXES, re.compile(r"^(?:merge with|approve with|fix)", re.IGNORECASE)),
    (VerdictValue.MERGE, re.compile(r"^(?:merge|approve|lgtm)", re.IGNORECASE)),
)
_ANSWERS = (
    (State.OBSOLETE, ("auto-resolved", "n/a", "obsolete")),
    (State.FIXED, ("fixed", "test", "documentation", "doc ", "docs", "applied", "done", "resolved")),
    (State.DOCUMENTED, ("comment",)),
    (State.DECLINED, ("skip", "declin", "won't", "wontfix", "not fixed")),
    (State.DEFERRED, ("defer", "postpone", "later", "follow")),
    (State.REFUTED, ("invalid", "false positive", "refuted")),
)
_CLASS = re.compile(
    r"(?:\((?:critical|important|suggestion)[,/] ?|\bclassification\W{1,6})(regression|gap|enhancement)\b",
    re.IGNORECASE,
)
"""A class at the end of a sentence: `(important, regression)`, `Classification: gap`."""
_NOBODY = re.compile(r"(?:carry-?over|carried|round|r\d)\b", re.IGNORECASE)
_LEADS = ("orchestrator", "consolidator", "lead")
"""Who merges is credited with what only it found, and is no reviewer."""
_KINDS = (
    (DocumentKind.SUPPLY_CHAIN, re.compile(r"supply[\s-]chain", re.IGNORECASE)),
    (DocumentKind.CI_FAILURES, re.compile(r"\bci[\s-]failures", re.IGNORECASE)),
)


def kind_of(report: Published, *, review: bool) -> DocumentKind:
    """What sort of document it is; `review`: whether it has the sections of a review."""
    said = f"{report.title}\n{report.row('Kind')}"
    found = next((kind for kind, named in _KINDS if named.search(said)), None)
    return found or (DocumentKind.REVIEW if review or report.findings else DocumentKind.OTHER)


def repository(report: Published) -> tuple[str, str]:
    """Name and address of the repository that its header names; empty where it names none."""
    for label in ("Repo", "PR"):
        if found := re.search(r"https?://[\w.-]+/([\w.-]+/[\w.-]+?)(?:\.git)?(?=[/)\s]|$)", report.row(label)):
            return found[1], found[0]
    name = plain(report.row("Repo"))
    return (name, "") if re.fullmatch(r"[\w.-]+/[\w.-]+", name) else ("", "")


def entry_of_published(report: Published, *, name: str, shelf: str, repo: str, review: bool) -> Entry:
    """What lists and statistics need to know of it; `name` is that of its file, `repo` what it may not tell itself."""
    stamp = _STAMP.match(name)
    slug = stamp[7] if stamp else word(name)
    own, url = repository(report)
    number = _number(report, slug)
    link = _LINK.search(report.row("PR"))
    title = re.sub(r"^\s*[—–-]+\s*", "", report.row("PR")[link.end() :] if link else "")
    round_ = re.match(r"\D{0,3}(\d+)", report.row("Round"))
    said, _, reason = re.sub(r"\*", "", report.row("Verdict")).partition(" — ")
    return Entry(
        id=name,
        shelf=shelf,
        kind=kind_of(report, review=review),
        imported=True,
        repo=own or repo,
        url=url,
        slug=f"pr-{number}" if number else slug,
        number=number,
        title=plain(title) or report.title.removeprefix("Deep Review: ") or name,
        branch=plain(report.row("Branch")),
        head=plain(report.row("Review SHA")),
        round=int(round_[1]) if round_ else 0,
        started=_started(report, stamp),
        seconds=seconds(plain(report.row("Wall-clock time"))),
        verdict=next((value for value, form in _VERDICTS if form.match(said.strip())), None),
        said=said.strip(),
        reason=reason.strip(),
        findings=_findings(report),
        seats=tuple(_seats(report)),
        gaps=tuple(_gaps(report)),
    )


def _number(report: Published, slug: str) -> int:
    named = re.search(r"#(\d{1,9})\b", report.row("PR")) or _PULL.match(slug) or _OF.search(report.row("Round"))
    return int(named[1]) if named else 0


def _started(report: Published, stamp: re.Match[str] | None) -> str:
    if stamp:
        year, month, day, hour, minute, second = stamp.groups()[:6]
        return f"{year}-{month}-{day}T{hour}:{minute}:{second}"
    found = re.search(r"(\d{4}-\d{2}-\d{2})(?:[ T](\d{2}:\d{2}))?", report.row("Date"))
    return f"{found[1]}T{found[2] or '00:00'}:00" if found else ""


def _findings(report: Published) -> tuple[Noted, ...]:
    rows = {row.ref: row for row in report.resolution.rows} if report.resolution else {}
    names = _names(report)
    found, used = list[Noted](), set[str]()
    for finding in report.findings:
        noted = _noted(finding, rows.get(finding.alias), names)
        if noted.fingerprint in used:  # two findings of one report are two, also about the same lines
            noted = replace(noted, fingerprint=fingerprint(SAID, noted.path, noted.title))
        used.add(noted.fingerprint)
        found.append(noted)
    return tuple(found)


def _credited(finding: PublishedFinding) -> Iterator[str]:
    """Those in the brackets of its heading that are somebody."""
    return (name for name in model_names(finding.credited) if not _NOBODY.match(name))


def _noted(finding: PublishedFinding, answered: Resolved | None, names: Mapping[str, str]) -> Noted:
    place = finding.places[0] if finding.places else None
    path = place.path if place else ""
    said = statement(read_lines(finding.text, lambda _: False))
    credited = tuple(dict.fromkeys(names.get(one, one) for one in _credited(finding)))
    state = state_of(answered.action) if answered else State.OPEN
    return Noted(
        fingerprint=fingerprint(SAID, path, said.quote or finding.title),
        alias=finding.alias,
        severity=finding.severity,
        title=finding.title,
        path=path,
        first=place.first if place else 0,
        defect=finding.defect or said.defect or _class_within(finding.text),
        reviewers=credited,
        voices=len({family_of(one) for one in credited}),
        proven=bool(said.repro),
        state=State.FIXED if finding.struck and state is State.OPEN else state,
        reason=answered.reason if answered else "",
    )


def _class_within(text: str) -> DefectClass | None:
    """The class that the text names last."""
    named = _CLASS.findall(text)
    return class_of(named[-1]) if named else None


def state_of(action: str) -> State:
    """What an answer in a resolution's table means; an answer that is not known leaves it open."""
    said = action.strip("*_ ").lower()
    return next((state for state, words in _ANSWERS if said.startswith(words)), State.OPEN)


def _gaps(report: Published) -> Iterator[Gap]:
    for row in report.resolution.rows if report.resolution else ():
        if re.fullmatch(r"[CIS]\d+", row.ref):
            continue
        about = (row.ref or row.title).lower()
        kind = "testing" if about.startswith("test") else "documentation" if about.startswith("doc") else "other"
        yield Gap(about=kind, state=state_of(row.action))


def _names(report: Published) -> Mapping[str, str]:
    """Each way in which a reviewer is called, and how the header calls it; `Claude` where one model of it took part."""
    full = list(model_names(report.row("Reviewers").split(",")))
    full += [name for name in _columns(report) if not _fuller(name, full)]
    called = {*_columns(report), *(name for finding in report.findings for name in _credited(finding))}
    return {name: _fuller(name, full) or name for name in called} | {name: name for name in full}


def _fuller(name: str, full: Sequence[str]) -> str:
    """The one name among them that this one is short for; empty where it is none, or several could be meant."""
    if name in full:
        return name
    parts = [one for one in full if set(name.lower().split()) <= set(one.lower().split())]
    own = [one for one in full if family_of(one) == family_of(name)]
    return next((found[0] for found in (parts, own) if len(found) == 1), "")


def _columns(report: Published) -> tuple[str, ...]:
    return tuple(model_names(report.totals.columns[1:], keep=True)) if report.totals else ()


def _seats(report: Published) -> Iterator[Seat]:
    names = _names(report)
    listed = list(model_names(report.row("Reviewers").split(",")))
    columns = _columns(report)
    credited = [] if listed or columns else [one for finding in report.findings for one in _credited(finding)]
    cells = {names[name]: _column(report, at) for at, name in enumerate(columns, 1)}
    lost = _lost(report.row("Reviewers"))
    for name in dict.fromkeys(names.get(one, one) for one in (*listed, *columns, *credited)):
        if name and name.lower() not in _LEADS:
            yield _seat(name, cells.get(name, {}), failed=name in lost)


def _lost(row: str) -> set[str]:
    """The reviewers that the header strikes out or calls dropped."""
    struck = [found[1] for found in re.finditer(r"~~([^~]+)~~", row)]
    dropped = [found[1] for found in re.finditer(r"[;,]\s*([^;,]+?)\s*[—–-]+\s*(?:dropped|failed|no review)", row)]
    return set(model_names((*struck, *dropped)))


def _column(report: Published, at: int) -> Mapping[str, str]:
    """The cells of a reviewer by their label; the first of two rows of one label counts."""
    found: dict[str, str] = {}
    for row in report.totals.rows if report.totals else ():
        found.setdefault(plain(row[0]).lower(), plain(row[at]))
    return found


def _seat(name: str, cells: Mapping[str, str], *, failed: bool) -> Seat:
    broke = failed or "failed" in cells.get("duration", "").lower()
    return Seat(
        reviewer=name,
        family=family_of(name),
        result="failed" if broke else "completed",
        failure="error" if broke else "",
        seconds=_duration(cells),
        tool_calls=count(cells.get("tool calls", "")),
        downgraded=_moved(cells.get("downgraded", "")),
        dropped=count(cells.get("dropped", "")),
        refuted=count(cells.get("false positives", "")),
        unique=count(cells.get("unique insights", "")),
        misses=count(cells.get("coverage misses", "")),
    )


def _duration(cells: Mapping[str, str]) -> float | None:
    """Some tables name the unit beside the label."""
    told = seconds(cells.get("duration", ""))
    bare = count(cells.get("duration (s)", ""))
    return float(bare) if told is None and bare is not None else told


def _moved(cell: str) -> int | None:
    """`2 (C→I, I→S)` is 2; where only the moves are named, they are counted."""
    told = count(cell)
    return len(re.findall(r"[CIS]\s*(?:→|->)\s*[IS]", cell)) or None if told is None else told
