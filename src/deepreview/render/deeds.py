"""What an agent did, and what a lead decided, as rows and sentences that every format shows."""

from collections.abc import Iterator

from deepreview.consolidate.lead import stricter
from deepreview.model.agent import Attempt, Record, Usage, total
from deepreview.model.lead import Lead, Ruling
from deepreview.model.report import Report
from deepreview.model.round import Run, Skipped
from deepreview.model.verdict import Verdict, VerdictValue
from deepreview.render.activity import money, tokens
from deepreview.render.wording import counted, duration

_MOST_TOOLS = 6
_SOURCES = {"reported": "told by the tool", "list": "at list prices", "partly": "a part has no known price", "none": ""}


def record_of(run: Run) -> Record | None:
    """What the reviewer did, where it is an agent that was asked."""
    return None if isinstance(run, Skipped) else run.record


def deeds(record: Record) -> tuple[tuple[str, str], ...]:
    """Label and plain text of each thing worth telling, in the order of a reader's interest."""
    rows = (
        ("Agent", _agent(record)),
        ("Kept apart by", record.isolation),
        ("Violations", " ".join(record.violations)),
        ("Attempts", "; ".join(_attempts(record)) if len(record.attempts) > 1 or _failed(record) else ""),
        ("Tool calls", tool_calls(record)),
        ("Files opened", str(len(record.opened)) if record.opened else ""),
        ("Tokens", used(record.usage)),
        ("Cost", cost(record.usage)),
        ("First finding", f"after {duration(record.first_finding)}" if record.first_finding >= 0 else ""),
        ("Retried by itself", counted(record.retries, "time") if record.retries else ""),
        ("Not allowed", "; ".join(record.denials)),
        ("Prompt", record.prompt),
    )
    return tuple((label, text) for label, text in rows if text)


def _agent(record: Record) -> str:
    more = ", ".join(part for part in (record.model, record.version) if part and part != record.agent)
    return f"{record.agent} ({more})" if more else record.agent


def _failed(record: Record) -> bool:
    return any(attempt.failure for attempt in record.attempts)


def _attempts(record: Record) -> Iterator[str]:
    before = ""
    for attempt in record.attempts:
        came = _came_of(attempt)
        yield f"{attempt.agent}, {duration(attempt.seconds)}: {'the same' if came == before else came}"
        before = came


def _came_of(attempt: Attempt) -> str:
    return f"{attempt.failure.value}, {attempt.message}" if attempt.failure else attempt.message or "answered"


def tool_calls(record: Record) -> str:
    """`48 (Bash 41, Read 7)`; empty when it used none."""
    if not record.tools:
        return ""
    named = [f"{name} {number}" for name, number in record.tools[:_MOST_TOOLS]]
    left = sum(number for _, number in record.tools[_MOST_TOOLS:])
    return f"{sum(number for _, number in record.tools)} ({', '.join([*named, *([f'others {left}'] if left else [])])})"


def used(usage: Usage) -> str:
    """`12k sent (3k of them cached), 2k received in 4 requests`; empty when nothing is known."""
    if not (usage.sent or usage.output):
        return ""
    cached = f" ({tokens(usage.cached)} of them cached)" if usage.cached else ""
    requests = f" in {counted(usage.requests, 'request')}" if usage.requests else ""
    return f"{tokens(usage.sent)} sent{cached}, {tokens(usage.output)} received{requests}"


def cost(usage: Usage) -> str:
    """`$0.12, at list prices`; what is used without a known price is said to be."""
    if usage.priced == "none":
        return "not known" if usage.sent or usage.output else ""
    return f"{money(usage)}, {_SOURCES[usage.priced]}"


def spending(report: Report) -> Usage | None:
    """What all agents of a report used together; None where there were none."""
    records = [record for run in report.runs if (record := record_of(run))]
    records += [report.lead.record] if report.lead else []
    return total(record.usage for record in records) if records else None


def ruled(report: Report) -> tuple[str, ...]:
    """One plain sentence for each thing that the lead proposed, and whether it was taken; nothing without a lead."""
    lead = report.lead
    if lead is None or lead.failure:
        return ()
    return (*(_ruling(ruling) for ruling in lead.rulings), _judged(lead, report.verdict))


def _ruling(ruling: Ruling) -> str:
    told = ruling.told[:1].upper() + ruling.told[1:]
    if ruling.what == "silence":
        return f"{told.removesuffix('.')}."
    return f"{told.removesuffix('.')}: {f'not taken, {ruling.objection}' if ruling.objection else 'taken'}."


def _judged(lead: Lead, verdict: Verdict) -> str:
    if lead.verdict is verdict.value:
        return f"Its verdict, {lead.verdict.value}, is that of this report."
    why = f" ({lead.verdict_reason.rstrip('.')})" if lead.verdict_reason else ""
    objection = "it has no reason" if stricter(lead.verdict, verdict.value) else "the findings weigh more"
    if verdict.value is VerdictValue.NONE:
        objection = "no reviewer completed"
    return f"Its verdict, {lead.verdict.value}{why}: not taken, {objection}."


def without(lead: Lead) -> str:
    """What the rules alone would have said, in a sentence."""
    counts = [
        counted(number, noun)
        for noun, letter in (("critical finding", "C"), ("important finding", "I"), ("suggestion", "S"))
        if (number := sum(one.alias.startswith(letter) for one in lead.alone))
    ]
    said = ", ".join(counts) or "no finding"
    return f"The rules alone: {lead.alone_verdict.value.value}, with {said}. {lead.alone_verdict.reason}"
