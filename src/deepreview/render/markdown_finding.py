"""One finding in Markdown, by the grammar that reports of this kind share."""

from itertools import groupby

from deepreview.context.visible import visible
from deepreview.model.change import Sha
from deepreview.model.evidence import Outcome
from deepreview.model.finding import Finding, Location, State
from deepreview.model.report import CitedCode, Report
from deepreview.render.safe_markdown import blocks, code, fence, inline, plain
from deepreview.render.standing import grounds, standing
from deepreview.render.wording import MOST_LINES, SHORT, at_base, counted, language, lines_of, outermost, place

MOST_PLACES = 5
"""The code of this many places is shown; all are named."""


def finding_block(finding: Finding, report: Report) -> str:
    """The heading line, the code, the explanation, where it comes from, how it was found, and the fix."""
    parts = (
        f'<a id="{finding.alias.lower()}"></a>\n{heading(finding, report)}',
        *_snippets(finding, report),
        blocks(finding.body),
        _labelled("When it does not matter", finding.unless),
        _origin(finding),
        _stands(finding),
        _found(finding),
        _severity(finding),
        blocks(finding.repro),
        _labelled("Fix", finding.fix),
        _patch(finding.patch),
        _outcome(finding.state),
    )
    return "\n\n".join(part for part in parts if part)


def heading(finding: Finding, report: Report) -> str:
    """``S1. **Title** — `path:1-3` [names] (suggestion, regression)``, with a note for code that is gone."""
    title = inline(finding.title, strong=False) or "(no title)"
    names = ", ".join(plain(name) for name in finding.reviewers)
    note = " (lines of the base)" if finding.main and at_base(finding.main) else ""
    stands = f" ({words})" if (words := standing(finding, report)) else ""
    tag = f"({finding.severity.value}, {finding.defect.value})"
    places = f" — {_places(outermost(finding.locations))}" if finding.locations else ""
    return f"{finding.alias}. **{title}**{places} [{names}] {tag}{note}{stands}"


def _places(locations: tuple[Location, ...]) -> str:
    spans = []
    for _, group in groupby(locations, key=lambda found: (found.path, found.side, found.first > 0)):
        same = list(group)
        ranges = ",".join(lines for found in same if (lines := lines_of(found)))
        spans.append(code(f"{same[0].path}:{ranges}" if ranges else same[0].path))
    return ", ".join(spans)


def _snippets(finding: Finding, report: Report) -> list[str]:
    shown: list[str] = []
    places = outermost(finding.locations)
    for location in places[:MOST_PLACES]:
        lines = _lines(location, report.cited)
        if not lines:
            continue
        if len(places) > 1 or at_base(location):
            side = f" at base {code(report.subject.base[:SHORT])}" if at_base(location) else ""
            shown.append(f"{code(place(location))}{side}:")
        shown.append(fence("\n".join(lines[:MOST_LINES]), language(location.path)))
        if len(lines) > MOST_LINES:
            shown.append(f"… and {len(lines) - MOST_LINES} more lines.")
    if len(places) > MOST_PLACES:
        shown.append(f"… and {counted(len(places) - MOST_PLACES, 'more place')}, named above.")
    return shown


def _lines(location: Location, cited: tuple[CitedCode, ...]) -> list[str]:
    if location.quote.strip():
        return visible(location.quote).split("\n")
    for stored in cited:
        same = (stored.path, stored.side, stored.blob) == (location.path, location.side, location.blob)
        if same and location.first and stored.first <= location.first < stored.first + len(stored.lines):
            return list(stored.lines[location.first - stored.first : location.last - stored.first + 1])
    return []


def _labelled(label: str, markdown: str) -> str:
    text = blocks(markdown)
    if not text:
        return ""
    return f"{label}:\n\n{text}" if text.startswith(("`" * 3, "- ", "> ", "1) ")) else f"{label}: {text}"


def _origin(finding: Finding) -> str:
    origin = finding.origin
    commit = f" by {short(origin.commit)} {plain(origin.subject)} ({plain(origin.author)})" if origin.commit else ""
    return f"Origin: {origin.kind.value}{commit}. {inline(origin.reason)}".rstrip()


def _stands(finding: Finding) -> str:
    return f"Rounds: {inline(told)}" if (told := grounds(finding)) else ""


def short(sha: Sha) -> str:
    """The commit's short name as a code span."""
    return code(sha[:SHORT])


def _found(finding: Finding) -> str:
    seen = [
        f"{plain(evidence.check)} {_SAYS[evidence.outcome]}: {inline(evidence.summary.removesuffix('.'))}"
        for evidence in finding.evidence
        if evidence.outcome is not Outcome.NOT_APPLICABLE
    ]
    told = f" — {'; '.join(seen)}." if seen else ""
    proof = f"Proof: {finding.proof.value}{told}"
    found = f"Found by: {plain(finding.method)}\n\n" if finding.method.strip() else ""
    return found + proof


_SAYS = {
    Outcome.SUPPORTS: "supports it",
    Outcome.REFUTES: "speaks against it",
    Outcome.INCONCLUSIVE: "is inconclusive",
    Outcome.NOT_APPLICABLE: "does not apply",
    Outcome.ERROR: "failed",
}


def _severity(finding: Finding) -> str:
    return f"Severity: {' '.join(inline(reason) for reason in finding.reasons)}" if finding.reasons else ""


def _patch(patch: str) -> str:
    if not patch.strip():
        return ""
    if visible(patch) == patch:
        return fence(patch, "diff patch")
    return fence(patch, "diff") + "\n\nShown with escapes: take the patch from the JSON report to apply it."


def _outcome(state: State) -> str:
    return "" if state is State.OPEN else f"**{state.value.capitalize()}.**"
