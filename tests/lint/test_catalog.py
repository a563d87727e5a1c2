"""One good report, and each rule broken in it."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from deepreview.lint.base import Given
from deepreview.lint.catalog import RULES, lint
from deepreview.model.published import Published
from deepreview.parse.published import parse_report

FILES = {"src/cache.py": ("def load(rows, read):", "    for key, row in read():", "        rows[key] = row.value")}
GOOD = """\
# Deep Review: 20270105-101500-pr-12

| | |
|---|---|
| **Date** | 2027-01-05 10:15 |
| **Round** | 2 (of pr-12) |
| **Commits** | `1a2b3c4` one<br>`5e6f708` two |
| **Verdict** | **Merge with fixes** — an expired reading is served (I1) |

## Executive Summary

Adds a cache; the lock order of round 1 holds. I1 is left.

## Critical Issues

None.

## Important Issues

I1. **Expiry is skipped for readings from disk** — `src/cache.py:2-3` [Model A, Model B]

```python
        rows[key] = row.value
```

`load` drops the stamp at `src/cache.py:3`.

```python repro
# Save as tests/probe.py; run: python tests/probe.py
assert False
```

```text repro-output
$ python tests/probe.py
failed
```

```diff patch
--- a/src/cache.py
+++ b/src/cache.py
```

## Suggestions

S1. **Log it** — `src/cache.py:1` [Model B]

## Testing Assessment

None.

## Documentation Assessment

None.

## Agent Performance Retro

### Summary

| | Model A | Model B |
|---|---|---|
| Findings | 1I | 1I 1S |
| Coverage misses | 0 | 0 |
| Downgraded | 0 | 1 |
| Dropped | 0 | 0 |

**Reconciliation**

- Model B I2: important → suggestion S1 (it is loud)

## Appendix: Original Reviews

| Claim | Ended in |
|---|---|
| a/1/I1 | I1 |
| b/1/I1 | I1 |
| b/1/I2 | S1 |

### [Model A] — Pass 1

## Important Issues

I1. **Expiry is skipped** — `src/cache.py:3`

## Coverage Summary

- `src/cache.py`
- `src/log.py`

### [Model B] — Pass 1

## Important Issues

I1. **Expiry** — `src/cache.py:3`

I2. **Log it** — `src/cache.py:1`

## Coverage Summary

- `src/cache.py`
- `src/log.py`
"""
EARLIER = """\
# Deep Review: 20270104-101500-pr-12

## Important Issues

I1. **The lock order is wrong** — `src/cache.py:1` [Model A]

## Resolution

| # | Finding | Action | Reason |
|---|---|---|---|
| 1 | Important #1: The lock order is wrong | Fixed | |
| 2 | Suggestion #1: Rename the cache module to store | Declined | taste |

## Acknowledged Limitations

