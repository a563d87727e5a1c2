"""`deepreview lint`: whether published reports keep the ten rules."""

import json
import re
from pathlib import Path

import click

from deepreview import wiring
from deepreview.cli.context import Where
from deepreview.cli.options import where
from deepreview.cli.printing import deliver
from deepreview.context.visible import one_line
from deepreview.errors import DeepReviewError, Exit, UsageError
from deepreview.lint.base import Code, Given
from deepreview.lint.catalog import RULES, Linted, lint
from deepreview.model.published import Published
from deepreview.parse.published import is_report, parse_report

_RESULTS = {Exit.CLEAN: "clean", Exit.FINDINGS: "broken", Exit.NO_VERDICT: "not all checked"}
_SHA = re.compile(r"[0-9a-f]{7,40}")


@click.command(name="lint")
@click.argument("reports", metavar="REPORT.md...", nargs=-1)
@click.option("--earlier", multiple=True, metavar="FILE", help="A report of an earlier round; oldest first.")
@click.option("--first-round", is_flag=True, help="There was no earlier round.")
@click.option("--page", metavar="FILE", type=click.Path(path_type=Path), help="The same report as HTML.")
@click.option("--check-code", is_flag=True, help="Hold what is cited against the reviewed commit in --repo.")
@click.option("--json", "as_json", is_flag=True, help="Problems and what could not be checked, as JSON.")
@where
def lint_command(
    reports: tuple[str, ...],
    earlier: tuple[str, ...],
    first_round: bool,
    page: Path | None,
    check_code: bool,
    as_json: bool,
    repo: Path,
    archive: Path | None,
    config: Path | None,
) -> int:
    """Check published reports against ten rules.

    The exit code is 0 when every rule was checked and holds, 1 when one is broken, and 3 when none is known to be
    broken and not all were checked: those that need what is not given (a repository, earlier reports) are named.
    """
    if not reports:
        raise UsageError("no report is named", hint="give Markdown files: `deepreview lint report.md`")
    if first_round and earlier:
        raise UsageError("--first-round says that there is no earlier report", hint="leave it out, or --earlier")
    before = tuple(_report(name) for name in earlier) if earlier or first_round else None
    shown = page.read_text(encoding="utf-8", errors="replace") if page and page.is_file() else None
    if page and shown is None:
        raise UsageError(f"{page} cannot be read", hint="name the page of the report")
    at = Where(repo=repo, archive=archive, config=config)
    found = {}
    for name in reports:
        report = _report(name)
        code, why = _code(report, at) if check_code else (None, "--check-code is not given")
        found[name] = lint(Given(report=report, code=code, without_code=why, earlier=before, page=shown))
    deliver(_as_json(found) if as_json else _as_text(found), None)
    results = {linted.result for linted in found.values()}
    worst = next(one for one in (Exit.FINDINGS, Exit.NO_VERDICT, Exit.CLEAN) if one in results)
    return int(worst.value)


def _report(name: str) -> Published:
    try:
        text = Path(name).read_bytes().decode("utf-8-sig", "replace")
    except OSError as error:
        raise UsageError(f"{name} cannot be read: {error.strerror or error}", hint="name a report") from error
    if not is_report(text):
        raise UsageError(f"{name} is not a published report", hint="it has neither a retro, nor notes, nor an appendix")
    return parse_report(text)


def _code(report: Published, at: Where) -> tuple[Code | None, str]:
    """The reviewed commit, or why it cannot be looked at."""
    sha = _SHA.search(report.row("Review SHA"))
    if sha is None:
        return None, "the report names no Review SHA"
    try:
        return wiring.reviewed_commit(sha[0], at.place()), ""
    except DeepReviewError as error:
        return None, error.message


def _as_text(found: dict[str, Linted]) -> str:
    lines = []
    for name, linted in found.items():
        lines += [f"{name}: rule {one.rule}: {one_line(one.where)}: {one_line(one.message)}" for one in linted.problems]
        lines += [f"{name}: rule {one.rule} not checked: {one_line(one.reason)}" for one in linted.unchecked]
    broken = sum(len(linted.problems) for linted in found.values())
    missed = sorted({one.rule for linted in found.values() for one in linted.unchecked})
    short = f"; not all was checked: rule {', '.join(map(str, missed))}" if missed else ""
    lines.append(
        f"{broken} problem{'' if broken == 1 else 's'} by {len(RULES)} rules in {len(found)} report(s){short}."
    )
    return "\n".join(lines) + "\n"


def _as_json(found: dict[str, Linted]) -> str:
    plain = [
        {
            "report": name,
            "result": _RESULTS[linted.result],
            "problems": [{"rule": p.rule, "where": p.where, "message": p.message} for p in linted.problems],
            "not_checked": [{"rule": u.rule, "reason": u.reason} for u in linted.unchecked],
        }
        for name, linted in found.items()
    ]
    return json.dumps(plain, indent=2, ensure_ascii=False) + "\n"
