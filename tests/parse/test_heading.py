import pytest
from hypothesis import given
from hypothesis import strategies as st

from deepreview.model.claim import DefectClass, Severity
from deepreview.parse.heading import FindingHeading, finding_heading, heading_line
from deepreview.parse.lead import Mark

CRITICAL, IMPORTANT, SUGGESTION = Severity


def read(line: str) -> FindingHeading:
    found = finding_heading(line)
    assert found is not None
    return found


@pytest.mark.parametrize(
    "line",
    [
        "I3. **It breaks** — `a.py:3-4` (important, gap)",
        "I3. **It breaks** — `a.py:3-4` `(important, gap)`",
        "I3. **It breaks** — `a.py:3-4` *(important, gap)*",
        "I3. **It breaks** (important, gap) — `a.py:3-4`",
        "**I3. It breaks** — `a.py:3-4` (important, gap)",
        "**I3. It breaks — `a.py:3-4`** (important, gap)",
        "**I3. It breaks — `a.py:3-4` (important, gap)**",
        "**I3 — It breaks** `a.py:3-4` (important, gap)",
        "### I3. It breaks — `a.py:3-4` (important, gap)",
        "#### **I3: It breaks** — `a.py:3-4` (important, gap)",
        "- **I3**: It breaks — `a.py:3-4` (important, gap)",
        "[I3] **It breaks** — `a.py:3-4` (important, gap)",
        "I3. It breaks — a/b/../a.py (important, gap)".replace("a/b/../a.py", "`a.py:3-4`"),
    ],
)
def test_one_finding_in_many_forms(line: str) -> None:
    found = read(line)
    assert (found.mark, found.severity, found.number) == (Mark.LETTER, IMPORTANT, 3)
    assert found.title == "It breaks"
    assert [(place.path, place.first, place.last) for place in found.places] == [("a.py", 3, 4)]
    assert (found.tagged, found.defect) == (IMPORTANT, DefectClass.GAP)


@pytest.mark.parametrize(
    ("line", "severity"),
    [
        ("### **[CRITICAL] a.py:38 — It breaks**", CRITICAL),
        ("**[IMPORTANT] a.py:38 — It breaks** [Model A]", IMPORTANT),
        ("**CRITICAL** a.py:38 — It breaks", CRITICAL),
        ("**[SUGGESTION] It breaks** — `a.py:38`", SUGGESTION),
        ("Important #2: It breaks — `a.py:38`", IMPORTANT),
        ("[HIGH] It breaks — `a.py:38`", IMPORTANT),
        ("**Minor:** It breaks — `a.py:38`", SUGGESTION),
    ],
)
def test_the_severity_may_be_a_word_and_the_place_may_come_first(line: str, severity: Severity) -> None:
    found = read(line)
    assert (found.mark, found.severity, found.title) == (Mark.WORD, severity, "It breaks")
    assert [(place.path, place.first) for place in found.places] == [("a.py", 38)]


def test_a_published_heading_names_its_finders_and_rounds() -> None:
    line = "~~I7. **`f` stalls** — `a.py:3`, `b.py` [Model A, Model B (as S5)] [Model C] (round 6 S3, unaddressed)~~"
    found = read(line)
    assert found.credited == ("Model A", "Model B (as S5)", "Model C")
    assert found.notes == ("round 6 S3, unaddressed",)
    assert found.struck
    assert found.title == "`f` stalls"


def test_code_may_hold_stars_dashes_and_brackets() -> None:
    found = read("S1. **`a ** b` and `x — y` and `l[0]`** — `a.py:3` [Model A]")
    assert found.title == "`a ** b` and `x — y` and `l[0]`"
    assert found.credited == ("Model A",)


def test_a_dash_in_the_title_stays_there() -> None:
    assert read("1. **Only amd64 — arm64 fails** — `a.yaml:3` (important, gap)").title == "Only amd64 — arm64 fails"


def test_a_place_in_the_title_counts_where_no_other_is_named() -> None:
    found = read("S10. **`docs/a.md:3-9` still describes the old way** — [Model A]")
    assert [(place.path, place.first) for place in found.places] == [("docs/a.md", 3)]


@pytest.mark.parametrize(
    "line",
    ["text", "Important issues remain", "I am here", "Suggestion: none", "- item", "C is fast", "**Fix:** x", "", "# "],
)
def test_what_is_no_finding(line: str) -> None:
    found = finding_heading(line)
    assert found is None or (found.mark in {Mark.BARE, Mark.NUMBER, Mark.WORD} and not found.sure)


@given(st.text(alphabet="IS1. *`—-:[]()~#abpy./,0123", max_size=120))
def test_what_is_read_from_our_own_line_is_stable(text: str) -> None:
    found = finding_heading(text)
    for _ in range(4):
        if found is None:
            return
        again = finding_heading(heading_line(found, "I1"))
        if again == found:
            return
        found = again
    assert found is None, "a heading never settles"


@pytest.mark.parametrize(
    "line", ["### 7. ~~`f` stalls~~", "7. ~~**`f` stalls**~~ — `a.py:3`", "S7. **~~`f` stalls~~** — `a.py:3`"]
)
def test_what_is_struck_out_behind_its_number_is_struck_out(line: str) -> None:
    found = read(line)
    assert (found.struck, found.title) == (True, "`f` stalls")


@pytest.mark.parametrize(
    "line", ["### 7. ~~`f` stalls", "### 7. ~~`f`~~ `g` stalls", "### 7. `f` stalls ~~now~~ at once"]
)
def test_a_part_that_is_struck_out_withdraws_nothing(line: str) -> None:
    assert not read(line).struck
