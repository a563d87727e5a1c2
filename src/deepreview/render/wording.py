"""Words that every format shares: durations, places, counts."""

from collections.abc import Iterable, Sequence
from pathlib import PurePosixPath
from typing import assert_never

from deepreview.model.agent import Failure
from deepreview.model.change import Side
from deepreview.model.claim import Severity
from deepreview.model.finding import Finding, Location
from deepreview.model.report import ChangedFile, Report
from deepreview.model.round import Basis, Completed, Failed, Reading

SHORT = 9
"""How many digits of a commit's name are shown."""

MOST_LINES = 40
"""A quote is cut after this many lines: the place says where the rest is."""

_WITH_TENTHS = 10
"""Seconds under which a duration is told to a tenth."""

LANGUAGES = {
    ".bash": "bash", ".bats": "bash", ".c": "c", ".cc": "cpp", ".cpp": "cpp", ".cs": "csharp", ".css": "css",
    ".diff": "diff", ".ex": "elixir", ".go": "go", ".h": "c", ".hpp": "cpp", ".html": "html", ".ini": "ini",
    ".java": "java", ".js": "js", ".json": "json", ".jsx": "jsx", ".kt": "kotlin", ".lua": "lua", ".md": "markdown",
    ".mjs": "js", ".php": "php", ".pl": "perl", ".ps1": "powershell", ".py": "python", ".pyi": "python", ".rb": "ruby",
    ".rs": "rust", ".scala": "scala", ".sh": "sh", ".sql": "sql", ".swift": "swift", ".tf": "hcl", ".toml": "toml",
    ".ts": "ts", ".tsx": "tsx", ".xml": "xml", ".yaml": "yaml", ".yml": "yaml",
}  # fmt: skip
"""The name of a language on a code fence, by the suffix of the file."""


def language(path: str) -> str:
    """The fence name for the file's code; `text` when it is not known."""
    name = PurePosixPath(path).name
    if name == "Dockerfile" or name.startswith("Dockerfile."):
        return "dockerfile"
    return LANGUAGES.get(PurePosixPath(path).suffix.lower(), "text")


def duration(seconds: float) -> str:
    """`0.4 s`, `18 min 02 s` or `1 h 05 min 09 s`."""
    if seconds < _WITH_TENTHS:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes:02d} min {rest:02d} s"
    return f"{minutes} min {rest:02d} s" if minutes else f"{rest} s"


def counted(number: int, noun: str) -> str:
    """`1 file`, `2 files`, `3 entries`."""
    plural = f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}s"
    return f"{number} {noun if number == 1 else plural}"


def read_of(reading: Reading, total: int) -> str:
    """`read 3 of 4 files`; where the change is not at hand, `read 3 files`; never more than is known."""
    if reading.basis is Basis.ELSEWHERE:
        return "reads no file as a whole"
    read = len(reading.read)
    of = f"{read or 'none'} of {counted(total, 'file')}" if total else counted(read, "file") if read else "no file"
    match reading.basis:
        case Basis.STATED:
            return f"says that it read or names {of}"
        case Basis.NAMED:
            return f"names {of}, does not say what it read"
        case Basis.SHOWN:
            return f"read {of}"
        case _:
            assert_never(reading.basis)


def coverage_told(report: Report) -> str:
    """How much of the change was read, and who stands at a file by its own word only; of a change that has files."""
    files, unread = report.subject.files, nobody_read(report)
    based = {run.reviewer: run.reading.basis for run in report.runs if isinstance(run, Completed)}
    total = counted(len(files), "changed file")
    told = [f"Nobody read {len(unread)} of {total}." if unread else f"Each of {total} was read."]
    shown = [file for file in files if any(based.get(name, Basis.SHOWN) is Basis.SHOWN for name in file.readers)]
    if vouched := len(files) - len(unread) - len(shown):
        which = "it" if len(files) == 1 else "all of them" if vouched == len(files) else f"{vouched} of them"
        told.append(f"Of {which}, nothing but a review's own words shows that.")
    for basis, why in _BY_WORD.items():
        if names := [name for name, own in based.items() if own is basis]:
            many = len(names) > 1
            told.append(f"{' and '.join(filter(None, (', '.join(names[:-1]), names[-1])))} {why[many]}.")
    return " ".join(told)


