"""What stands in comments and checks. All that a reviewer or the change said goes through `safe_markdown`."""

from collections import Counter
from collections.abc import Mapping, Sequence

from deepreview.model.claim import Severity
from deepreview.model.finding import Finding, Standing
from deepreview.model.life import Previous
from deepreview.model.report import Report
from deepreview.model.round import Completed, Skipped
from deepreview.model.verdict import VerdictValue
from deepreview.publish.marker import FindingMark, SummaryMark
from deepreview.render.markdown_finding import finding_block
from deepreview.render.safe_markdown import blocks, code, fence, inline, item, plain
from deepreview.render.standing import standing
from deepreview.render.wording import SHORT, by_severity, counted, failures, place, verdict_words, why_failed

MOST_CHARACTERS = 60_000
"""GitHub takes 65,536 for a comment."""
_LONGEST_FINDING = 8_000
_LONGEST_LINE = 300
_LONGEST_REASON = 2_000
_MOST_EARLIER = 30


def thread_body(finding: Finding, suggestion: str) -> str:
    """The first comment of a finding's thread."""
    mark = FindingMark(fingerprint=finding.life, reviewers=finding.reviewers).write()
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
    parts = [f"## Deep Review: {verdict_words(report)}", _reason(report), _facts(report), *_earlier(report)]
    if threaded:
        listed = "\n".join(item(_line(finding, report)) for finding in threaded)
        parts.append(f"### Discussed at their lines\n\n{listed}")
    room = MOST_CHARACTERS - len(mark) - sum(len(part) + 2 for part in parts)
    return mark + "\n\n".join([*parts, *_loose(report, loose, room)]) + "\n"


def _loose(report: Report, loose: Mapping[str, Finding], room: int) -> list[str]:
    """The findings without a thread, in full while there is room, then by their heading, then by their number."""
    parts = ["### Not at lines of the diff"] if loose else []
    left = len(loose)
    for finding in loose.values():
        whole = finding_block(finding, report)
        shown = next((text for text in (whole, item(_line(finding, report))) if len(text) + 200 < room), "")
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
    named = "\n".join(item(_line(finding, report)) for finding in report.findings)
    return _cut("\n\n".join(part for part in (_reason(report), _facts(report), named) if part), 50_000)


def _earlier(report: Report) -> list[str]:
    """What is new, what was there before, and what became of what is not listed any more; nothing in a first round."""
    if not report.previous:
        return []
    stands = Counter(finding.standing for finding in report.findings)
    left = [row for row in report.previous if not row.alias]
    counts = [
        (sum(stands[one] for one in (Standing.NEW, Standing.CAUSED, Standing.OVERLOOKED)), "new"),
        (stands[Standing.CARRIED], "from earlier rounds"),
        (stands[Standing.REGRESSED], "there again"),
        *((number, word.value) for word, number in Counter(row.now for row in left).items()),
    ]
    told = ", ".join(f"{number} {word}" for number, word in counts if number)
    rows = [item(_was(row)) for row in left[:_MOST_EARLIER]]
    if len(left) > _MOST_EARLIER:
        rows.append(item(f"… and {len(left) - _MOST_EARLIER} more, in the report"))
    return [f"### Since the rounds before\n\n{told}.", *(["\n".join(rows)] if rows else [])]


def _was(row: Previous) -> str:
    """An earlier finding by the name that reports give it, with what became of it."""
    number, _, alias = row.name.removeprefix("R").partition("-")
    title = inline(row.title[:_LONGEST_LINE], strong=False)
    return f"Round {number} {plain(alias)}. **{title}** — {row.now.value}"


def _line(finding: Finding, report: Report) -> str:
    where = f" — {code(place(finding.main))}" if finding.main else ""
    names = ", ".join(plain(name) for name in finding.reviewers)
    stands = standing(finding, report)
    return f"{finding.alias}. **{_title(finding)}**{where} [{names}]{f' ({plain(stands)})' if stands else ''}"


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
