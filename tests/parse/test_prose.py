"""What stands in reviews and is no finding."""

import pytest

from deepreview.model.claim import Claim
from deepreview.parse.review import Author, parse_review

FINDING = "## Important Issues\n\nI1. **It breaks** — `a.py:3` (important, gap)\n\nText.\n\n"
LEGEND = "- **Critical**: data is lost\n- **Important**: it is wrong\n- **Suggestion**: a stale name\n\n"


def claims(text: str) -> tuple[Claim, ...]:
    return parse_review(text, Author(name="model-a", family="maker")).claims


@pytest.mark.parametrize(
    "text",
    [
        LEGEND,
        "## Severity levels\n\n- 🔴 Critical: breaks\n- 🟠 High: is bad\n- 🟡 Minor: could be better\n",
        "| Severity | Description |\n|---|---|\n| Critical | Data loss |\n| Low | Style |\n",
        "## Summary\n\n| Severity | Issues |\n|---|---|\n| Critical | None found |\n| Low | 3 issues in docs |\n",
        "## Walkthrough\n\n| File | Summary |\n|---|---|\n| `a.py` | Reads the cache |\n| `b.py` | Writes it |\n",
        "Changes:\n\n| File | Description |\n|---|---|\n| `a.py` | Reads the cache |\n",
        "- `logfile.Rotate`: 4 new test cases that cover the core.\n",
        "`cases/ID.json`: 64 published reports.\n",
        "st.lists(st.integers(0, 3), min_size=8)\n",
        "- `error` <Error> What was thrown.\n",
        "## Strengths\n\n- **High test coverage** — `a_test.py:3`\n1. **Nice** — `b.py:4` (important, gap)\n",
        "## Critical Issues\n\n**None found.**\n\n## Suggestions\n\n### None\n",
    ],
)
def test_prose_states_no_finding(text: str) -> None:
    assert claims(text) == ()


@pytest.mark.parametrize(
    "more",
    [
        "## Conclusion\n\n**Critical:** 0\n**Important:** 1\n**Suggestions:** many\n",
        "1. **Open the file** in `a.py:3`\n2. **Close it** in `a.py:4`\n",
        "> C1. **Quoted** — `x.py:3`\n",
        "```md\n## Critical\n\nC1. **Quoted** — `x.py:3`\n```\n",
        "```text\nC1. **Quoted** — `x.py:3`\n```\n\nMore.\n\n```go\nx\n```\n",
        "## Suggestions\n\nNone.\n\n## Recommendations\n\n1. **Mend the lock** in `a.go:3`\n2. **Add tests**\n",
    ],
)
def test_what_follows_a_finding_and_is_none(more: str) -> None:
    assert [claim.title for claim in claims(FINDING + more)] == ["It breaks"]


def test_a_legend_above_the_findings_is_none_of_them() -> None:
    assert [claim.title for claim in claims(LEGEND + FINDING)] == ["It breaks"]


def test_findings_that_are_named_by_their_severity_alone_are_no_legend() -> None:
    text = "**Critical:** It loses rows\n\nIn `a.py:3`.\n\n**Minor:** A name is stale — `b.py:4`\n"
    assert [claim.title for claim in claims(text)] == ["It loses rows", "A name is stale"]


@pytest.mark.parametrize("count", ["0", "none", "3 issues", "many"])
def test_a_count_by_severity_is_no_finding(count: str) -> None:
    text = f"## Findings\n\n### [HIGH] It breaks — `a.py:3`\n\nText.\n\nIn sum:\n\n- **Critical:** {count}\n"
    assert [claim.title for claim in claims(text)] == ["It breaks"]


def test_a_list_within_a_numbered_finding_does_not_go_on_with_the_findings() -> None:
    text = "## Important\n\n1. **It breaks** — `a.py:3` (important, gap)\n\n1. `a.py:4` opens.\n2. `a.py:5` closes.\n\n"
    text += "2. **It leaks** — `b.py:1` (important, gap)\n"
    assert [claim.title for claim in claims(text)] == ["It breaks", "It leaks"]
