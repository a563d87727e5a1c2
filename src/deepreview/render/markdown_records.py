"""The parts of the Markdown report that are counted from records: coverage, retro, notes, appendix."""

from collections.abc import Iterable, Mapping

from deepreview.memory.alike import together
from deepreview.memory.notes import notes as notes_in
from deepreview.model.change import Side
from deepreview.model.claim import Answer, Claim, ClaimId, Place, Section
from deepreview.model.finding import Fingerprint
from deepreview.model.gap import Gap
from deepreview.model.memory import Note
from deepreview.model.report import ChangedFile, Fate, Report, Tally
from deepreview.model.round import Basis, Completed, Failed, Run, Skipped
from deepreview.render import standing
from deepreview.render.deeds import cost, deeds, record_of, ruled, tool_calls, without
from deepreview.render.safe_markdown import blocks, cell, code, fence, inline, item, line, plain
from deepreview.render.wording import (
    agreement_rows,
    counted,
    coverage_told,
    duration,
    read_of,
    spot,
    why_failed,
)


def table(rows: list[list[str]]) -> str:
    """A table of finished Markdown; the first row is the head."""
    lines = ["| " + " | ".join(cell(text) for text in row) + " |" for row in rows]
    return "\n".join([lines[0], "|---" * len(rows[0]) + "|", *lines[1:]])


def coverage(report: Report) -> str:
    """Every changed file: what happened to it, who read it, what was found in it."""
    if not report.subject.files:
        return "No file was changed."
    aliases: dict[str, list[str]] = {}
    for finding in report.findings:
        for path in dict.fromkeys(location.path for location in finding.locations):
            aliases.setdefault(path, []).append(finding.alias)
    rows = [["File", "Change", "Lines", "Read by", "Findings"]]
    rows += [_file_row(file, aliases) for file in report.subject.files]
    return f"{plain(coverage_told(report))}\n\n{table(rows)}"


def _file_row(file: ChangedFile, aliases: Mapping[str, list[str]]) -> list[str]:
    moved = f" from {code(file.old_path)}" if file.old_path != file.path else ""
    note = f", {plain(file.note)}" if file.note else ""
    read = ", ".join(plain(name) for name in file.readers) or f"**nobody**: {plain(file.unread) or 'not said why'}"
    found = dict.fromkeys(aliases.get(file.path, []) + aliases.get(file.old_path, []))
    lines = f"+{file.added} −{file.removed}"
    return [code(file.path), f"{file.kind.value}{moved}{note}", lines, read, ", ".join(found) or "none"]


def retro(report: Report) -> str:
    """What each reviewer gave, the summary table, and what became of the claims that are not shown as made."""
    if not report.runs:
        return "No reviewer ran."
    total = len(report.subject.files)
    told = [f"### [{plain(run.reviewer)}]\n\n{_told(run, total)}{_deeds(run)}" for run in report.runs]
    sentences = "\n".join(item(line(inline(sentence))) for sentence in report.reconciliation) or "None."
    agreed = [f"### Agreement\n\n{matrix}"] if (matrix := _agreement(report)) else []
    return "\n\n".join([*told, *agreed, f"### Summary\n\n{_summary(report)}", f"**Reconciliation**\n\n{sentences}"])


def _told(run: Run, total: int) -> str:
    match run:
        case Completed():
            said = counted(run.claims, "claim")
            return f"Completed in {duration(run.seconds)} with {said}; {read_of(run.reading, total)}."
        case Skipped():
            return f"Skipped: {inline(run.reason)}"
        case Failed():
            kept = (
                f"The {counted(run.claims, 'claim')} made by then are kept." if run.claims else "It had said nothing."
            )
            return f"Failed after {duration(run.seconds)}, {inline(why_failed(run))}. {kept}"


def _deeds(run: Run) -> str:
    """What an agent did, as a list behind a paragraph."""
    record = record_of(run)
    return "\n\n" + listed(deeds(record)) if record else ""


def listed(rows: Iterable[tuple[str, str]]) -> str:
    """Labels and plain texts as list items."""
    return "\n".join(item(f"**{plain(label)}**: {line(inline(text))}") for label, text in rows)


def _summary(report: Report) -> str:
    tallies = {tally.reviewer: tally for tally in report.tallies}
    columns = [_column(run, tallies.get(run.reviewer), report) for run in report.runs]
    head = ["", *(plain(run.reviewer) for run in report.runs)]
    rows = [[label, *(column[label] for column in columns)] for label in columns[0]]
    return table([head, *(row for row in rows if row[0] != "Cost" or any(cell != "—" for cell in row[1:]))])


