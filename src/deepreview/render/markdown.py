"""The report in Markdown, in the form that GitHub shows well and that other tools parse.

All text that comes from the change, its history or a reviewer goes through `safe_markdown`.
"""

from deepreview.model.claim import Section, Severity
from deepreview.model.report import Report, Subject
from deepreview.model.round import Completed, Failed, Run, Skipped
from deepreview.render.base import Renderer
from deepreview.render.markdown_earlier import earlier, ends_told, settled
from deepreview.render.markdown_finding import finding_block, short
from deepreview.render.markdown_records import appendix, coverage, led, notes, observed, retro, table
from deepreview.render.safe_markdown import blocks, code, inline, item, link, plain
from deepreview.render.wording import by_severity, checked, duration, verdict_words, why_failed

MOST_COMMITS = 50
"""The header names this many commits: the last ones, since they are the newest."""

HEADINGS = {
    Severity.CRITICAL: "Critical Issues",
    Severity.IMPORTANT: "Important Issues",
    Severity.SUGGESTION: "Suggestions",
}


def render(report: Report) -> str:
    """The whole report."""
    parts = [f"# Deep Review: {plain(report.clock.round_id)}\n\n{_header(report)}"]
    parts += [f"## {title}\n\n{body}" for title, body in _sections(report) if body]
    return "\n\n---\n\n".join(parts) + "\n"


def _sections(report: Report) -> list[tuple[str, str]]:
    groups = by_severity(report.findings)
    none = "None." if _anybody(report) else "None, and that says nothing: no reviewer came to its end."
    return [
        ("Executive Summary", _summary(report)),
        ("Previous Review Findings", earlier(report)),
        *(
            (HEADINGS[severity], "\n\n".join(finding_block(finding, report) for finding in groups[severity]) or none)
            for severity in Severity
        ),
        ("Design Observations", _design(report)),
        ("Testing Assessment", _observations(report, Section.TESTING) or "No reviewer assessed the tests."),
        ("Documentation Assessment", _observations(report, Section.DOCS) or "No reviewer assessed the documentation."),
        ("Commit Structure", _observations(report, Section.COMMITS) or "No reviewer remarked on the commits."),
        ("Acknowledged Limitations", _limitations(report)),
        ("Unresolved Feedback", _observations(report, Section.FEEDBACK)),
        ("Coverage Summary", coverage(report)),
        ("Agent Performance Retro", retro(report)),
        ("Review Process Notes", _notes(report)),
        ("Appendix: Original Reviews", appendix(report)),
    ]


def _anybody(report: Report) -> bool:
    """Whether any reviewer came to its end: an outage must not read like praise."""
    return any(isinstance(run, Completed) for run in report.runs)


def _header(report: Report) -> str:
    subject = report.subject
    rows = [
        ("Date", plain(report.clock.started[:16].replace("T", " "))),
        ("Repo", link(plain(subject.repo), subject.url)),
        ("Round", str(report.round)),
        ("PR", _pull_request(subject)),
        ("Branch", code(subject.branch) if subject.branch else ""),
        ("Commits", _commits(subject)),
        ("Review SHA", code(subject.head) if subject.head else ""),
        ("Reviewers", ", ".join(_reviewer(run) for run in report.runs) or "none"),
        ("Verdict", f"**{verdict_words(report)}** — {inline(report.verdict.reason)}"),
        ("Wall-clock time", code(duration(report.clock.seconds))),
    ]
    return table([["", ""], *([f"**{label}**", value] for label, value in rows if value)])


def _pull_request(subject: Subject) -> str:
    if not subject.number:
        return ""
    shown = link(f"#{subject.number}", f"{subject.url}/pull/{subject.number}")
    return f"{shown} — {plain(subject.title)}"


def _commits(subject: Subject) -> str:
    if not subject.head:
        return ""
    if not subject.commits:
        return "none: the change is not committed"
    left = len(subject.commits) - MOST_COMMITS
    named = [f"{short(commit.sha)} {plain(commit.subject)}" for commit in subject.commits[-MOST_COMMITS:]]
    return "<br>".join([f"*{left} earlier commits*", *named] if left > 0 else named)


def _reviewer(run: Run) -> str:
    name = plain(run.reviewer)
    match run:
        case Completed():
            return name
        case Skipped():
            return f"{name} (skipped: {inline(run.reason)})"
        case Failed():
            return f"~~{name}~~ ({inline(why_failed(run))})"


def _summary(report: Report) -> str:
    subject = report.subject
    edge = "The history is cut off here, so older origins are unknown." if subject.shallow else ""
    own = blocks(report.lead.summary) if report.lead and report.lead.summary else ""
    said = [own, blocks(report.summary), edge]
    if not report.findings:
        looked = [item(f"{plain(name)}: {inline(phrase)}") for name, phrase in checked(report)]
        unsaid = "Nothing was found; what was checked is not said." if _anybody(report) else "Nothing was checked."
        said.append("Nothing was found. Checked:\n\n" + "\n".join(looked) if looked else unsaid)
    said.append("\n".join(observed(report, Section.SUMMARY)))
    return "\n\n".join(text for text in said if text)


def _notes(report: Report) -> str:
    told = led(report)
    parts = (notes(report), f"### Rounds\n\n{rounds}" if (rounds := ends_told(report)) else "")
    return "\n\n".join(part for part in (*parts, f"### Lead\n\n{told}" if told else "") if part)


def _limitations(report: Report) -> str:
    return "\n\n".join(part for part in (_observations(report, Section.LIMITATION), settled(report)) if part)


def _design(report: Report) -> str:
    concerns = _observations(report, Section.CONCERN) or "None."
    strengths = _observations(report, Section.STRENGTH) or "None."
    return f"### Concerns\n\n{concerns}\n\n### Strengths\n\n{strengths}"


def _observations(report: Report, section: Section) -> str:
    return "\n".join(observed(report, section))


RENDERER = Renderer(name="markdown", suffix=".md", media_type="text/markdown", render=render)
