"""Rule 3: ids run without gaps, what is named exists, and the tables count what is there."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping

from deepreview.lint.base import Checked, Given, Problem
from deepreview.model.claim import Severity
from deepreview.model.published import Published

_ID = re.compile(r"(?<![\w#/.-])([CIS]\d{1,2})(?![\w.-]*\w)")
_LIKE = re.compile(r"[CIS]\d")
_ELSEWHERE = re.compile(
    r"(?:round|rounds|R)[\s-]?\d+(?:'s)?[\s,]*(?:and\s+|[CIS]\d+[\s,]*(?:and\s+)?)*$|\bas\s+$|\braw\s+$", re.IGNORECASE
)
_CODE = re.compile(r"`[^`\n]*`")
_COUNTS = re.compile(r"(\d+)\s*([CIS])\b")
_ITEM = re.compile(r"^[-*][ \t]+(?P<item>\S[^\n]*)$", re.MULTILINE)
_TITLE = re.compile(r"“[^”\n]*”")
_NUMBER = re.compile(r"^\D*(\d+)")
_LETTERS = {"C": Severity.CRITICAL, "I": Severity.IMPORTANT, "S": Severity.SUGGESTION}
_BEFORE = 40


def ids(given: Given) -> Checked:
    """Ids are sequential, ids in the text exist, and the summary table agrees with what is shown."""
    report = given.report
    seen = Counter[Severity]()
    for finding in report.findings:
        seen[finding.severity] += 1
        wanted = f"{finding.alias[0]}{seen[finding.severity]}"
        if finding.alias != wanted:
            yield Problem(rule=3, where=finding.alias, message=f"ids are not sequential: {wanted} is missing")
            seen[finding.severity] = int(finding.alias[1:])
    known = {finding.alias for finding in report.findings}
    titles = _naming(report)
    for where, text in _texts(report):
        for name in dict.fromkeys(_named(titles.sub(" ", text) if titles else text)):
            if name not in known:
                yield Problem(rule=3, where=where, message=f"it names {name}, which this report does not have")
    yield from _totals(report)


def _texts(report: Published) -> Iterable[tuple[str, str]]:
    yield "Verdict", report.row("Verdict")
    yield "Executive Summary", report.summary
    yield "Concerns", report.concerns
    yield "Testing Assessment", report.testing
    yield "Documentation Assessment", report.docs


def _naming(report: Published) -> re.Pattern[str] | None:
    """Any title that holds what looks like an id: `S3 uploads fail` names no finding; of two the longer one."""
    titles = [finding.title for finding in report.findings if _LIKE.search(finding.title)]
    told = sorted((re.findall(r"\w+", title) for title in titles), key=len, reverse=True)
    either = "|".join(r"[\W_]{1,9}".join(map(re.escape, words)) for words in told)
    return re.compile(rf"\b(?:{either})\b") if told else None


def _named(text: str) -> Iterable[str]:
    """Ids of this report that a text names; those of other rounds and of reviewers' own texts are passed over."""
    plain = _CODE.sub(" ", text)
    for found in _ID.finditer(plain):
        if not _ELSEWHERE.search(plain[max(0, found.start() - _BEFORE) : found.start()]):
            yield found[1]


def _totals(report: Published) -> Checked:
    if report.totals is None:
        return
    rows = {row[0].strip("* ").lower(): row[1:] for row in report.totals.rows if row}
    for number, column in enumerate(report.totals.columns[1:]):
        who = column.strip("*` ")
        if not who or not any(_same(who, name) for finding in report.findings for name in finding.credited):
            continue
        credited = Counter(
            finding.severity for finding in report.findings if any(_same(who, name) for name in finding.credited)
        )
        cells = [rows[label][number].strip("* ") for label in ("findings", "totals") if label in rows]
        for cell in dict.fromkeys(cells):
            if _COUNTS.search(cell) and _counted(cell) != credited:
                message = f"the table gives {who} {cell}, and {_shown(credited)} are credited to it"
                yield Problem(rule=3, where="Summary", message=message)
        yield from _reconciled(report, rows, who, number)


def _counted(cell: str) -> Counter[Severity]:
    return Counter({_LETTERS[letter]: int(count) for count, letter in _COUNTS.findall(cell) if int(count)})


def _shown(counts: Mapping[Severity, int]) -> str:
    return " ".join(f"{counts[s]}{s.value[0].upper()}" for s in Severity if counts.get(s)) or "none"


def _same(column: str, name: str) -> bool:
    """Whether a column's head and a credit mean the same reviewer: `Claude` and `Claude Opus 4.6 (as S5)`."""
    one, other = column.lower().split(), name.partition(" (")[0].lower().split()
    return bool(one and other) and (one[: len(other)] == other or other[: len(one)] == one)


def _reconciled(report: Published, rows: Mapping[str, tuple[str, ...]], who: str, number: int) -> Checked:
    """The table and the reconciliation tell of as many lowered and dropped claims, where that is a list."""
    if not _ITEM.search(report.reconciliation):
        return
    columns = report.totals.columns[1:] if report.totals else ()
    short = who.split(maxsplit=1)[0]
    alone = sum(column.strip("*` ").startswith(short) for column in columns) == 1
    told = _items(report.reconciliation, short if alone else who)
    found = {"downgraded": sum(map(_lowers, told)), "dropped": sum("dropped" in line.lower() for line in told)}
    for label, count in found.items():
        cell = _NUMBER.match(rows[label][number]) if label in rows else None
        if cell and int(cell[1]) != count:
            message = f"{label} of {who} is {cell[1]}, and the reconciliation tells of {count}"
            yield Problem(rule=3, where="Reconciliation", message=message)


def _items(text: str, who: str) -> list[str]:
    begun = re.compile(rf"\**{re.escape(who)}\b", re.IGNORECASE)
    items = (_TITLE.sub("", found["item"]) for found in _ITEM.finditer(text))
    return [item for item in items if begun.match(item)]


def _lowers(line: str) -> bool:
    order = {"critical": 3, "important": 2, "suggestion": 1}
    found = re.search(
        r"\b(critical|important|suggestion)s?\s*(?:→|->|to)\s*(critical|important|suggestion)", line, re.IGNORECASE
    )
    return bool(found and order[found[1].lower()] > order[found[2].lower()])
