"""The words that reviews use for their parts, for severities and for classes, in all their spellings."""

import re
from enum import Enum

from deepreview.model.claim import DefectClass, Severity


class Part(Enum):
    """What a heading opens, in a review or in a published report."""

    PREAMBLE = "preamble"
    SUMMARY = "summary"
    PREVIOUS = "previous"
    SINCE = "since"
    FINDINGS = "findings"
    CRITICAL = "critical"
    IMPORTANT = "important"
    SUGGESTIONS = "suggestions"
    DESIGN = "design"
    CONCERNS = "concerns"
    STRENGTHS = "strengths"
    TESTING = "testing"
    DOCS = "docs"
    COMMITS = "commits"
    LIMITATIONS = "limitations"
    FEEDBACK = "feedback"
    COVERAGE = "coverage"
    RETRO = "retro"
    NOTES = "notes"
    REPRODUCTIONS = "reproductions"
    RESOLUTION = "resolution"
    APPENDIX = "appendix"
    VERDICT = "verdict"
    VERIFICATION = "verification"
    OTHER = "other"


SEVERITIES = {
    Part.CRITICAL: Severity.CRITICAL,
    Part.IMPORTANT: Severity.IMPORTANT,
    Part.SUGGESTIONS: Severity.SUGGESTION,
}
"""The parts whose findings have that severity."""

CLAIMING = {Part.FINDINGS, *SEVERITIES}
"""The parts that findings stand in."""

_MOST_WORDS = 2
_NOUNS = {
    "issues",
    "issue",
    "findings",
    "finding",
    "problems",
    "bugs",
    "severity",
    "priority",
    "items",
    "concerns",
    "fixes",
}
_SEVERITY_PARTS = {
    Part.CRITICAL: {"critical", "blocker", "blockers", "blocking", "must-fix", "p0", "severe", "fatal"},
    Part.IMPORTANT: {"important", "high", "major", "should-fix", "p1", "serious", "bugs", "errors"},
    Part.SUGGESTIONS: {
        "suggestions",
        "suggestion",
        "medium",
        "moderate",
        "low",
        "minor",
        "nits",
        "nit",
        "nitpicks",
        "trivial",
    }
    | {"p2", "p3", "optional", "nice-to-have", "style", "warnings", "recommendations"},
}
_PARTS = (
    (Part.RETRO, ("agent performance retro", "agent performance", "retro", "retrospective")),
    (
        Part.NOTES,
        ("review process notes", "skill improvement recommendations", "improvement recommendations", "process notes"),
    ),
    (Part.APPENDIX, ("appendix", "original reviews", "appendix: original reviews", "appendix: original agent reviews")),
    (Part.RESOLUTION, ("resolution",)),
    (Part.REPRODUCTIONS, ("reproductions", "reproduction")),
    (Part.SINCE, ("code changed since this review", "status since this review")),
    (
        Part.PREVIOUS,
        (
            "previous review findings",
            "prior findings",
            "prior-round findings",
            "previous findings",
            "prior review findings",
        ),
    ),
    (Part.SUMMARY, ("executive summary", "summary", "overview", "overall assessment", "overall")),
    (
        Part.FINDINGS,
        ("findings", "consolidated review", "issues", "review findings", "review comments", "detailed findings"),
    ),
    (Part.DESIGN, ("design observations", "design", "architecture", "observations")),
    (Part.CONCERNS, ("concerns",)),
    (Part.STRENGTHS, ("strengths", "positives", "what works well", "praise", "highlights")),
    (Part.TESTING, ("testing assessment", "testing", "tests", "test coverage", "test assessment", "testing gaps")),
    (Part.DOCS, ("documentation assessment", "documentation", "docs", "documentation gaps")),
    (Part.COMMITS, ("commit structure", "commits", "commit hygiene", "commit assessment")),
    (Part.LIMITATIONS, ("acknowledged limitations", "limitations", "known limitations")),
    (
        Part.FEEDBACK,
        ("unresolved feedback", "unresolved pr feedback", "unresolved review feedback", "unresolved comments"),
    ),
    (Part.COVERAGE, ("coverage summary", "coverage", "file coverage", "files reviewed")),
    (Part.VERIFICATION, ("verification log", "verification", "verification performed", "checks run", "commands run")),
    (Part.VERDICT, ("verdict", "final verdict", "recommendation")),
    (Part.PREAMBLE, ("header",)),
)
BOLD = 7
"""The level of a bold line that stands for a heading: below all others."""

