import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from deepreview.model.agent import Failure
from deepreview.model.change import RepoPath
from deepreview.model.claim import ClaimId, Observation, Section
from deepreview.model.report import Report
from deepreview.model.round import Completed, Failed, Reading, Skipped
from deepreview.render.markdown import RENDERER, render
from deepreview.testing.builders import make_claim, make_finding, make_report

GITHUB = MarkdownIt("commonmark").enable(["table", "strikethrough"])
FINDING = re.compile(r"^(?:### )?(?:~~)?(?:\*\*)?(?:[CIS]\d+|\d+)\. ?\*\*", re.MULTILINE)
MENTION = re.compile(r"(?<![\w`])@[A-Za-z0-9]")

HOSTILE = [
    "## Critical Issues\n\nC1. **Forged** — `x.py:1` [names] (critical, regression)",
    "x\n\n---\n\n# Deep Review: forged\n",
    "C1. **Forged** — `x.py:1` [names]",
    "1. **Forged** — `x.py:1` [names]",
    "- C1. **Forged**\n  - ### deeper",
    "```\nnever closed",
    "~~~~\nnever closed",
    "```` x",
    "a | b\n--- | ---\nc | d",
    "| **Verdict** | **Merge as-is** |",
    "</details><h1>x</h1><!-- hidden",
    "<!-- -->\n# x",
    "<script>\n\n# x",
    "title\n=====\nsub\n---",
    "[x]: http://example.org\n[x] ![y](http://example.org/z.png) [z](javascript:alert)",
    "@sam, @acme/team and (@sam) *@*sam @**sam** &#64;sam \\@sam",
    "\x1b[2J\u202egnp.exe\u2066\u200b\x00\x85\u2028# x",
    "> quoted\n# x\n> ## y",
    "    indented\n\n\ttab",
    "```mermaid\ngraph\n```",
    "`a``b```c\\` \\`\\\\",
    "\\",
    "*" * 9 + "_" * 9,
    "a\r# b\r\n# c",
    "\udcff\udc80",
    "",
    " ",
]
text = st.one_of(st.sampled_from(HOSTILE), st.text(max_size=60), st.text("`*_#|<>@[]\\-=~\n 1.CS", max_size=40))
paths = st.one_of(st.sampled_from(HOSTILE), st.text(min_size=1, max_size=30)).map(RepoPath)


def hostile_report(said: str, path: RepoPath) -> Report:
    """A report in which everything that others write is `said`, at `path`."""
    finding = make_finding(
        1, title=said, body=said, unless=said, method=said, fix=said, patch=said, quote=said, path=path, first=3
    )
    finding = replace(
        finding,
        kind=said,
        origin=replace(finding.origin, subject=said, author=said, reason=said),
        evidence=(replace(finding.evidence[0], summary=said, detail=said),),
        reasons=(said,),
        claims=(ClaimId(f"names/{said}/1"),),
    )
    plain = make_report(finding)
    claim = make_claim(1, id=finding.claims[0], title=said, body=said, quote=said, fix=said, patch=said, excuse=said)
    reading = Reading(read=(), unread=(), checked=(said,), gaps=(said,))
    completed = Completed(reviewer="names", claims=2, seconds=1.0, reading=reading)
    failed = Failed(reviewer="static", failure=Failure.ERROR, error=said, claims=0, seconds=1.0)
    file = replace(plain.subject.files[0], path=path, old_path=path, note=said, readers=(), unread=said)
    return replace(
        plain,
        summary=said,
        verdict=replace(plain.verdict, reason=said),
        clock=replace(plain.clock, round_id=f"20260105-101500-{said}"),
        subject=replace(
            plain.subject,
            repo=f"r{said}",
            url=said,
            title=said,
            number=7,
            branch=f"b{said}",
            how=said,
            commits=(replace(plain.subject.commits[0], subject=said, author=said),),
            files=(file,),
        ),
        runs=(completed, Skipped(reviewer="paths", reason=said), failed),
        claims=(claim, plain.claims[1]),
        dropped=(replace(plain.dropped[0], title=said, path=path, reason=said),),
        reconciliation=(said,),
        observations=tuple(Observation(reviewer="history", section=section, text=said) for section in Section),
    )


def structure(markdown: str) -> dict[str, Any]:
    """What a reader takes for the frame of the report: headings, table rows, rules, raw HTML, findings."""
    tokens = GITHUB.parse(markdown)
    inside = [child for token in tokens for child in token.children or ()]
    return {
        "headings": [tokens[i + 1].content for i, token in enumerate(tokens) if token.type == "heading_open"][1:],
        "rows": sum(token.type == "tr_open" for token in tokens),
        "cells": sum(token.type in {"td_open", "th_open"} for token in tokens),
        "rules": sum(token.type == "hr" for token in tokens),
        "blocks of html": sum(token.type == "html_block" for token in tokens),
        "html": [token.content for token in inside if token.type == "html_inline"],
        "images": sum(token.type == "image" for token in inside),
        "findings": len(FINDING.findall(without_fences(tokens))),
    }


def without_fences(tokens: list[Any]) -> str:
    return "\n\n".join(token.content for token in tokens if token.type == "inline")


@pytest.mark.parametrize("name", ["full", "quiet", "outage"])
def test_whole_report(name: str, request: pytest.FixtureRequest, golden: Callable[[str, str], None]) -> None:
    golden(f"{name}.md", render(request.getfixturevalue(name)))


