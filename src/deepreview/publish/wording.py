"""What stands in comments and checks. All that a reviewer or the change said goes through `safe_markdown`."""

from collections.abc import Mapping, Sequence

from deepreview.model.claim import Severity
from deepreview.model.finding import Finding
from deepreview.model.report import Report
from deepreview.model.round import Completed, Skipped
from deepreview.model.verdict import VerdictValue
from deepreview.publish.marker import FindingMark, SummaryMark
from deepreview.render.markdown_finding import finding_block
from deepreview.render.safe_markdown import blocks, code, fence, inline, item, plain
from deepreview.render.wording import SHORT, by_severity, counted, failures, place, verdict_words, why_failed

MOST_CHARACTERS = 60_000
"""GitHub takes 65,536 for a comment."""
_LONGEST_FINDING = 8_000
_LONGEST_LINE = 300
_LONGEST_REASON = 2_000


def thread_body(finding: Finding, suggestion: str) -> str:
    """The first comment of a finding's thread."""
    mark = FindingMark(fingerprint=finding.fingerprint, reviewers=finding.reviewers).write()
    names = ", ".join(plain(name) for name in finding.reviewers)
    patch = suggestion or (fence(finding.patch, "diff") if finding.patch.strip() else "")
    parts = (
        f"**{finding.severity.value.capitalize()} {finding.defect.value}: {_title(finding)}**",
        blocks(finding.body),
        f"When it does not matter: {inline(finding.unless)}" if finding.unless else "",
        f"Fix: {inline(finding.fix)}" if finding.fix else "",
        f"Found by {names}; {finding.proof.value}. {inline(finding.origin.reason)}",
    )
    text = "\n\n".join(part for part in parts if part)
    return mark + _cut(text, _LONGEST_FINDING) + (f"\n\n{patch}" if len(patch) < _LONGEST_FINDING else "")


def summary_body(
    report: Report, threaded: Sequence[Finding], loose: Mapping[str, Finding], refused: Sequence[str]
) -> str:
    """The one comment that is kept up to date: the verdict, what has a thread, and in full what has none.

    `loose` gives for each finding without a thread why it has none.
    """
    mark = SummaryMark(head=report.subject.head, refused=tuple(refused)).write()
    parts = [f"## Deep Review: {verdict_words(report)}", _reason(report), _facts(report)]
    if threaded:
        parts.append("### Discussed at their lines\n\n" + "\n".join(item(_line(finding)) for finding in threaded))
    room = MOST_CHARACTERS - len(mark) - sum(len(part) + 2 for part in parts)
    return mark + "\n\n".join([*parts, *_loose(report, loose, room)]) + "\n"


def _loose(report: Report, loose: Mapping[str, Finding], room: int) -> list[str]:
    """The findings without a thread, in full while there is room, then by their heading, then by their number."""
    parts = ["### Not at lines of the diff"] if loose else []
    left = len(loose)
    for finding in loose.values():
        whole = finding_block(finding, report)
        shown = next((text for text in (whole, item(_line(finding))) if len(text) + 200 < room), "")
        if not shown:
            return [*parts, f"… and {counted(left, 'more finding')}, in the report."]
        parts.append(shown)
        room -= len(shown) + 2
        left -= 1
    return parts


def check_title(report: Report) -> str:
    """A few words; where nobody reviewed, that."""
    if report.verdict.value is VerdictValue.NONE:
        return "No review took place"
    groups = by_severity(report.findings)
    counts = [f"{len(found)} {severity.value}" for severity, found in groups.items() if found]
    return f"{verdict_words(report)}: {', '.join(counts) or 'nothing found'}"[:_LONGEST_LINE]


def check_summary(report: Report) -> str:
    """Why, and by whom."""
    named = "\n".join(item(_line(finding)) for finding in report.findings)
    return _cut("\n\n".join(part for part in (_reason(report), _facts(report), named) if part), 50_000)


def _line(finding: Finding) -> str:
    where = f" — {code(place(finding.main))}" if finding.main else ""
    names = ", ".join(plain(name) for name in finding.reviewers)
    return f"{finding.alias}. **{_title(finding)}**{where} [{names}]"


def _title(finding: Finding) -> str:
    return inline(finding.title[:_LONGEST_LINE], strong=False) or "(no title)"


def _reason(report: Report) -> str:
    return inline(report.verdict.reason[:_LONGEST_REASON])


def _facts(report: Report) -> str:
    done = [plain(run.reviewer) for run in report.runs if isinstance(run, Completed)]
    lost = [f"{plain(run.reviewer)} ({inline(why_failed(run))})" for run in failures(report)]
    idle = [f"{plain(run.reviewer)} ({inline(run.reason)})" for run in report.runs if isinstance(run, Skipped)]
    said = [
        f"Round {report.round} of {code(report.subject.head[:SHORT])}: {_counts(report)}.",
        f"Reviewed by {', '.join(done)}." if done else "**No reviewer completed: this is no approval.**",
        f"Failed: {'; '.join(lost)}." if lost else "",
        f"Had nothing to do: {'; '.join(idle)}." if idle else "",
    ]
    return " ".join(part for part in said if part)


def _counts(report: Report) -> str:
    groups = by_severity(report.findings)
    named = {Severity.CRITICAL: "critical", Severity.IMPORTANT: "important", Severity.SUGGESTION: "suggestions"}
    return ", ".join(f"{len(groups[severity])} {word}" for severity, word in named.items())


def _cut(text: str, most: int) -> str:
    """The text, or its first paragraphs with a word that there is more; what would open a fence ends before it."""
    if len(text) <= most:
        return text
    kept = text[:most].rsplit("\n\n", 1)[0]
    while any(line.lstrip(" >").startswith("```") for line in kept.split("\n")) and "\n\n" in kept:
        kept = kept[: kept.rindex("```")].rsplit("\n\n", 1)[0]
    return f"{kept}\n\n… The rest is in the report."
