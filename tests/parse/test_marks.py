"""What marks a finding as one, its place and its weight, beside the marks that reports of this kind use."""

import pytest

from deepreview.parse.review import Author, parse_review

UNDER = "## Important Issues\n\n{}\n\nIt is printed.\n"


def told(text: str) -> list[str]:
    """Each claim as `severity title path:first-last, …`."""
    return [
        f"{claim.severity.value} {claim.title} "
        + ", ".join(
            f"{at.path}{f':{at.first}' if at.first else ''}{f'-{at.last}' if at.last != at.first else ''}"
            for at in claim.places
        )
        for claim in parse_review(text, Author(name="me", family="me")).claims
    ]


IDS = "F1. F1: [F1] F-1. F-001 A1. R1. W1. X1. SEC-1. CR-1: BUG-1: I.1 R2-I1. claude-I1. **F1** **F1**: **[F1]**"


@pytest.mark.parametrize("own", [*IDS.split(), "Finding F1:", "Issue #1:", "### F1.", "- F1."])
def test_an_id_of_any_letters_is_no_part_of_the_title(own: str) -> None:
    line = f"{own} **Token leaks** — `a.rs:10-12` (important, gap)"
    assert told(UNDER.format(line)) == ["important Token leaks a.rs:10-12"]


@pytest.mark.parametrize("title", ["UTF-8: names are cut", "SHA1 is used for tokens", "HTTP/2: the stream stays open"])
def test_a_name_with_a_number_is_of_the_title(title: str) -> None:
    assert told(UNDER.format(f"I1. **{title}** — `a.rs:3`")) == [f"important {title} a.rs:3"]
    assert told(UNDER.format(f"### {title} — `a.rs:3`")) == [f"important {title} a.rs:3"]


def test_ids_that_are_counted_through_all_sections() -> None:
    text = "".join(
        f"## {name}\n\n{name[0]}{number}. **{name} leaks** — `a.rs:{number}`\n\nText.\n\n"
        for number, name in enumerate(("High", "Medium", "Low"), 1)
    )
    assert told(text) == [
        "important High leaks a.rs:1",
        "suggestion Medium leaks a.rs:2",
        "suggestion Low leaks a.rs:3",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "# Code Review\n\n### 1. Token leaks\n- **Severity**: High\n- **Location**: `a.rs:10`\n- **Impact**: It is.\n",
        "### 1. Token leaks\n\n**Severity:** High\n**Location:** `a.rs:10`\n\nIt is printed.\n",
        "### Token leaks\n\n**File:** `a.rs:10`\n**Severity:** High\n\nIt is printed.\n",
        "### 🟠 Token leaks — `a.rs:10`\n\nIt is printed.\n",
        "H1. **Token leaks** — `a.rs:10`\n\nIt is printed.\n",
        "## Important Issues\n\n<details>\n<summary>I1. Token leaks — a.rs:10</summary>\n\nText.\n\n</details>\n",
        "## Warning\n\n1. **Token leaks** — `a.rs:10`\n\nText.\n",
        "## Should be addressed\n\n1. **Token leaks** — `a.rs:10`\n\nText.\n",
        "## Should be resolved before merge\n\n1. **Token leaks** — `a.rs:10`\n\nText.\n",
        *(
            UNDER.format(f"### Token leaks\n\n**{label}:** `a.rs:10`")
            for label in ["Where", "Path", "Affected", "Source", "Code", "Ref", "Reference", "At", "Location", "File"]
        ),
        UNDER.format("### Token leaks\n\n**Location:** `a.rs:10`\n\nText.\n\n**Trigger:** `src/x.rs:1` runs."),
    ],
)
def test_one_important_finding(text: str) -> None:
    assert told(text) == ["important Token leaks a.rs:10"]


def test_sections_by_module_hold_findings_that_begin_with_a_word() -> None:
    text = "## Auth module\n\n**High:** No signature is checked.\n\n## Net module\n\n**High:** Retry never ends.\n"
    assert told(text) == ["important No signature is checked. ", "important Retry never ends. "]


@pytest.mark.parametrize("line", ["#*", "**!**"])
def test_marks_alone_are_no_title(line: str) -> None:
    assert told(f"**Critical Issues**\n\n{line}\n") == []


def test_what_must_be_mended_before_the_merge_is_critical() -> None:
    assert told("## Must fix before merge\n\n1. **A** — `a.rs:1`\n\nText.\n") == ["critical A a.rs:1"]


@pytest.mark.parametrize(
    ("first", "second"), [("Issues worth fixing", "Small things"), ("Important Issues", "Other Observations")]
)
def test_whole_findings_count_under_any_heading(first: str, second: str) -> None:
    text = f"## {first}\n\n1. **A** — `a.rs:1` (important, gap)\n\nText.\n\n"
    text += f"## {second}\n\n1. **B** — `b.rs:5` (suggestion, gap)\n\nText.\n"
    assert told(text) == ["important A a.rs:1", "suggestion B b.rs:5"]


@pytest.mark.parametrize(
    "heading", ["Considered and rejected", "Findings of earlier rounds", "Resolved", "Not reported"]
)
def test_what_a_heading_takes_back_is_no_finding(heading: str) -> None:
    taken = f"## {heading}\n\nS1. **B** — `b.rs:5` (suggestion, gap)\n\nText.\n"
    assert told(f"{UNDER.format('I1. **A** — `a.rs:1`')}\n{taken}") == ["important A a.rs:1"]


@pytest.mark.parametrize(
    ("written", "place"),
    [
        ("`app/[id]/page.tsx:10`", "app/[id]/page.tsx:10"),
        ("`app/(auth)/page.tsx:10`", "app/(auth)/page.tsx:10"),
        ("https://github.com/a/b/blob/abc1234/src/auth.rs#L10-L12", "src/auth.rs:10-12"),
        ("[`auth.rs`](https://gitlab.com/a/b/-/blob/main/src/auth.rs#L10-12)", "src/auth.rs:10-12"),
        ("`docs/a b.md:3`", "docs/a b.md:3"),
        ("`src/auth.rs: lines 10-12`", "src/auth.rs:10-12"),
        ("`src/auth.rs::login` (line 10)", "src/auth.rs:10"),
        ("`src/auth.rs:10+`", "src/auth.rs:10"),
        ("`src/auth.rs:10~12`", "src/auth.rs:10-12"),
        ("`src/auth.rs:10:5-12:8`", "src/auth.rs:10-12"),
        ("`src/auth.rs` ~L10", "src/auth.rs:10"),
        ("`src/auth.rs` ll. 10-12", "src/auth.rs:10-12"),
        ("`src/auth.rs` starting at line 10", "src/auth.rs:10"),
    ],
)
def test_places_in_less_usual_words(written: str, place: str) -> None:
    assert told(UNDER.format(f"I1. **Token leaks** — {written}")) == [f"important Token leaks {place}"]


@pytest.mark.parametrize("command", ["run src/a.py -x b.py:3", "python -m a/b c.py:3", "git diff a/b"])
def test_a_command_is_no_path_with_blanks(command: str) -> None:
    assert told(UNDER.format(f"I1. **Token leaks** — `{command}`"))[0].split()[-1] in {"leaks", "b.py:3", "c.py:3"}