_BY_NAME = {name: part for part, names in _PARTS for name in names}
_DECORATION = re.compile(r"^[\W\d_]*(?:[ivx]+\.\s+)?|[\W_]*$")
_HEADING = re.compile(r"^ {0,3}(#{1,6})[ \t]+(\S[^\n]{0,200})$")
_BOLD = re.compile(r"^ {0,3}(?:\*\*|__)([^*\n]{2,80}?):?(?:\*\*|__):?[ \t]*$")
_LABELLED = re.compile(
    r"^ {0,3}(?:\*\*|__)([A-Z][^*\n:]{2,40}?)(?::(?:\*\*|__)|(?:\*\*|__)[ \t]*[:—])[ \t]+(\S[^\n]{0,4000})$"
)


def heading(line: str) -> tuple[int, str] | None:
    """Level and text of a heading line, `BOLD` for a line that is bold as a whole; None for other lines."""
    if found := _HEADING.match(line):
        return len(found[1]), found[2].rstrip("# \t")
    if found := _BOLD.match(line):
        return BOLD, found[1]
    return None


def part_of(title: str) -> Part | None:
    """What a heading opens; None where it is no known one."""
    plain = " ".join(_DECORATION.sub("", title.replace("*", "").replace("`", "")).lower().split())
    plain = re.sub(r"\s*[(—–].*$", "", plain).rstrip(" :-")
    if plain in _BY_NAME:
        return _BY_NAME[plain]
    for joined in ("must fix", "should fix", "nice to have"):
        plain = plain.replace(joined, joined.replace(" ", "-"))
    words = set(plain.split()) - _NOUNS
    if not words or len(words) > _MOST_WORDS:
        return Part.IMPORTANT if plain == "bugs" else None
    return next((part for part, known in _SEVERITY_PARTS.items() if words <= known | {"and", "/"}), None)


def labelled(line: str) -> tuple[Part, str] | None:
    """A part that opens and begins in one line: `**Strengths:** the locks are paired`."""
    found = _LABELLED.match(line)
    part = part_of(found[1]) if found else None
    return (part, found[2]) if found and part and part not in CLAIMING else None


_SEVERITY_WORDS = (
    (Severity.CRITICAL, {"critical", "blocker", "blocking", "fatal", "p0", "severe", "catastrophic", "crit"}),
    (Severity.IMPORTANT, {"important", "high", "major", "error", "p1", "serious", "bug"}),
    (
        Severity.SUGGESTION,
        {"suggestion", "medium", "moderate", "minor", "low", "warning", "warn", "info", "information", "note", "nit"}
        | {"nitpick", "trivial", "p2", "p3", "style", "optional", "hint", "suggestions"},
    ),
)
_CLASS_WORDS = {
    "regression": DefectClass.REGRESSION,
    "regressions": DefectClass.REGRESSION,
    "gap": DefectClass.GAP,
    "enhancement": DefectClass.ENHANCEMENT,
    "improvement": DefectClass.ENHANCEMENT,
}


def severity_of(text: str) -> Severity | None:
    """The severity that a word stands for; None for a word that says nothing about it."""
    plain = text.strip().strip("*_:[]()!`. ").lower()
    return next((severity for severity, words in _SEVERITY_WORDS if plain in words), None)


def class_of(text: str) -> DefectClass | None:
    """The class that a word stands for; None for any other word."""
    return _CLASS_WORDS.get(text.strip().strip("*_:[]()!`. ").lower())
