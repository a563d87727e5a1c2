import random
from dataclasses import replace

import pytest

from deepreview.memory.alike import Known, Words
from deepreview.memory.notes import notes
from deepreview.memory.queue import UNUSED, by_decisions, contradictions, fold, fresh, overtaken, uses
from deepreview.model.change import Sha
from deepreview.model.claim import Observation, Section
from deepreview.model.finding import Fingerprint, State
from deepreview.model.memory import Decided, Deed, Expired, MemoryEntry, Note, Proposed, RepoRule, Seconded, Verb
from deepreview.model.report import Report
from deepreview.model.resolution import Resolution
from deepreview.testing.showcase import showcase

REPORT = showcase()

NOW = "2026-01-05T12:00:00+00:00"


def report(number: int, *texts: tuple[str, str], rules: tuple[RepoRule, ...] = ()) -> Report:
    told = tuple(Observation(reviewer=who, section=Section.NOTE, text=text) for who, text in texts)
    clock = replace(REPORT.clock, round_id=f"round-{number}")
    return replace(REPORT, clock=clock, observations=told, rules=rules, claims=())


def told(*reports: Report) -> list[Note]:
    return [note for one in reports for note in notes(one.observations, one.clock.round_id)]


def declined(finding: str, reason: str, round_id: str = "round-1") -> Resolution:
    return Resolution(
        fingerprint=Fingerprint(finding),
        state=State.DECLINED,
        by="Robin",
        at=NOW,
        reason=reason,
        commit=Sha(""),
        link="",
        round=round_id,
        proposed=False,
    )


def decided(number: int, deed: Deed, text: str = "") -> Decided:
    return Decided(number=number, deed=deed, by="Robin", at=NOW, text=text)


def test_one_note_of_several_reviewers_and_rounds_is_one_entry_that_names_all() -> None:
    rounds = [
        report(1, ("ada", "[repo] ADD Only one process writes the cache file."), ("bob", "[repo] ADD Use tabs in C.")),
        report(2, ("eve", "[repo] ADD The cache file: only one process writes it.")),
    ]
    new = fresh((), told(*rounds), (), NOW)
    first, second = fold(new)
    assert (first.note.reviewers, first.rounds) == (("ada", "eve"), ("round-1", "round-2"))
    assert (second.name, second.note.reviewers) == ("N2", ("bob",))
    assert fresh(new, told(*rounds), (), NOW) == ()


def test_an_opposite_or_a_removal_is_never_taken_for_the_same_note() -> None:
    said = ("[repo] ADD Always close the file handle.", "[repo] ADD Never close the file handle.")
    texts = [*said, "[repo] REMOVE Always close the file handle."]
    assert len(fold(fresh((), told(report(1, *(("ada", text) for text in texts))), (), NOW))) == 3


def test_a_rejected_note_said_again_stays_rejected_and_names_the_round() -> None:
    log: tuple[MemoryEntry, ...] = fresh((), told(report(1, ("ada", "[repo] ADD Only one process writes."))), (), NOW)
    log = (*log, decided(1, Deed.REJECT, "not true"))
    again = fresh(log, told(report(2, ("ada", "[repo] ADD Only one process ever writes!"))), (), NOW)
    (one,) = fold((*log, *again))
    assert not one.open
    assert one.rounds == ("round-1", "round-2")


def test_an_edited_note_waits_with_its_new_text_and_is_known_by_both() -> None:
    log: tuple[MemoryEntry, ...] = fresh((), told(report(1, ("ada", "[repo] ADD Only one process writes."))), (), NOW)
    log = (*log, decided(1, Deed.EDIT, "The daemon alone holds the lock."))
    (one,) = fold(log)
    assert one.open
    assert one.note.text == "The daemon alone holds the lock."
    both = [("bob", "[repo] ADD Only one process writes."), ("eve", "[repo] ADD The daemon alone holds the lock.")]
    (one,) = fold((*log, *fresh(log, told(report(2, *both)), (), NOW)))
    assert one.note.reviewers == ("ada", "bob", "eve")


def test_entries_of_a_note_whose_line_is_lost_and_of_rules_change_nothing() -> None:
    gone = Seconded(number=7, reviewers=("ada",), round="round-1", at=NOW)
    assert fold((gone, decided(7, Deed.ACCEPT), Expired(rule="R1", by="Robin", at=NOW))) == ()


def test_three_findings_declined_for_one_reason_make_a_note_with_its_evidence_and_two_do_not() -> None:
    said = [
        declined("a", "embedded with a single user"),
        declined("b", "Single user, embedded."),
        declined("c", "It is embedded, with one single user"),
        declined("d", "other reason entirely"),
    ]
    (note,) = by_decisions(said, Words())
    assert note.text == "embedded with a single user"
    assert [line.split()[0] for line in note.evidence] == ["a", "b", "c"]
    assert by_decisions(said[:2], Words()) == ()
    assert by_decisions([replace(one, proposed=True) for one in said], Words()) == ()
    assert by_decisions([replace(one, state=State.DEFERRED) for one in said], Words()) == ()