_BY_WORD = {
    Basis.STATED: (
        "stands at the files that it says it read or names",
        "stand at the files that they say they read or name",
    ),
    Basis.NAMED: (
        "does not say what it read, and stands at the files that it names",
        "do not say what they read, and stand at the files that they name",
    ),
}


def agreement_rows(report: Report) -> list[list[str]]:
    """Of the findings that one of two reviewers said, how many both did; the first row and column are the names.

    Only reviewers that share a finding with somebody; empty where none does.
    """
    pairs = {frozenset((pair.one, pair.other)): pair for pair in report.agreement}
    sharing = {name for pair in pairs.values() if pair.both for name in (pair.one, pair.other)}
    names = [run.reviewer for run in report.runs if run.reviewer in sharing]
    rows = [["", *names]] if names else []
    for one in names:
        cells = [pairs.get(frozenset((one, other))) if one != other else None for other in names]
        rows.append([one, *(f"{pair.both} of {pair.either}" if pair else "—" for pair in cells)])
    return rows


def sentence(text: str) -> str:
    """The text with a full stop, unless it ends like a sentence already."""
    return text if text.endswith((".", "!", "?", "…")) else f"{text}."


def line_range(first: int, last: int) -> str:
    """`3`, `3-5`, or nothing for a whole file."""
    if first == 0:
        return ""
    return str(first) if first == last else f"{first}-{last}"


def lines_of(location: Location) -> str:
    """`3`, `3-5`, or nothing for a whole file."""
    return line_range(location.first, location.last)


def place(location: Location) -> str:
    """`path:3-5`, with the path as it is: make it visible before it is shown."""
    return spot(location.path, location.first, location.last)


def outermost(locations: Sequence[Location]) -> tuple[Location, ...]:
    """The places without those whose lines are among the lines that are shown of another one, in their order."""
    once = tuple(dict.fromkeys(locations))
    return tuple(one for one in once if not any(_within(one, other) for other in once))


def _within(one: Location, other: Location) -> bool:
    same = (one.path, one.side, one.blob) == (other.path, other.side, other.blob)
    if not same or not one.first or (one.first, one.last) == (other.first, other.last):
        return False
    return other.first <= one.first and one.last <= min(other.last, other.first + MOST_LINES - 1)


def whereabouts(finding: Finding) -> str:
    """Why a finding has no place; empty where that is not known."""
    return next((seen.summary for seen in finding.evidence if seen.check == "quote"), "")


def spot(path: str, first: int, last: int) -> str:
    """`path:3-5`, `path:3` or `path`."""
    lines = line_range(first, last)
    return f"{path}:{lines}" if lines else path


def by_severity(findings: Iterable[Finding]) -> dict[Severity, list[Finding]]:
    """The findings under their severity, most severe first, each list in the report's order."""
    groups: dict[Severity, list[Finding]] = {severity: [] for severity in Severity}
    for finding in findings:
        groups[finding.severity].append(finding)
    return groups


def verdict_words(report: Report) -> str:
    """The verdict with a capital."""
    words = report.verdict.value.value
    return words[:1].upper() + words[1:]


def nobody_read(report: Report) -> tuple[ChangedFile, ...]:
    """The changed files that no reviewer read."""
    return tuple(file for file in report.subject.files if not file.readers)


def failures(report: Report) -> tuple[Failed, ...]:
    """The reviewers that broke or ran out of time."""
    return tuple(run for run in report.runs if isinstance(run, Failed))


def why_failed(run: Failed) -> str:
    """`timeout: stopped after 60 s`; of an error of no particular sort, the error alone."""
    return run.error if run.failure is Failure.ERROR else f"{run.failure.value}: {run.error}"


def checked(report: Report) -> tuple[tuple[str, str], ...]:
    """Each reviewer that completed with each thing that it looked for."""
    return tuple(
        (run.reviewer, phrase) for run in report.runs if isinstance(run, Completed) for phrase in run.reading.checked
    )


def at_base(location: Location) -> bool:
    """Whether the place is in code that the change removed or replaced."""
    return location.side is Side.BASE
