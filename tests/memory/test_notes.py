import pytest

from deepreview.memory.notes import AUTHOR, LONGEST, MOST, cited, notes, notes_of_published
from deepreview.model.claim import Observation, Section
from deepreview.model.memory import Verb
from deepreview.parse.published import parse_report


def said(text: str, reviewer: str = "ada") -> Observation:
    return Observation(reviewer=reviewer, section=Section.NOTE, text=text)


def found(text: str) -> list[tuple[str, str, str]]:
    return [(note.verb.value, note.target, note.text) for note in notes([said(text)])]


@pytest.mark.parametrize(
    ("line", "note"),
    [
        ("[repo] ADD One process writes.", ("add", "", "One process writes.")),
        ("- [ ] [repo] **ADD** One process writes.", ("add", "", "One process writes.")),
        ("* [+] **[repo]** One process writes.", ("add", "", "One process writes.")),
        ("2. `[repo]` update R3: two write.", ("update", "R3", "two write.")),
        ("> - [repo] UPDATE [rule R3] two write.", ("update", "R3", "two write.")),
        ("- [repo] REMOVE R12", ("remove", "R12", "")),
        ("- [repo] REMOVE the rule on writers", ("remove", "", "the rule on writers")),
        ("- [repo] ADD R3 is a register", ("add", "", "R3 is a register")),
    ],
)
def test_every_form_of_a_note_is_read(line: str, note: tuple[str, str, str]) -> None:
    assert found(f"**Review Process Notes**\n\n{line}\n\nEnd.") == [note]


def test_wrapped_lines_are_one_note_up_to_the_next_item_or_gap() -> None:
    text = "- [repo] ADD one\n  and two\nand three\n- other\n[repo] four\n\nfive"
    assert found(text) == [("add", "", "one and two and three"), ("add", "", "four")]


def test_what_only_mentions_the_word_is_no_note() -> None:
    assert found("It says `[repo]` in the middle.\nsee [repo] ADD x") == []


def test_control_characters_are_shown_and_a_huge_note_is_cut() -> None:
    ((_, _, text),) = found("[repo] ADD \x1b[31mred\u202e\x85 end")
    assert "\x1b" not in text
    assert "\u202e" not in text
    ((_, _, text),) = found("[repo] ADD " + "long " * 100_000)
    assert len(text) == LONGEST + 1


def test_a_reviewer_has_so_many_notes_and_no_more_and_its_repetitions_count_once() -> None:
    many = said("\n".join(f"[repo] ADD note {number}" for number in range(10_000)))
    other = said("[repo] ADD mine", "bob")
    told = notes([said("[repo] ADD note 0"), many, other], "round-1")
    assert [note.reviewers for note in told].count(("ada",)) == MOST
    assert told[-1].reviewers == ("bob",)
    assert {note.round for note in told} == {"round-1"}
    assert {note.verb for note in told} == {Verb.ADD}


def test_citations_count_once_in_each_text() -> None:
    assert cited([], [said("[rule R3] and [Rule R3], not R4"), said("see [rule R3]")]) == ("R3", "R3")


PUBLISHED = """\
# Deep Review: boiler

## Review Process Notes

### Repo context updates

- [ ] [repo] ADD Only the daemon writes,
  and it alone.
- [+] [repo] UPDATE R3: two write.

## Appendix: Original Reviews

### [Model A] — Pass 1

#### Repo context updates

- [repo] REMOVE R7

### [Model B] — Pass 1

Nothing about the [repo] as such.
"""


def test_an_imported_report_proposes_what_its_author_and_its_reviewers_wrote() -> None:
    told = notes_of_published(parse_report(PUBLISHED), "20250105-pr-12")
    assert [(note.reviewers, note.verb.value, note.target, note.text, note.round) for note in told] == [
        (("Model A",), "remove", "R7", "", "20250105-pr-12"),
        ((AUTHOR,), "add", "", "Only the daemon writes, and it alone.", "20250105-pr-12"),
        ((AUTHOR,), "update", "R3", "two write.", "20250105-pr-12"),
    ]
