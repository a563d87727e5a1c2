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

_MOST_WORDS = 3
_FILLERS = {
    *("issues", "issue", "findings", "finding", "problems", "bugs", "items", "concerns", "fixes", "comments", "notes"),
    *("severity", "priority", "level", "importance", "impact", "risk", "category", "section", "code"),
    *("found", "identified", "of", "and", "or", "the", "to", "be", "a"),
}
"""Words that say nothing about how severe the findings of a section are."""
_SEVERITY_PARTS = {
    Part.CRITICAL: {"critical", "blocker", "blockers", "blocking", "mustfix", "mustfixed", "p0", "severe", "fatal"}
    | {"showstopper", "showstoppers"},
    Part.IMPORTANT: {
        "important",
        "high",
        "major",
        "shouldfix",
        "shouldfixed",
        "p1",
        "serious",
        "errors",
        "significant",
        "warning",
        "warnings",
    },
    Part.SUGGESTIONS: {"suggestions", "suggestion", "medium", "moderate", "low", "minor", "nits", "nit", "nitpicks"}
    | {"trivial", "p2", "p3", "p4", "optional", "nicetohave", "style", "recommendations", "consider"}
    | {"nonblocking", "improvement", "improvements", "informational", "info", "cosmetic", "polish", "enhancements"}
    | {"nitpick", "quality", "stylistic", "considerations", "couldfix"},
}
_JOINED = re.compile(
    r"\b(?:(must|should|could)[ -](?:be[ -])?(fix)(?:ed)?|(nice)[ -](to)[ -](have)|(non)[ -](blocking))\b"
)
_MENDED = re.compile(r"\b(must|should|could) (?:be )?(?:address|resolve|correct)(?:e?d)?\b")
_BEFORE = re.compile(r"(?<=\w) (?:before|prior to) (?:the )?(?:merg(?:e|ing)|release|shipping)$")
_NAMED_BY_NUMBER = re.compile(r"\bpriority (?=\d\b)")
_PARTS = (
    (Part.RETRO, "agent performance retro; agent performance; retro; retrospective"),
    (
        Part.NOTES,
        "review process notes; skill improvement recommendations; improvement recommendations; process notes",
    ),
    (
        Part.APPENDIX,
        "appendix; original reviews; appendix: original reviews; appendix: original agent reviews",
    ),
    (Part.RESOLUTION, "resolution"),
    (Part.REPRODUCTIONS, "reproductions; reproduction"),
    (Part.SINCE, "code changed since this review; status since this review"),
    (
        Part.PREVIOUS,
        "previous review findings; prior findings; prior-round findings; previous findings; prior review findings",
    ),
    (
        Part.SUMMARY,
        (
            "executive summary; summary; overview; overall assessment; overall; conclusion; final assessment; "
            "summary of findings; findings summary; review summary; summary of issues; issue summary"
        ),
    ),
    (
        Part.FINDINGS,
        "findings; consolidated review; issues; review findings; review comments; detailed findings",
    ),
    (Part.DESIGN, "design observations; design; architecture; observations"),
    (Part.CONCERNS, "concerns"),
    (
        Part.STRENGTHS,
        (
            "strengths; positives; what works well; praise; highlights; what was done well; what is good; "
            "positive observations; positive aspects; positive notes; good practices; positive feedback"
        ),
    ),
    (
        Part.TESTING,
        (
            "testing assessment; testing; tests; test coverage; test assessment; testing gaps; test gaps; missing "
            "tests; test plan; missing test coverage"
        ),
    ),
    (Part.DOCS, "documentation assessment; documentation; docs; documentation gaps"),
    (Part.COMMITS, "commit structure; commits; commit hygiene; commit assessment"),
    (Part.LIMITATIONS, "acknowledged limitations; limitations; known limitations"),
    (
        Part.FEEDBACK,
        "unresolved feedback; unresolved pr feedback; unresolved review feedback; unresolved comments",
    ),
    (Part.COVERAGE, "coverage summary; coverage; file coverage; files reviewed"),
    (
        Part.VERIFICATION,
        (
            "verification log; verification; verification performed; checks run; commands run; what i checked; "
            "what was checked; checks performed"
        ),
    ),
    (Part.VERDICT, "verdict; final verdict; recommendation"),
    (Part.PREAMBLE, "header"),
    (
        Part.OTHER,
        (
            "open questions; questions; out of scope; next steps; action items; recommended actions; additional "
            "notes; false positives considered; considered and rejected; residual risks; table of contents; "
            "notes; checked and found fine; pre-existing issues; security considerations"
        ),
    ),
)
"""The names of parts, divided by semicolons."""
BOLD = 7
"""The level of a bold line that stands for a heading: below all others."""

