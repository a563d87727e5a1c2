"""The report for a terminal: the verdict first, then what to do, then who looked at what.

A place stands on a line of its own and is never wrapped, so that a terminal can open it; all else fits the width.
"""

from collections.abc import Iterator
from io import StringIO

from rich.console import Console
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from deepreview.context.visible import exact, one_line
from deepreview.memory.alike import together
from deepreview.memory.notes import notes as notes_in
from deepreview.model.agent import Record
from deepreview.model.claim import Section, Severity
from deepreview.model.finding import Finding, OriginKind, State
from deepreview.model.report import ChangedFile, Report
from deepreview.model.round import Completed, Failed, Run, Skipped
from deepreview.model.verdict import VerdictValue
from deepreview.render import standing
from deepreview.render.base import Renderer
from deepreview.render.deeds import deeds, ruled, without
from deepreview.render.passages import passages
from deepreview.render.wording import (
    SHORT,
    at_base,
    by_severity,
    counted,
    duration,
    nobody_read,
    outermost,
    place,
    read_of,
    verdict_words,
    whereabouts,
    why_failed,
)

MARKS = {Severity.CRITICAL: "✖", Severity.IMPORTANT: "▲", Severity.SUGGESTION: "●"}
COLOURS = {Severity.CRITICAL: "bold red", Severity.IMPORTANT: "bold yellow", Severity.SUGGESTION: "bold blue"}
VERDICTS = {
    VerdictValue.MERGE: ("✔", "bold green"),
    VerdictValue.FIXES: ("▲", "bold yellow"),
    VerdictValue.REWORK: ("✖", "bold red"),
    VerdictValue.NONE: ("?", "bold magenta"),
}
WHY_LINES = 3
"""The explanation and the fix are cut after this many lines each: the report has the rest."""
CODE_LINES = 4
"""This many lines of the code blocks in an explanation are shown, beside those of its prose."""
MOST_SUGGESTIONS = 20
"""This many suggestions are shown, the report's first; more severe findings are all shown."""
MOST_PLACES = 4
"""This many places of one finding are named."""
MOST_SETTLED = 3
"""This many findings that were settled in earlier rounds are named."""
REFUSING = frozenset({"placed", "refuted"})
"""Steps that drop what was said because of what was looked up."""
MOST_REFUSED = 5
"""This many of what was dropped so are named."""
MOST_UNREAD = 10
"""This many files that nobody read are named."""
_INDENT = 4
_ALL = 10_000


def render(report: Report, *, width: int = 100, colour: bool = False) -> str:
    """The report in `width` columns, with ANSI colours when asked for."""
    sheet = _sheet(width, colour=colour)
    with sheet.capture() as taken:
        _head(sheet, report)
        for severity, findings in by_severity(report.findings).items():
            _group(sheet, severity, findings, report)
        if not report.findings:
            _nothing(sheet, report)
        _refused(sheet, report)
        _earlier(sheet, report)
        _gaps(sheet, report)
        _reviewers(sheet, report)
        _led(sheet, report)
        _unread(sheet, nobody_read(report))
        _noticed(sheet, report)
    return _trimmed(taken.get())


def render_one(report: Report, finding: Finding, *, width: int = 100, colour: bool = False) -> str:
    """One finding of the report in full, its patch included."""
    sheet = _sheet(width, colour=colour)
    with sheet.capture() as taken:
        sheet.print(Text(one_line(f"{_name(report)} · {report.clock.round_id}"), style="dim"))
        sheet.print()
        _finding(sheet, finding, report, prose=_ALL, code=_ALL)
        for heading, text in (("When it does not matter", finding.unless), ("How it was found", finding.method)):
            if text:
                _hang(sheet, one_line(f"{heading}: {text}"))
        for line in (*finding.repro.splitlines(), *finding.patch.splitlines()):
            _code(sheet, exact(line))
    return _trimmed(taken.get())


def _sheet(width: int, *, colour: bool) -> Console:
    return Console(
        file=StringIO(),
        width=width,
        height=50,
        force_terminal=colour,
        color_system="standard" if colour else None,
        no_color=not colour,
        legacy_windows=False,
        markup=False,
        emoji=False,
        highlight=False,
        soft_wrap=False,
        _environ={},  # the same report gives the same text under every TERM, COLUMNS and NO_COLOR
    )