def test_one_finding_declined_in_three_rounds_counts_too_and_thrice_in_one_round_does_not() -> None:
    reason = "embedded with a single user"
    assert len(by_decisions([declined("a", reason, f"round-{n}") for n in range(3)], Words())) == 1
    assert by_decisions([declined("a", reason)] * 3, Words()) == ()


def some_notes(number: int) -> list[Note]:
    """Notes of a few dozen words, many of which are alike."""
    dice = random.Random(number)
    words = [f"{start}{end}" for start in ("cach", "gaug", "pump", "valv", "meter") for end in "abcdefgh"]
    turns = ("", "", "", "never ", "must ")
    texts = [dice.choice(turns) + " ".join(dice.choices(words, k=dice.randint(0, 9))) for _ in range(number // 2)]
    texts += [" ".join(text.split()[: dice.randint(3, 9)]) for text in texts]
    return [Note(verb=dice.choice((Verb.ADD, Verb.ADD, Verb.REMOVE)), text=text) for text in texts]


def test_a_note_is_found_under_the_number_that_a_look_at_all_would_find() -> None:
    words, notes_ = Words(), some_notes(600)
    known, all_, found = Known(words, notes_), dict[int, Note](), 0
    for at, note in enumerate(notes_):
        slow = next((n for n, one in all_.items() if one.verb is note.verb and words.same(one.text, note.text)), None)
        assert known.number(note) == slow
        found += slow is not None
        if slow is None:
            all_[at] = note
            known.add(at, note)
    assert 100 < found < 500


def test_few_of_many_notes_are_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    compared, same = [0], Words.same

    def counted(words: Words, one: str, other: str) -> bool:
        compared[0] += 1
        return same(words, one, other)

    monkeypatch.setattr(Words, "same", counted)
    dice = random.Random(7)
    names = ["".join(dice.choices("abcdefghijklmnopqrstuvwxyz", k=6)) for _ in range(900)]
    shape = "The {} calls no handler of {} without its lock, since {} and {} wait for it"
    many = [Note(verb=Verb.ADD, text=shape.format(*dice.sample(names, 4))) for _ in range(2000)]
    assert len(fresh((), many, (), NOW)) > 1800
    assert 0 < compared[0] < 2000 * 50


def test_a_rules_use_is_counted_from_the_rounds() -> None:
    rules = (RepoRule(id="R1", text="one"), RepoRule(id="R2", text="two"))
    rounds = [report(n, rules=rules) for n in range(UNUSED)]
    rounds[4] = report(4, ("ada", "left out [rule R1]"), ("bob", "[rule R1] too"), rules=rules)
    one, two = uses(rules, rounds)
    assert (one.given, one.cited, one.last, one.unused) == (UNUSED, 2, "round-4", False)
    assert (two.given, two.cited, two.last, two.unused) == (UNUSED, 0, "", True)
    assert not uses(rules, rounds[1:])[1].unused


def test_opposites_and_what_asks_to_change_a_rule_are_shown() -> None:
    rules = (
        RepoRule(id="R1", text="Always close the file handle."),
        RepoRule(id="R2", text="Never close the file handle."),
        RepoRule(id="R3", text="Use tabs in generated code."),
    )
    asked = Note(verb=Verb.REMOVE, text="", target="R3")
    against = Note(verb=Verb.ADD, text="Do not use tabs in generated code.")
    queue = fold(Proposed(number=n, note=note, at=NOW) for n, note in enumerate((asked, against), 1))
    assert contradictions(rules, queue) == (
        "R1 and R2 say opposite things",
        "N1 asks to remove R3",
        "N2 and R3 say opposite things",
    )
    assert contradictions(rules[1:], ()) == ()


def test_a_rule_that_came_from_declining_what_was_fixed_later_is_shown() -> None:
    said = [declined(name, "embedded with a single user") for name in "abc"]
    new = fresh((), (), said, NOW)
    queue = fold((*new, replace(decided(1, Deed.ACCEPT, "One user."), rule="R1")))
    rules = [RepoRule(id="R1", text="One user.")]
    acted = replace(said[1], state=State.FIXED)
    assert overtaken(rules, queue, said) == ()
    assert overtaken(rules, queue, [*said, replace(acted, proposed=True)]) == ()
    assert overtaken(rules, queue, [*said, acted]) == ("R1 came from declining b, which is fixed now",)
    assert overtaken([], queue, [*said, acted]) == ()
    assert overtaken(rules, fold(new), [*said, acted]) == ()
