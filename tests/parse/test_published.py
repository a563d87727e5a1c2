from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deepreview.model.claim import DefectClass, Severity
from deepreview.model.published import Original, Passage, Published, Resolved
from deepreview.parse.published import is_report, parse_report
from deepreview.render.published import published_markdown
from deepreview.testing.corpus import cases, plain
from deepreview.testing.documents import HEADINGS, LINES

REPORTS = Path(__file__).parent / "reports"
GENERATIONS = ("g0", "g2", "g4", "g6")


def report(name: str) -> Published:
    return parse_report((REPORTS / f"{name}.md").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", GENERATIONS)
def test_parse_emit_parse_is_the_identity(name: str) -> None:
    parsed = report(name)
    assert parse_report(published_markdown(parsed)) == parsed


@pytest.mark.parametrize("name", GENERATIONS)
def test_every_word_of_a_report_is_in_what_is_emitted(name: str) -> None:
    text = (REPORTS / f"{name}.md").read_text(encoding="utf-8")
    emitted = plain(published_markdown(parse_report(text)))
    lost = [line for line in text.splitlines() if plain(line) not in emitted]
    kept_otherwise = (
        "**[",
        "## 1.",
        "## 2.",
        "## 3.",
        "## 4.",
        "1. **",
        "2. **",
        "| 1 | Imp",
        "| 2 | Sug",
        "| **Totals",
        "### Previous",
        "S2. **Commit",
    )
    assert [line for line in lost if not line.startswith(kept_otherwise)] == []


@pytest.mark.parametrize("name", GENERATIONS)
def test_reports_are_told_from_reviews(name: str) -> None:
    text = (REPORTS / f"{name}.md").read_text(encoding="utf-8")
    assert is_report(text)
    assert not is_report("## Executive Summary\n\nx\n\n## Findings\n\n### Suggestions\n\nNone.\n")


def test_the_oldest_form() -> None:
    parsed = report("g0")
    assert [(one.alias, one.title, one.credited) for one in parsed.findings] == [
        ("C1", "Expiry is skipped", ("Model A 4.6", "Model B 5")),
        ("S1", "Log the number", ("Model B 5",)),
    ]
    assert [(place.path, place.first, place.last) for place in parsed.findings[1].places] == [("cache.py", 52, 54)]
    assert [one.name for one in parsed.originals] == ["Model A 4.6", "Model B 5"]
    assert parsed.notes == (Passage(title="", text="- Read callers."),)


def test_numbers_become_ids_and_an_open_fence_swallows_no_reviewer() -> None:
    parsed = report("g2")
    assert [one.alias for one in parsed.findings] == ["I1", "I2"]
    assert "**twice** on save" in parsed.findings[0].text
    assert [(place.first, place.last) for place in parsed.findings[1].places] == [(85, 88), (114, 114)]
    assert [one.name for one in parsed.originals] == ["Model A 4.6", "Model B 5"]
    assert parsed.originals[1].text == "I have nothing."
    assert "Expiry" in parsed.previous
    assert parsed.strengths == "- Locks are paired [Model A 4.6]"
    assert parsed.concerns == ""
    assert parsed.row("PR").endswith("Cache \\| readings")


def test_retro_totals_resolution_and_reconciliation() -> None:
    parsed = report("g4")
    assert parsed.totals is not None
    assert parsed.totals.rows == (
        ("Duration", "3m 34s", "7m 26s"),
        ("Findings", "1I 1S", "1I"),
        ("**Totals**", "**1I 1S**", "**1I**"),
        ("Downgraded", "1 (I→S)", "0"),
        ("Dropped", "0", "2"),
    )
    assert parsed.closing == "Model A gave most."
    assert parsed.reconciliation.startswith("**Reconciliation** — Model A I2")
    assert parsed.resolution is not None
    assert [row.label for row in parsed.resolution.info] == ["Addressed", "Commit"]
    assert parsed.resolution.rows == (
        Resolved(ref="I1", title="Expiry is skipped", action="Fixed", reason=""),
        Resolved(ref="S2", title="Commit bundles two things", action="Skipped (squashed anyway)", reason="no need"),
        Resolved(ref="", title="Testing Gaps #3–#8", action="Test written", reason=""),
    )
    assert [one.credited for one in parsed.findings] == [
        ("Model A", "Model B (as S5)"),
        ("orchestrator",),
        ("Model A",),
    ]
    assert parsed.findings[1].notes == ("round 6 S3, unaddressed",)
    assert (parsed.findings[2].places, parsed.findings[2].notes) == ((), ("`1a2b3c4`",))


def test_the_newest_form() -> None:
    parsed = report("g6")
    first, second, third = parsed.findings
    assert "repro-output" in first.text
    assert first.text.endswith("**Fixed.**")
    assert (second.notes, third.struck) == (("round 1 S3, unaddressed",), True)
    assert parsed.since == "`src/cache.py` was rewritten."
    assert parsed.others == (Passage(title="A Section Of Its Own", text="With text."),)
    assert [(one.name, one.number) for one in parsed.originals] == [("Model A", 1), ("Model A", 2)]
    assert "### [Model B] — Pass 1" in parsed.originals[0].text
    assert parsed.originals[1] == Original(name="Model A", number=2, text="Again.")


def test_a_report_of_nothing() -> None:
    parsed = parse_report("")
    assert (parsed.findings, parsed.originals, parsed.resolution) == ((), (), None)
    assert parse_report(published_markdown(parsed)) == parsed


@pytest.mark.parametrize("text", ["# Resolution\n\n<h2>Nits</h2>\n\nx", "**Critical Issues**\n### It \nx"])
def test_headings_of_other_kinds_go_round(text: str) -> None:
    parsed = parse_report(text)
    assert parse_report(published_markdown(parsed)) == parsed


@pytest.mark.parametrize("under", ["### Executive Summary", "### Model A\n\nIt read all.", "#### Model A\n\nText."])
def test_a_retro_whose_headings_fall_towards_its_summary_goes_round(under: str) -> None:
    parsed = parse_report(f"# Agent Performance Retro\n{under}\n## Executive Summary\n\nIn short.")
    assert parsed.closing == "In short."
    assert [one.title for one in parsed.retro] == ["Model A"] * ("Model A" in under)
    assert parse_report(published_markdown(parsed)) == parsed


def test_a_retro_keeps_what_stands_under_a_heading_without_words() -> None:
    parsed = parse_report("# Agent Performance Retro\n\nFirst.\n\n## Executive Summary\n\nIn short.\n\n## #\n\nLast.")
    assert "Last." in published_markdown(parsed)


def test_a_heading_above_a_rule_is_not_underlined() -> None:
    parsed = parse_report("I1. **Title** — `src/a.py:3` [Model A]\n**Summary**\n---\n---\n**Summary**")
    assert parsed.findings[0].text == "#### **Summary**\n---\n**Summary**"
    assert parse_report(published_markdown(parsed)) == parsed


_HEADED = st.one_of(
    st.builds("{} {}".format, st.sampled_from(["#", "##", "###", "####", "######"]), st.sampled_from(HEADINGS)),
    st.sampled_from(HEADINGS).map("**{}**".format),
    st.sampled_from(HEADINGS).map("**{}:**".format),
)
_NOISE = st.text(alphabet="abC1.*`~#|[]()—-: \t_>\\/\u2028é", max_size=40)
_DOCUMENTS = st.lists(st.one_of(_HEADED, st.sampled_from(LINES), st.sampled_from(LINES), _NOISE), max_size=30)


@settings(max_examples=400, deadline=None)
@given(_DOCUMENTS.map("\n".join))
def test_whatever_parses_goes_round(text: str) -> None:
    parsed = parse_report(text)
    assert parse_report(published_markdown(parsed)) == parsed


def test_the_findings_of_real_reports(corpus: Path) -> None:
    """The bars: 99 % of published findings found and none made up; whole reports are rebuilt from their parts."""
    wanted = right = made_up = placed = 0
    for case in cases(corpus):
        parsed = parse_report(_rebuilt(case))
        assert parse_report(published_markdown(parsed)) == parsed
        found = list(parsed.findings)
        wanted += len(case["gold"]["findings"])
        for one in case["gold"]["findings"]:
            match = next((finding for finding in found if plain(finding.title) == plain(one["title"])), None)
            if match is not None:
                found.remove(match)
                right += match.severity.value == one["severity"]
                spots = [(spot["path"], spot["start"] or 0) for spot in one["location"] or ()]
                placed += spots == [(place.path, place.first) for place in match.places]
        made_up += len(found)
    assert wanted > 350
    assert right >= 0.99 * wanted
    assert placed >= 0.98 * wanted
    assert made_up <= 0.01 * wanted


_TITLES = {
    Severity.CRITICAL: "Critical Issues",
    Severity.IMPORTANT: "Important Issues",
    Severity.SUGGESTION: "Suggestions",
}


def _rebuilt(case: dict) -> str:  # type: ignore[type-arg]  # JSON of the corpus
    parts = [f"# Deep Review: {case['meta']['report_id']}", "## Executive Summary\n\nWords."]
    for severity, title in _TITLES.items():
        own = [one for one in case["gold"]["findings"] if one["severity"] == severity.value]
        parts.append(f"## {title}\n\n" + ("\n\n".join(f"{one['header']}\n\n{one['body']}" for one in own) or "None."))
    for part, title in (("testing", "Testing Assessment"), ("limitations", "Acknowledged Limitations")):
        texts = [one["text"] for one in case["gold"]["observations"] if one["region"] == part]
        parts.append(f"## {title}\n\n" + "\n\n".join(texts))
    originals = [f"### [{raw['model']}] — Pass {raw['pass']}\n\n{raw['text']}" for raw in case["raw"]]
    return "\n\n---\n\n".join((*parts, "\n\n".join(("## Appendix: Original Reviews", *originals)))) + "\n"


def test_classes_are_read(corpus: Path) -> None:
    classes = [finding.defect for case in cases(corpus) for finding in parse_report(_rebuilt(case)).findings]
    assert {DefectClass.REGRESSION, DefectClass.GAP} <= set(classes)


def test_what_a_finding_says_under_its_name_is_no_finding_of_its_own() -> None:
    told = "**Minor**: `a.py:3` the name g is not defined anywhere in this module."
    text = f"# Review\n\n## Suggestions\n\nS1. **`g` is not defined** — `a.py:3` [bob] (suggestion, gap)\n\n{told}\n"
    (finding,) = parse_report(text).findings
    assert (finding.alias, finding.text) == ("S1", told)