def _trimmed(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.split("\n"))


def _name(report: Report) -> str:
    subject = report.subject
    title = f"#{subject.number} {subject.title}" if subject.number else subject.title or subject.slug
    return " · ".join(part for part in (subject.repo, title, f"round {report.round}") if part)


def _head(sheet: Console, report: Report) -> None:
    subject = report.subject
    sheet.print(Text(one_line(_name(report)), style="bold"))
    commits = f"{counted(len(subject.commits), 'commit')}, " if subject.commits else ""
    size = f"{commits}{counted(len(subject.files), 'file')}"
    lines = f"+{subject.added} −{subject.removed} lines"
    took = duration(report.clock.seconds)
    facts = f" · {size}, {lines} · {subject.head[:SHORT]} · {took}" if subject.head else ""
    sheet.print(Text(one_line(f"{subject.how}{facts}"), style="dim"))
    if subject.shallow:
        sheet.print(Text("The history is cut off here, so older origins are unknown.", style="dim"))
    mark, style = VERDICTS[report.verdict.value]
    sheet.print()
    sheet.print(_row(Text(f"{mark} {verdict_words(report)}", style=style), Text(one_line(report.verdict.reason))))
    sheet.print(Padding(_counts(report), (0, 0, 0, 2)))


def _row(left: Text, right: Text) -> Table:
    row = Table.grid(padding=(0, 2, 0, 0))
    row.add_column(no_wrap=True)
    row.add_column(overflow="fold")
    row.add_row(left, right)
    return row


def _counts(report: Report) -> Text:
    counts = Text()
    for severity, findings in by_severity(report.findings).items():
        noun = "suggestion" if severity is Severity.SUGGESTION else ""
        words = counted(len(findings), noun) if noun else f"{len(findings)} {severity.value}"
        counts.append(words, style=COLOURS[severity] if findings else "dim").append(" · ")
    return counts.append(f"{len(report.dropped)} dropped", style="dim")


def _group(sheet: Console, severity: Severity, findings: list[Finding], report: Report) -> None:
    if not findings:
        return
    sheet.print()
    sheet.print(
        Rule(
            Text(f"{MARKS[severity]} {severity.value.capitalize()}", style=COLOURS[severity]), align="left", style="dim"
        )
    )
    shown = findings[:MOST_SUGGESTIONS] if severity is Severity.SUGGESTION else findings
    for finding in shown:
        sheet.print()
        _finding(sheet, finding, report)
    if len(shown) < len(findings):
        sheet.print()
        _hang(sheet, f"… and {counted(len(findings) - len(shown), 'more suggestion')} in the report", "dim")


def _finding(
    sheet: Console, finding: Finding, report: Report, *, prose: int = WHY_LINES, code: int = CODE_LINES
) -> None:
    style = COLOURS[finding.severity]
    title = Text(one_line(finding.title) or "(no title)", style="bold")
    if finding.state is not State.OPEN:
        title.append(f" ({finding.state.value})", style="dim")
    sheet.print(_row(Text(f"{finding.alias:<{_INDENT - 2}}", style=style), title))
    places = outermost(finding.locations)
    for location in places[:MOST_PLACES]:
        where = exact(place(location)) + (" (base)" if at_base(location) else "")
        sheet.print(Text(" " * _INDENT + where, style="cyan"), no_wrap=True, overflow="ignore", crop=False)
    if len(places) > MOST_PLACES:
        _hang(sheet, f"… and {counted(len(places) - MOST_PLACES, 'more place')}", "dim")
    if not finding.locations and (missing := whereabouts(finding)):
        _hang(sheet, one_line(missing), "dim")
    _hang(sheet, _facts(finding, report), "dim")
    for reason in (*finding.reasons, *filter(None, (standing.grounds(finding),))):
        _hang(sheet, one_line(reason), "dim")
    _why(sheet, finding.body, prose, code)
    patch = " A patch is in the report." if finding.patch and prose == WHY_LINES else ""
    if fix := one_line(finding.fix) + patch:
        for line in _cut(sheet, f"Fix: {fix.strip()}", prose):
            _hang(sheet, line, "green")


