from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deepreview.context.repo_rules import BEGIN, END, in_force, parse, unused, without, written
from deepreview.context.rules import rules
from deepreview.errors import UsageError
from deepreview.model.change import RepoPath
from deepreview.model.memory import RepoRule
from deepreview.testing.desk import MemoryTree, as_bytes

words = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1).filter(
    lambda word: "<!--" not in word and "-->" not in word and not word.isspace() and len(word.split()) == 1
)
globs = st.text("abc*?[]/._-", min_size=1)
some = st.builds(
    RepoRule,
    id=st.integers(1, 99_999).map(lambda number: f"R{number}"),
    text=st.lists(words, min_size=1, max_size=6).map(" ".join),
    paths=st.lists(globs, max_size=3).map(tuple),
    until=st.just("") | st.dates().map(date.isoformat),
    pr=st.integers(0, 99_999),
)
around = st.text(st.characters(codec="utf-8")).filter(lambda text: "<!--" not in text)


@given(st.lists(some, max_size=5, unique_by=lambda rule: rule.id), around)
def test_what_is_written_is_read_and_all_else_stays(every: list[RepoRule], before: str) -> None:
    text = before
    for rule in every:
        text = written(text, rule)
        assert text.startswith(before)
    assert parse(text) == tuple(every)
    assert parse(without(text, [rule.id for rule in every])) == ()
    for rule in every:
        assert written(text, rule).replace("\r\n", "\n") == text.replace("\r\n", "\n")


@given(around, around, some)
def test_a_rule_added_and_removed_leaves_the_file_as_it_was(before: str, after: str, rule: RepoRule) -> None:
    text = f"{before}\n{BEGIN}\nby hand\n- no rule\n{END}\n{after}"
    added = written(text, rule)
    assert parse(added) == (rule,)
    assert without(added, [rule.id]) == text


@given(st.text(), st.text())
def test_any_file_can_be_read_and_nothing_is_taken_for_a_rule_outside_the_section(one: str, other: str) -> None:
    parse(f"{BEGIN}\n{one}\n{END}\n{other}")
    assert parse(f"- R1: text\n{BEGIN}\n{END}\n- R2: text") == ()


def test_a_rule_edited_by_hand_is_as_it_stands_there() -> None:
    text = f"# Ours\n\n{BEGIN}\n\n* R2 (until 2026-01-31;pr #12): Text that\n  goes on.\n- R2: again\n{END}\n"
    assert parse(text) == (RepoRule(id="R2", text="Text that goes on.", until="2026-01-31", pr=12),)
    assert without(text, ["R2"]) == f"# Ours\n\n{BEGIN}\n\n{END}\n"


@pytest.mark.parametrize("text", ["", "two\nlines", f"x {END}", "<!-- x", "a  b", "x" * 1001])
def test_a_text_that_would_break_out_of_its_line_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="cannot be a rule"):
        written("", RepoRule(id="R1", text=text))


def test_a_path_that_would_break_out_of_its_brackets_is_refused() -> None:
    with pytest.raises(UsageError, match="cannot be a path"):
        written("", RepoRule(id="R1", text="x", paths=("a); pr 1",)))


def test_a_rule_holds_for_its_paths_its_pull_request_and_up_to_its_last_day() -> None:
    rule = RepoRule(id="R1", text="x", paths=("src/*.py",), until="2026-01-05", pr=12)
    assert in_force(rule, ["src/deep/a.py"], 12, date(2026, 1, 5))
    assert not in_force(rule, ["docs/a.py"], 12, date(2026, 1, 5))
    assert not in_force(rule, ["src/a.py"], 13, date(2026, 1, 5))
    assert not in_force(rule, ["src/a.py"], 12, date(2026, 1, 6))


@pytest.mark.parametrize("until", ["1 March", "12/31/2026", "", "2026"])
def test_an_end_that_is_no_date_has_not_passed(until: str) -> None:
    assert in_force(RepoRule(id="R1", text="x", until=until), ["a.py"], 0, date(2027, 1, 5))


def test_a_mark_of_the_byte_order_hides_no_rules() -> None:
    assert [rule.id for rule in parse(f"\ufeff{BEGIN}\r\n- R1: x\r\n{END}\r\n")] == ["R1"]


def test_a_new_id_is_one_that_the_file_can_hold_whatever_a_record_claims() -> None:
    assert unused([]) == "R1"
    assert unused(["R2", "x", "", "R", "R1.5", "R0", f"R{'9' * 5000}"]) == "R3"
    assert unused(["R1", "R999999"]) == "R2"


def test_reviewers_are_given_the_text_by_hand_and_only_the_rules_that_are_in_force() -> None:
    text = f"By hand.\n\n{BEGIN}\n- R1 (paths docs/*): of docs\n- R2: of all\n- R3 (until 2026-01-04): over\n{END}\n"
    tree = MemoryTree(as_bytes({"deep-review-context.md": text}))
    (found,) = rules(tree, [RepoPath("src/a.py")], 0, date(2026, 1, 5))
    assert [rule.id for rule in found.accepted] == ["R2"]
    assert found.text == f"By hand.\n\n{BEGIN}\n- R2: of all\n{END}"


def test_a_rule_that_is_cut_away_is_not_said_to_be_given() -> None:
    many = "".join(f"- R{number}: {'word ' * 100}\n" for number in range(1, 101))
    (found,) = rules(MemoryTree(as_bytes({"deep-review-context.md": f"{BEGIN}\n{many}{END}\n"})), [])
    ids = [rule.id for rule in found.accepted]
    assert ids
    assert len(ids) < 100
    assert f"- {ids[-1]}: " in found.text