def _column(run: Run, tally: Tally | None, report: Report) -> dict[str, str]:
    found = _found(tally) if tally else "—"
    return {
        "Duration": _lasted(run),
        "Findings": found,
        "Claims": str(tally.claims) if tally else "—",
        "Tool calls": (plain(tool_calls(record)) or "0") if (record := record_of(run)) else "—",
        "Cost": (cost(record.usage) or "—") if record else "—",
        "Design observations": counted_design(tally) if tally else "—",
        "False positives": str(tally.refuted) if tally else "—",
        "Unique insights": str(tally.unique) if tally else "—",
        "Shared": str(tally.shared) if tally else "—",
        "Files reviewed": _share(run, len(report.subject.files)),
        "Coverage misses": str(tally.misses) if tally and isinstance(run, Completed) else "—",
        "**Totals**": f"**{found}**",
        "Downgraded": _lowered(tally) if tally else "—",
        "Dropped": str(tally.dropped) if tally else "—",
    }


def _share(run: Run, total: int) -> str:
    if not isinstance(run, Completed):
        return "—"
    if run.reading.basis is Basis.ELSEWHERE:
        return "—"
    return f"{len(run.reading.read)}/{total}" if total else str(len(run.reading.read))


def _lasted(run: Run) -> str:
    match run:
        case Completed():
            return duration(run.seconds)
        case Skipped():
            return "N/A (skipped)"
        case Failed():
            return f"{duration(run.seconds)} (failed)"


def _found(tally: Tally) -> str:
    counts = ((tally.critical, "C"), (tally.important, "I"), (tally.suggestions, "S"))
    return " ".join(f"{number}{letter}" for number, letter in counts if number) or "none"


def counted_design(tally: Tally) -> str:
    """Concerns and strengths: `2 concerns, 1 strength`."""
    parts = [(tally.concerns, "concern"), (tally.strengths, "strength")]
    return ", ".join(counted(number, noun) for number, noun in parts if number) or "none"


def _lowered(tally: Tally) -> str:
    steps = ", ".join(dict.fromkeys(tally.transitions))
    return f"{tally.downgraded} ({steps})" if steps else str(tally.downgraded)


def _agreement(report: Report) -> str:
    """Of the findings that one of two reviewers said, how many both did."""
    rows = agreement_rows(report)
    return (
        table([["Said by both", *map(plain, rows[0][1:])], *(list(map(plain, row)) for row in rows[1:])])
        if rows
        else ""
    )


def led(report: Report) -> str:
    """What a lead did to the report, and what the rules alone would have said; empty without one."""
    lead = report.lead
    if lead is None:
        return ""
    if lead.failure:
        why = f"{lead.failure.value}: {lead.message}" if lead.message else lead.failure.value
        return (
            f"{code(lead.agent)} was asked to lead and its answer was not used ({inline(why)}): this is the rules' own."
        )
    rulings = "\n".join(item(line(inline(sentence))) for sentence in ruled(report)) or "It proposed nothing."
    said = f"Led by {code(lead.agent)}. {inline(without(lead))}"
    return "\n\n".join(part for part in (said, rulings, listed(deeds(lead.record))) if part)


def notes(report: Report) -> str:
    """What each reviewer looked for, what it could not do, and what else was noticed."""
    said: list[str] = []
    for run in report.runs:
        name = f"**{plain(run.reviewer)}**"
        match run:
            case Completed():
                looked = "; ".join(inline(phrase, strong=False) for phrase in run.reading.checked)
                said.append(f"{name} checked: {looked}." if looked else f"{name} does not say what it checked.")
                said += [f"{name} gap: {inline(gap)}" for gap in run.reading.gaps]
            case Skipped():
                said.append(f"{name} was skipped: {inline(run.reason)}")
            case Failed():
                said.append(f"{name} failed: {inline(why_failed(run))}")
    listed = [item(text) for text in said]
    listed += observed(report, Section.NOTE)
    return ("\n".join(listed) or "None.") + _memory(report)


def _memory(report: Report) -> str:
    """The rules that reviewers were given, and the notes that they propose; nothing where there is neither."""
    proposed = together(notes_in(report.observations))
    rules = f"\n\nReviewers were given {inline(', '.join(rule.id for rule in report.rules))}." if report.rules else ""
    if not proposed:
        return rules
    head = "\n\n### Repo context updates\n\nProposed, and in force for nobody before `deepreview memory accept`.\n\n"
    rows = (item(f"{plain('[repo]')} {_asked(note)} [{plain(', '.join(note.reviewers))}]") for note in proposed)
    return f"{rules}{head}" + "\n".join(rows)


