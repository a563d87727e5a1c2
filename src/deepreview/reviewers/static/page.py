"""The table of rules in `docs/reviewers/static.md`, made from the catalog."""

import re

from deepreview.reviewers.static.rules import Rule, catalog

START, END = "<!-- rules: generated -->", "<!-- rules: end -->"


def table() -> str:
    """One row for each rule: what it says, whether it is on, how much it weighs, where it looks."""
    rows = ["| rule | says | default | severity | where |", "|---|---|---|---|---|"]
    rows += [_row(rule) for rule in catalog().values()]
    return "\n".join(rows)


def with_table(page: str) -> str:
    """The page with its table made anew."""
    before, _, rest = page.partition(START)
    return f"{before}{START}\n{table()}\n{END}{rest.partition(END)[2]}"


def _row(rule: Rule) -> str:
    says = re.sub(r"`?\{(\w+)\}`?", r"…", rule.title).replace("|", "\\|").strip("… ")
    where = {"any": "", "product": "not tests"}.get(rule.where, rule.where)
    return f"| `{rule.id}` | {says or 'in its own words'} | {rule.default} | {rule.severity.value} | {where} |"