def _facts(finding: Finding, report: Report) -> str:
    origin = finding.origin
    commit = f" by {origin.commit[:SHORT]} ({one_line(origin.author)})" if origin.commit else ""
    who = ", ".join(one_line(name) for name in finding.reviewers)
    since = "origin unknown" if origin.kind is OriginKind.UNKNOWN else f"{origin.kind.value}{commit}"
    stands = f" · {words}" if (words := standing.standing(finding, report)) else ""
    return f"{finding.severity.value}, {finding.defect.value} · {since} · {who}{stands}"


def _why(sheet: Console, body: str, prose: int, code: int) -> None:
    for passage in passages(body):
        if passage.code:
            lines = [line for line in passage.text.splitlines() if line.strip()]
            for line in lines[:code]:
                _code(sheet, exact(line.expandtabs(_INDENT)))
            if len(lines) > code:
                _hang(sheet, " " * _INDENT + "…")
            code = max(0, code - len(lines))
            continue
        shown = _cut(sheet, one_line(passage.text), prose)
        for line in shown:
            _hang(sheet, line)
        prose -= len(shown)
        if prose <= 0:
            return


def _code(sheet: Console, line: str) -> None:
    text = Text(" " * _INDENT + line, style="dim", no_wrap=True, overflow="ellipsis")
    sheet.print(Padding(text, (0, 0, 0, _INDENT)))


def _cut(sheet: Console, text: str, most: int) -> list[str]:
    width = sheet.width - _INDENT
    wrapped = Text(text[: width * (most + 1)]).wrap(sheet, width)
    lines = [line.plain.rstrip() for line in wrapped]
    if len(lines) <= most:
        return lines
    last = lines[most - 1]
    return [*lines[: most - 1], (last if len(last) < width else last[: width - 1]) + "…"]


def _hang(sheet: Console, text: str, style: str = "") -> None:
    sheet.print(Padding(Text(text, style=style, overflow="fold"), (0, 0, 0, _INDENT)))


def _nothing(sheet: Console, report: Report) -> None:
    sheet.print()
    done = any(isinstance(run, Completed) for run in report.runs)
    sheet.print(Text("Nothing was found." if done else "Nothing was checked.", style="bold"))


def _refused(sheet: Console, report: Report) -> None:
    """What was dropped since the code is not there or something speaks against it: whoever said it may know better."""
    gone = [entry for entry in report.dropped if entry.step in REFUSING]
    for entry in gone[:MOST_REFUSED]:
        if entry is gone[0]:
            sheet.print()
            sheet.print(Text("Dropped on evidence:", style="bold"))
        who = ", ".join(dict.fromkeys(claim.rpartition("/")[0].partition("/")[0] for claim in entry.claims))
        _hang(sheet, one_line(f"{entry.title} [{who}]: {entry.reason}"), "dim")
    if len(gone) > MOST_REFUSED:
        _hang(sheet, f"… and {len(gone) - MOST_REFUSED} more in the report", "dim")


def _earlier(sheet: Console, report: Report) -> None:
    """What became of the findings of earlier rounds that are not shown above, and whether rounds end here."""
    if not report.previous:
        return
    sheet.print()
    sheet.print(Rule(Text("Since earlier rounds", style="bold"), align="left", style="dim"))
    for row in report.previous:
        if not row.alias and not row.rests:
            said = standing.told(row)
            told = " ".join(filter(None, (f"{said.removesuffix('.')}." if said else "", *row.evidence)))
            style = "yellow" if row.now.open else ""
            _hang(sheet, one_line(f"{row.name} {row.now.value}: {row.title}"), style)
            _hang(sheet, one_line(told), "dim")
            if proposal := standing.proposed(row):
                _hang(sheet, one_line(f"proposed: {proposal}"), "green")
    settled = [row for row in report.previous if row.rests]
    for row in settled[:MOST_SETTLED]:
        _hang(sheet, one_line(f"{row.name} {row.now.value}: {row.title}"), "dim")
    if more := standing.resting(settled[MOST_SETTLED:]):
        _hang(sheet, f"… and {more} in the report", "dim")
    for sentence in standing.ends(report):
        _hang(sheet, one_line(sentence))