def _asked(note: Note) -> str:
    target = f" {note.target}" if note.target else ""
    return f"{note.verb.value.upper()}{target} {inline(note.text)}".rstrip()


def observed(report: Report, section: Section) -> list[str]:
    """The remarks of a section as list items, with all who made them; gaps under their names, before the others."""
    gaps = [gap for gap in report.gaps if gap.section is section]
    texts = {gap.text for gap in gaps if gap.again}
    found = (remark for remark in report.told if remark.section is section and remark.text not in texts)
    return [
        *(item(_gap(gap)) for gap in gaps),
        *(item(_with_name(blocks(remark.text), ", ".join(remark.reviewers))) for remark in found),
    ]


def _gap(gap: Gap) -> str:
    text = _with_name(f"**{gap.alias}** {blocks(gap.text)}", ", ".join(gap.reviewers))
    told = standing.gap_told(gap)
    return f"{text} ({inline(told)})" if told else text


def _with_name(text: str, reviewer: str) -> str:
    name = f"[{plain(reviewer)}]"
    if not text:
        return name
    if text.startswith(("```", "~~~")):  # behind the mark of an item, some readers see no fence
        return f"{name}\n\n{text}"
    return f"{text}\n\n{name}" if "\n" in text else f"{text} {name}"


def appendix(report: Report) -> str:
    """Every claim as its reviewer made it, and where it ended."""
    fates = {fate.claim: fate for fate in report.claims_map}
    aliases = {finding.fingerprint: finding.alias for finding in report.findings}
    said: dict[str, list[Claim]] = {run.reviewer: [] for run in report.runs}
    for claim in report.claims:
        said.setdefault(claim.reviewer, []).append(claim)
    completed = [run for run in report.runs if isinstance(run, Completed)]
    originals = {run.reviewer: run.reading.original for run in completed if run.reading.original}
    parts = [_map(report, fates, aliases)] if report.claims else []
    for name, claims in said.items():
        parts.append(f"### [{plain(name)}] — Pass 1")
        parts += [_claim(claim, _ended(fates.get(claim.id), aliases, report)) for claim in claims]
        if not claims:
            parts.append("It made no claim.")
        if name in originals:
            parts.append(f"In its own words:\n\n{fence(originals[name], 'text')}")
    return "\n\n".join(parts) or "No reviewer ran."


def _map(report: Report, fates: Mapping[ClaimId, Fate], aliases: Mapping[Fingerprint, str]) -> str:
    """Every claim once, with the finding that it is in or the step that dropped it."""
    rows = [["Claim", "Ended in"]]
    for claim in report.claims:
        fate = fates.get(claim.id)
        shown = aliases.get(Fingerprint(fate.finding), "") if fate else ""
        step = plain(report.dropped[fate.dropped].step) if fate and 0 <= fate.dropped < len(report.dropped) else ""
        rows.append([code(claim.id), shown or (f"dropped: {step}" if step else "not in this report")])
    return table(rows)


def _ended(fate: Fate | None, aliases: Mapping[Fingerprint, str], report: Report) -> str:
    if fate is None:
        return "not accounted for"
    if fate.finding:
        return aliases.get(Fingerprint(fate.finding), "not in this report")
    if 0 <= fate.dropped < len(report.dropped):
        dropped = report.dropped[fate.dropped]
        return f"dropped by {plain(dropped.step)}: {inline(dropped.reason)}"
    return "not accounted for"


def _claim(claim: Claim, ended: str) -> str:
    places = ", ".join(_place(place) for place in claim.places) or "none"
    fields = (
        ("title", claim.title),
        ("places", places),
        ("rating", f"{claim.severity.value}, {claim.defect.value}; {_rubric(claim)}"),
        ("body", claim.body),
        ("unless", claim.unless),
        ("method", claim.method),
        ("quote", claim.quote),
        ("fix", claim.fix),
        ("patch", claim.patch),
        ("repro", claim.repro),
        ("suppressed", claim.suppressed),
        ("excuse", claim.excuse),
    )
    text = "\n".join(_field(label, value) for label, value in fields if value)
    return f"{code(claim.id)} → {ended}\n\n{fence(text, 'text')}"


def _place(said: Place) -> str:
    side = " (base)" if said.side is Side.BASE else ""
    return f"{spot(said.path, said.first, said.last)}{side}"


def _rubric(claim: Claim) -> str:
    asked = {"silent": claim.silent, "reachable": claim.reachable}
    return ", ".join(f"{name} {answer.value}" for name, answer in asked.items() if answer is not Answer.UNKNOWN) or "-"


def _field(label: str, value: str) -> str:
    return f"{label}:\n{value.rstrip()}" if "\n" in value.strip() else f"{label}: {value}"