_BY_NAME = {name: part for part, names in _PARTS for name in names.split("; ")}
_DECORATION = re.compile(r"^[\W\d_]*(?:(?:[ivx]+|[a-h])[.)]\s+[\W_]*)?|[\W_]*$")
_HEADING = re.compile(r"^ {0,3}(#{1,6})[ \t]+(\S[^\n]{0,200})$|^ {0,3}(#{2,6})(?=[A-Z*])([^\n]{1,200})$")
_BOLD = re.compile(r"^ {0,3}(?:[-*][ ])?(?:\*\*|__)([^*\n]{2,80}?):?(?:\*\*|__):?[ \t]*$")
_TAGGED = re.compile(
    r"^ {0,3}<(?P<tag>h[1-6]|summary)\b[^<>]{0,100}>(?:<(?:b|strong)>)?(?P<text>[^<>\n]{2,80})"
    r"(?:</(?:b|strong)>)?</(?P=tag)>[ \t]*$",
    re.IGNORECASE,
)
_RULED = re.compile(r"^ {0,3}[=-]{3,20}[ ]+(\S[^\n]{1,60}?)[ ]+[=-]{3,20}$")
_PLAIN = re.compile(r"^ {0,3}([A-Z][A-Za-z /&()-]{3,60})(:?)[ \t]*$")
_RATED = re.compile(r"^[\s*_]*(?:severity|priority|impact|risk|level)\b", re.IGNORECASE)
"""How a line begins that rates the finding above it."""
_ALONE = re.compile(r"[A-Za-z]+ |(?:Suggestions|Strengths|Concerns|Findings|Nits|Nitpicks|Blockers)$")
_LABELLED = re.compile(
    r"^ {0,3}(?:\*\*|__)([A-Z][^*\n:]{2,40}?)(?::(?:\*\*|__)|(?:\*\*|__)[ \t]*[:—])[ \t]+(\S[^\n]{0,4000})$"
)


def heading(line: str) -> tuple[int, str] | None:
    """Level and text of a heading line, `BOLD` for a line that is bold as a whole; None for other lines."""
    line = spelt_out(line)
    if found := _HEADING.match(line):
        return len(found[1] or found[3]), (found[2] or found[4]).rstrip("# \t")
    if found := _BOLD.match(line):
        return BOLD, found[1]
    return _heading_by_name(line)


def _heading_by_name(line: str) -> tuple[int, str] | None:
    """A heading in other marks, or none: only where its text is the name of a part."""
    if found := _TAGGED.match(line):
        return (BOLD, found["text"].strip()) if part_of(found["text"]) else None
    if found := _RULED.match(line):
        return (BOLD, found[1]) if part_of(found[1]) else None
    found = None if _RATED.match(line) else _PLAIN.match(line)
    if found and part_of(found[1]) and (found[2] or found[1].isupper() or _ALONE.match(found[1])):
        return BOLD, found[1].strip()
    return None


_LABELS = re.compile(
    r"^(?:(?:suggested|proposed|recommended|possible|current|root|why|steps|expected|actual) )?"
    r"(?:fix(?:es)?|problem|issue|description|details?|explanation|impact|evidence|rationale|recommendations?|suggestion"
    r"|solution|remediation|cause|code|example|context|analysis|trigger|consequences?|location|files?|severity"
    r"|background|behaviou?r|change|patch|diff|repro(?:duction|ducer)?|to reproduce|it matters|this matters"
    r"|what happens|test|before|after|reasoning|proof)$"
)


def is_rating(title: str) -> bool:
    """Whether a text reads like a line that rates a finding: `Severity - High`, `High severity`."""
    return bool(_RATED.match(title)) or title.lower().endswith((" severity", " priority"))


def is_label(title: str) -> bool:
    """Whether a heading names a part of a finding: the problem, its fix, the code."""
    return bool(_LABELS.match(_DECORATION.sub("", title[:_LONGEST_LABEL].lower()).strip()))


_LONGEST_LABEL = 60


def spelt_out(line: str) -> str:
    """The line with plain blanks for all other kinds of them, and without characters that have no width."""
    return line if line.isascii() else _NO_WIDTH.sub("", _BLANK.sub(" ", line))


_BLANK = re.compile("[\u00a0\u2000-\u200a\u202f\u205f\u3000]")
_NO_WIDTH = re.compile("[\u200b\u200c\u2060\ufeff]")


def part_of(title: str) -> Part | None:
    """What a heading opens; None where it is no known one."""
    plain = " ".join(_DECORATION.sub("", title.lower().replace("*", "").replace("`", "")).split())
    plain = _NAMED_BY_NUMBER.sub("p", re.sub(r"\s*(?:[(—–\[]|:\s*(?:\d|(?:must|should|could|nice)\b)).*$", "", plain))
    plain = _MENDED.sub(r"\1 fix", _BEFORE.sub("", plain.rstrip(" :-")))
    if plain in _BY_NAME:
        return _BY_NAME[plain]
    if plain == "bugs":
        return Part.IMPORTANT
    told = {word for word in re.findall(r"[a-z]\w*", _JOINED.sub(_one_word, plain)) if word not in _FILLERS}
    if not told or len(told) > _MOST_WORDS:
        return None
    parts = [part for part, known in _SEVERITY_PARTS.items() if told & known]
    if not told <= set().union(*_SEVERITY_PARTS.values()):
        return None
    return parts[0] if len(parts) == 1 else Part.FINDINGS


def _one_word(found: re.Match[str]) -> str:
    return "".join(filter(None, found.groups()))


def labelled(line: str) -> tuple[Part, str] | None:
    """A part that opens and begins in one line: `**Strengths:** the locks are paired`."""
    found = _LABELLED.match(spelt_out(line))
    part = part_of(found[1]) if found else None
    return (part, found[2]) if found and part and part not in CLAIMING else None


_SEVERITY_WORDS = (
    (
        Severity.CRITICAL,
        {"critical", "blocker", "blocking", "fatal", "p0", "severe", "catastrophic", "crit", "🔴", "🚨", "⛔"},
    ),
    (Severity.IMPORTANT, {"important", "high", "major", "error", "p1", "serious", "bug", "imp", "significant", "🟠"}),
    (
        Severity.SUGGESTION,
        {"suggestion", "medium", "moderate", "minor", "low", "warning", "warn", "info", "information", "note", "nit"}
        | {"nitpick", "trivial", "p2", "p3", "p4", "style", "optional", "hint", "suggestions", "sug", "non-blocking"}
        | {"informational", "🟡", "🟢", "🔵", "⚪"},
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