def _gaps(sheet: Console, report: Report) -> None:
    if not report.waiting:
        return
    sheet.print()
    sheet.print(Rule(Text("Not tested, not documented", style="bold"), align="left", style="dim"))
    for gap in report.waiting:
        _hang(sheet, one_line(f"{gap.alias} {gap.title}"))


def _reviewers(sheet: Console, report: Report) -> None:
    sheet.print()
    sheet.print(Rule(Text("Who looked, and at what", style="bold"), align="left", style="dim"))
    table = Table.grid(padding=(0, 2, 0, 0))
    for _ in range(2):
        table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for run in report.runs:
        mark, style, told = _told(run, len(report.subject.files))
        table.add_row(Text(mark, style=style), Text(one_line(run.reviewer)), told)
    sheet.print(table)


def _told(run: Run, files: int) -> tuple[str, str, Text]:
    match run:
        case Completed():
            claims = counted(run.claims, "claim")
            text = Text(f"{duration(run.seconds)}, {claims}, {read_of(run.reading, files)}")
            if run.record:
                text.append("".join(f"\n{one_line(told)}" for told in _deeds(run.record)), style="dim")
            for phrase in run.reading.checked:
                text.append(f"\nchecked {one_line(phrase)}", style="dim")
            for gap in run.reading.gaps:
                text.append(f"\nnot done: {one_line(gap)}", style="yellow")
            return "✔", "green", text
        case Skipped():
            return "–", "dim", Text(f"skipped: {one_line(run.reason)}", style="dim")
        case Failed():
            text = Text(f"failed after {duration(run.seconds)}, {one_line(why_failed(run))}", style="red")
            if run.record:
                text.append("".join(f"\n{one_line(told)}" for told in _deeds(run.record)), style="dim")
            return "✖", "red", text


_TOLD = frozenset({"Agent", "Kept apart by", "Violations", "Attempts", "Tool calls", "Tokens", "Cost"})
"""Of what an agent did, what a terminal has room for."""


def _deeds(record: Record) -> Iterator[str]:
    return (f"{label.lower()}: {text}" for label, text in deeds(record) if label in _TOLD)


def _led(sheet: Console, report: Report) -> None:
    """What a lead changed, beside what the rules alone say."""
    lead = report.lead
    if lead is None:
        return
    sheet.print()
    sheet.print(Rule(Text(f"Led by {one_line(lead.agent)}", style="bold"), align="left", style="dim"))
    if lead.failure:
        _hang(sheet, f"its answer was not used, {lead.failure.value}: {one_line(lead.message)}", style="yellow")
        return
    for sentence in (without(lead), *ruled(report)):
        _hang(sheet, one_line(sentence))


def _unread(sheet: Console, files: tuple[ChangedFile, ...]) -> None:
    if not files:
        return
    sheet.print()
    sheet.print(Text(f"Nobody read {counted(len(files), 'changed file')}:", style="yellow"))
    for file in files[:MOST_UNREAD]:
        reason = f" ({one_line(file.unread)})" if file.unread else ""
        _hang(sheet, f"{exact(file.path)}{reason}")
    if len(files) > MOST_UNREAD:
        _hang(sheet, f"… and {len(files) - MOST_UNREAD} more")


def _noticed(sheet: Console, report: Report) -> None:
    quiet = {Section.STRENGTH, Section.SUMMARY}
    listed = {gap.text for gap in report.waiting}
    notes = [note for note in report.told if note.section not in quiet and note.text not in listed]
    if proposed := together(notes_in(report.observations)):
        sheet.print()
        _hang(sheet, f"{counted(len(proposed), 'note')} for the project's rules: `deepreview memory` lists what waits.")
    if not notes:
        return
    sheet.print()
    sheet.print(Text("Also noticed:", style="bold"))
    for note in notes:
        _hang(sheet, f"{one_line(note.text)} [{one_line(', '.join(note.reviewers))}]")


RENDERER = Renderer(name="terminal", suffix=".txt", media_type="text/plain", render=render)