None.
"""


@dataclass
class Files:
    """A commit of which everything is known."""

    refused: str = ""
    ordered: Sequence[str] | None = ("1a2b3c4", "5e6f708")
    asked: list[str] = field(default_factory=list)

    def lines(self, path: str) -> tuple[str, ...] | None:
        return FILES.get(path)

    def refuses(self, patch: str) -> str:
        self.asked.append(patch)
        return self.refused

    def order(self, _: Sequence[str]) -> Sequence[str] | None:
        return self.ordered


def given(text: str, **more: object) -> Given:
    known: dict[str, object] = {"code": Files(), "earlier": (parse_report(EARLIER + "\nRound 1 S1 stays declined."),)}
    return Given(report=parse_report(text), **(known | more))  # type: ignore[arg-type]


SECOND = GOOD.replace("I1 is left.", "I1 is left. Round 1 S1 stays declined.")


def test_a_good_report_breaks_no_rule() -> None:
    linted = lint(given(SECOND))
    assert linted.problems == ()
    assert linted.unchecked == ()


@pytest.mark.parametrize(
    ("rule", "old", "new", "told"),
    [
        (1, "`src/cache.py:2-3` [", "`src/none.py:2-3` [", "has no file src/none.py"),
        (1, "`src/cache.py:2-3` [", "`src/cache.py:2-30` [", "beyond the 3 lines"),
        (
            1,
            "```python\n        rows[key] = row.value",
            "```python\nnothing_like_this_stands_there()",
            "does not stand",
        ),
        (1, "at `src/cache.py:3`", "at `src/cache.py:30`", "that file has 3 lines"),
        (2, "# Save as tests/probe.py; run: python tests/probe.py\n", "", "does not say"),
        (2, "```text repro-output\n$ python tests/probe.py\nfailed\n```\n", "", "has no output"),
        (2, "failed", "/home/sam/x failed", "private path, /home/sam"),
        (3, "S1. **Log it** —", "S2. **Log it** —", "S1 is missing"),
        (3, "served (I1)", "served (I4)", "names I4"),
        (3, "| Findings | 1I | 1I 1S |", "| Findings | 2I | 1I 1S |", "Model A 2I, and 1I are credited"),
        (3, "| Downgraded | 0 | 1 |", "| Downgraded | 0 | 0 |", "downgraded of Model B is 0"),
        (3, "| Dropped | 0 | 0 |", "| Dropped | 2 | 0 |", "dropped of Model A is 2"),
        (4, "| b/1/I2 | S1 |", "| b/1/I1 | S1 |", "stands 2 times"),
        (4, "| b/1/I2 | S1 |", "| b/1/I2 | S7 |", "ends in no finding"),
        (4, "### [Model B] — Pass 1\n", "### [Model B] — Pass 1\n\n`b/1/I3` → I1\n", "b/1/I3 stands in the appendix"),
        (5, "| Coverage misses | 0 | 0 |\n", "", "does not cover src/log.py"),
        (6, "| **Round** | 2", "| **Round** | 7", "Round is 7, and 1 earlier"),
        (6, "`1a2b3c4` one<br>`5e6f708` two", "`5e6f708` two<br>`1a2b3c4` one", "not listed oldest first"),
        (6, "| **Date** | 2027-01-05 10:15", "| **Date** | 2027-01-05 10:40", "the title's stamp"),
        (7, "**Merge with fixes** —", "**Merge as-is** —", "ask for merge with fixes"),
        (8, "the lock order of round 1 holds. ", "", "The lock order is wrong"),
        (9, "S1. **Log it** —", "S1. **Rename the cache module to store** —", "declined in round 1 as S1"),
        (
            10,
            "## Important Issues\n\nI1. **Expiry is skipped** — `src/cache.py:3`\n\n## Coverage",
            "see notes\n\n## C",
            "stub",
        ),
    ],
)
def test_each_rule_is_broken_by_what_breaks_it(rule: int, old: str, new: str, told: str) -> None:
    assert old in SECOND
    text = SECOND.replace(old, new, 1)
    if rule == 5:  # the first reviewer keeps both files, the second loses one
        text = text[: text.rindex("- `src/log.py`")]
    problems = lint(given(text)).problems
    assert any(problem.rule == rule and told in problem.message for problem in problems), problems


RENAMED = """## Suggestions

S1. **Rename the cache module to store** — `src/cache.py:1` [Model A]

The module `cache` holds what is stored for ever, so `store` would say what it is.

## Resolution"""


def before(text: str) -> tuple[Published, ...]:
    """One earlier round in which it was declined to rename the module, with the finding itself."""
    return (parse_report(text.replace("## Resolution", RENAMED, 1)),)


@pytest.mark.parametrize(
    ("title", "repeated"),
    [
        ("`cache` is misnamed for a store: what this module holds is stored for ever", True),
        ("The module `cache` should be called `store`: it holds what is stored", True),
        ("Log how many rows the cache holds", False),
        ("The stamp of a row in the cache is never read", False),
    ],
)
def test_what_was_declined_is_known_in_other_words(title: str, repeated: bool) -> None:
    text = SECOND.replace("S1. **Log it** —", f"S1. **{title}** —")
    problems = lint(given(text, earlier=before(EARLIER))).problems
    assert [(one.rule, one.where) for one in problems if one.rule == 9] == [(9, "S1")] * repeated


def test_what_was_declined_may_come_back_with_what_has_changed() -> None:
    again = "S1. **Rename the cache module to store** — `src/cache.py:1` [Model B] (round 1 S1, a second caller)"
    text = SECOND.replace("S1. **Log it** — `src/cache.py:1` [Model B]", again)
    assert not [one for one in lint(given(text, earlier=before(EARLIER))).problems if one.rule == 9]


@pytest.mark.parametrize(
    ("line", "missing"),
    [
        ("Locks are taken in the right order now.", []),
        ("The two locks were taken in the wrong order; no longer.", []),
        ("Expiry was looked at again, and so were the tests.", ["round 1 I1"]),
    ],
)
def test_what_was_resolved_is_found_in_other_words(line: str, missing: list[str]) -> None:
    text = GOOD.replace("Adds a cache; the lock order of round 1 holds. I1 is left.", f"{line}\n\nThat is all.")
    text = text.replace("S1. **Log it** —", "S1. **Store is a better name for the module** —")
    problems = lint(given(text, earlier=(parse_report(EARLIER),))).problems
    assert [one.where for one in problems if one.rule == 8 and one.where.endswith("I1")] == missing