@settings(deadline=None)
@given(said=text, path=paths)
@example(said=HOSTILE[0], path=RepoPath("a`b|c\n# d.py"))
@example(said=HOSTILE[15], path=RepoPath("@sam"))
def test_no_text_can_break_out_of_its_place(said: str, path: RepoPath) -> None:
    page = render(hostile_report(said, path))
    assert structure(page) == structure(render(hostile_report("calm", RepoPath("calm.py"))))
    page.encode()


@pytest.mark.parametrize("said", HOSTILE)
def test_each_known_attack_stays_text(said: str) -> None:
    page = render(hostile_report(said, RepoPath("a.py")))
    assert structure(page) == structure(render(hostile_report("calm", RepoPath("a.py"))))


@settings(deadline=None)
@given(said=text)
def test_nobody_is_mentioned(said: str) -> None:
    page = render(hostile_report(f"{said} @sam {said}@team", RepoPath("a.py")))
    tokens = [child for token in GITHUB.parse(page) for child in token.children or ()]
    shown = "".join(token.content if token.type == "text" else "`" for token in tokens)
    assert not MENTION.search(shown)


def test_what_moves_or_hides_text_is_shown() -> None:
    page = render(hostile_report("\x1b[2J \u202e \u200b \udcff", RepoPath("\udcff\u202e.py")))
    assert not re.search("[\x00-\x09\x0b-\x1f\u200b-\u200f\u202a-\u202e\udc80-\udcff]", page)
    assert r"`\xff\u202e.py:3`" in page


def test_the_patch_can_be_applied_as_it_stands(full: Report) -> None:
    fences = [token for token in GITHUB.parse(render(full)) if token.type == "fence" and token.info == "diff patch"]
    assert [token.content for token in fences] == [full.findings[0].patch]


def test_a_patch_with_hidden_characters_is_not_offered_for_git_apply() -> None:
    page = render(make_report(make_finding(1, patch="--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+\u202eb\n")))
    assert "```diff patch" not in page
    assert "take the patch from the JSON report" in page


def test_code_with_backticks_stays_in_its_fence() -> None:
    quote = "````\n# not a heading\n`````"
    page = render(make_report(make_finding(1, quote=quote)))
    fences = [token.content for token in GITHUB.parse(page) if token.type == "fence"]
    assert f"{quote}\n" in fences


def test_the_finding_line_follows_the_grammar(full: Report) -> None:
    lines = [line for line in render(full).split("\n") if FINDING.match(line)]
    assert [line.split(" — ")[1] for line in lines] == [
        "`src/cache.py:41-42,70` [names, static] (important, regression)",
        "`src/old boiler.py:12-13` [names] (suggestion, gap) (lines of the base)",
        "`src/cache.py` [names] (suggestion, regression)",
    ]
    assert lines[0].startswith("I1. **Expiry is skipped for readings loaded from disk** — ")


def test_every_claim_is_in_the_appendix_with_its_fate(full: Report) -> None:
    page = render(full).split("## Appendix: Original Reviews")[1]
    for claim in full.claims:
        assert f"`{claim.id}` → " in page
    assert page.count("→ I1") == 1
    assert "→ dropped by suppressed: generated file" in page


def test_every_changed_file_is_in_the_coverage(full: Report) -> None:
    page = render(full).split("## Coverage Summary")[1].split("\n---\n")[0]
    for file in full.subject.files:
        assert f"| `{file.path}` |" in page
    assert "**nobody**: binary" in page


def test_long_code_is_cut_and_says_so() -> None:
    quote = "\n".join(f"line {number}" for number in range(100))
    page = render(make_report(make_finding(1, quote=quote), make_finding(2)))
    assert "line 39" in page
    assert "… and 60 more lines." in page


def test_of_many_places_all_are_named_and_some_are_shown(full: Report) -> None:
    where = full.findings[0].locations[1]
    spread = replace(full.findings[0], patch="", locations=tuple(replace(where, first=n, last=n) for n in range(1, 8)))
    page = render(replace(make_report(spread), claims=()))
    assert "`src/cache.py:1,2,3,4,5,6,7`" in page
    assert page.count("```python") == 5
    assert "… and 2 more places, named above." in page


def test_code_without_a_quote_comes_from_the_stored_file() -> None:
    finding = make_finding(1, quote="rows[key] = 1", first=5)
    report = make_report(finding)
    bare = replace(finding, locations=(replace(finding.locations[0], quote=""),))
    assert "```python\nrows[key] = 1\n```" in render(replace(report, findings=(bare,), claims=()))


def test_many_commits_are_cut_to_the_newest() -> None:
    report = make_report()
    commits = tuple(replace(report.subject.commits[0], subject=f"step {number}") for number in range(60))
    page = render(replace(report, subject=replace(report.subject, commits=commits)))
    assert "*10 earlier commits*<br>`aaaaaaaaa` step 10<br>" in page
    assert "step 59 |" in page


def test_counts_of_misses_come_from_the_records() -> None:
    report = make_report(make_finding(1))
    missed = replace(report, tallies=tuple(replace(tally, misses=7) for tally in report.tallies))
    assert "| Coverage misses | 7 | — | — |" in render(missed)


def test_a_claim_without_a_fate_is_not_hidden() -> None:
    assert "→ not accounted for" in render(replace(make_report(), claims_map=()))


def test_the_format_is_named() -> None:
    assert (RENDERER.name, RENDERER.suffix, RENDERER.media_type) == ("markdown", ".md", "text/markdown")
