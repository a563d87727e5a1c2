"""A report of any size, for tests and measurements of renderers."""

from deepreview.model.change import Side
from deepreview.model.claim import Severity
from deepreview.model.finding import Finding
from deepreview.model.report import CitedCode, Report
from deepreview.testing.builders import NO_BLOB, make_finding, make_report


def crowd(number: int) -> Report:
    """A report of so many findings, each with its own words and twelve lines of its own code."""
    severities = (Severity.CRITICAL, Severity.IMPORTANT, Severity.SUGGESTION, Severity.SUGGESTION)
    findings = tuple(_one_of_many(i, severities[i * len(severities) // number]) for i in range(number))
    cited = tuple(
        CitedCode(
            path=finding.locations[0].path,
            side=Side.HEAD,
            blob=NO_BLOB,
            first=finding.locations[0].first - 6,
            lines=_many_lines(i),
            changed=(finding.locations[0].first, finding.locations[0].first + 1),
        )
        for i, finding in enumerate(findings)
    )
    return make_report(*findings, cited=cited)


def _one_of_many(i: int, severity: Severity) -> Finding:
    first = 40 + 20 * (i % 50)
    quote = "\n".join(_many_lines(i)[6:8])
    return make_finding(
        i + 1,
        alias=f"{severity.value[0].upper()}{i + 1}",
        severity=severity,
        kind=f"rule-{i % 17}",
        path=f"src/package_{i % 23}/module_{i // 50}.py",
        first=first,
        quote=quote,
        title=f"`handler_{i}` keeps the lock of `table_{i % 31}` when the reader number {i} gives up",
        body=(
            f"The branch for `limit_{i}` returns before `release()`, so the next caller of `handler_{i}` waits for "
            f"ever. It shows once table {i % 31} has more than {i * 7 % 900} rows.\n\n"
            f"Seen by every caller in package {i % 23}, and **silent** until the pool of {i % 64} runs dry."
        ),
        unless=f"Fine while table {i % 31} has a single reader.",
        fix=f"Release in a `finally` around the loop over `rows_{i}`.",
        method=f"Rule `rule-{i % 17}` on {i % 400} files.",
        reviewers=(("static", "names", "paths")[i % 3],),
    )


def _many_lines(i: int) -> tuple[str, ...]:
    return (
        f"def handler_{i}(table: Table, limit_{i}: int = {i}) -> list[Row]:",
        f'    """Rows of table {i % 31}, at most the given number."""',
        f"    rows_{i}: list[Row] = []",
        "    table.lock.acquire()",
        f"    for row in table.scan(prefix='{i:x}'):",
        f"        if len(rows_{i}) >= limit_{i}:  # enough for now",
        f"            return rows_{i}",
        f"        rows_{i}.append(row)",
        "    table.lock.release()",
        f"    if not rows_{i} and table.name != 'table_{i % 31}':",
        f"        raise LookupError(f'no row in {{table.name}} for {i}')",
        f"    return sorted(rows_{i}, key=lambda row: row.at)",
    )