LISTED = """## Coverage Summary

| File | Change | Lines | Read by | Findings |
|---|---|---|---|---|
| `src/cache.py` | modified | +1 −0 | Model A, Model B | I1 |
| `src/log.py` | modified | +1 −0 | Model A | none |
| `src/x.py` | deleted | +0 −1 | **nobody**: deleted | none |

## Agent Performance Retro"""


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("| Files reviewed | 2/3 | 1/3 |", []),
        ("| Files reviewed | 3/3 | 1/3 |", ["Model A reviewed 3/3, and the list of files names it 2 times"]),
        ("| Tool calls | 2 | 1 |", ["Model B does not cover src/log.py, and no row counts misses"]),
    ],
)
def test_a_list_of_who_read_each_file_is_held_to_the_counts(row: str, told: list[str]) -> None:
    text = SECOND.replace("## Agent Performance Retro", LISTED).replace("| Coverage misses | 0 | 0 |", row)
    text = text.replace("## Coverage Summary\n\n- `src/cache.py`\n- `src/log.py`\n", "")
    assert [one.message for one in lint(given(text)).problems if one.rule == 5] == told


def test_a_patch_that_does_not_apply() -> None:
    problems = lint(given(SECOND, code=Files(refused="corrupt patch"))).problems
    assert [(problem.rule, problem.where) for problem in problems] == [(2, "I1")]


def test_an_override_with_a_reason_is_a_verdict() -> None:
    text = SECOND.replace("**Merge with fixes** — an", "**Merge as-is** — overridden: accepted risk; an")
    assert lint(given(text)).problems == ()


@pytest.mark.parametrize(
    ("now", "told"),
    [
        ("**not repeated**", ["it is merge with fixes, and the open findings ask for rework"]),
        ("**partly fixed**", ["it is merge with fixes, and the open findings ask for rework"]),
        ("**not repeated as I1**", []),
        ("**gone**", []),
    ],
)
def test_what_earlier_rounds_left_open_asks_for_a_verdict_too(now: str, told: list[str]) -> None:
    rows = f"| Finding | Title | Now | Evidence |\n|---|---|---|---|\n| round 1 C1 | Lost rows | {now} | It stands. |"
    text = SECOND.replace("## Critical Issues", f"## Previous Review Findings\n\n{rows}\n\n## Critical Issues")
    assert text != SECOND
    assert [one.message for one in lint(given(text)).problems if one.rule == 7] == told


def test_what_waits_below_the_bar_asks_for_no_verdict() -> None:
    text = SECOND.replace("**Merge with fixes** — an", "**Merge as-is** — an")
    told = ["it is merge as-is, and the open findings ask for merge with fixes"]
    assert [one.message for one in lint(given(text)).problems] == told
    waits = text.replace("2-3` [Model A, Model B]", "2-3` [Model A, Model B] (since round 2, waits)")
    assert [one.message for one in lint(given(waits)).problems if one.rule == 7] == []
    assert waits != text


def test_the_escapes_of_a_title_are_not_missed_on_the_page() -> None:
    page = "<p>Log it</p><p>Expiry of $2 /* is skipped</p><pre>rows[key] = row.value</pre>"
    text = SECOND.replace("Expiry is skipped for readings from disk", r"Expiry of \$2 /\* is skipped")
    assert lint(given(text, page=page)).problems == ()


def test_a_page_without_a_finding_or_its_evidence() -> None:
    page = "<p>Log it</p><p>Expiry is skipped for readings from disk</p><pre>rows[key] = <b>row</b>.value</pre>"
    assert lint(given(SECOND, page=page)).problems == ()
    lost = lint(given(SECOND, page=page.replace("Log it", "").replace("rows", "cols"))).problems
    assert [(problem.rule, problem.where) for problem in lost] == [(10, "I1"), (10, "S1")]


def test_without_surroundings_what_cannot_be_checked_is_named() -> None:
    linted = lint(Given(report=parse_report(GOOD)))
    assert linted.problems == ()
    assert {one.rule for one in linted.unchecked} == {1, 2, 6, 8, 9}


def test_there_are_ten() -> None:
    assert [rule.number for rule in RULES] == list(range(1, 11))
