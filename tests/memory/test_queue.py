from dataclasses import replace

from deepreview.memory.alike import Words
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
    new = fresh((), rounds, (), NOW)
    first, second = fold(new)
    assert (first.note.reviewers, first.rounds) == (("ada", "eve"), ("round-1", "round-2"))
    assert (second.name, second.note.reviewers) == ("N2", ("bob",))
    assert fresh(new, rounds, (), NOW) == ()


def test_an_opposite_or_a_removal_is_never_taken_for_the_same_note() -> None:
    told = ("[repo] ADD Always close the file handle.", "[repo] ADD Never close the file handle.")
    texts = [*told, "[repo] REMOVE Always close the file handle."]
    assert len(fold(fresh((), [report(1, *(("ada", text) for text in texts))], (), NOW))) == 3


def test_a_rejected_note_said_again_stays_rejected_and_names_the_round() -> None:
    log: tuple[MemoryEntry, ...] = fresh((), [report(1, ("ada", "[repo] ADD Only one process writes."))], (), NOW)
    log = (*log, decided(1, Deed.REJECT, "not true"))
    again = fresh(log, [report(2, ("ada", "[repo] ADD Only one process ever writes!"))], (), NOW)
    (one,) = fold((*log, *again))
    assert not one.open
    assert one.rounds == ("round-1", "round-2")


def test_an_edited_note_waits_with_its_new_text_and_is_known_by_both() -> None:
    log: tuple[MemoryEntry, ...] = fresh((), [report(1, ("ada", "[repo] ADD Only one process writes."))], (), NOW)
    log = (*log, decided(1, Deed.EDIT, "The daemon alone holds the lock."))
    (one,) = fold(log)
    assert one.open
    assert one.note.text == "The daemon alone holds the lock."
    both = [("bob", "[repo] ADD Only one process writes."), ("eve", "[repo] ADD The daemon alone holds the lock.")]
    (one,) = fold((*log, *fresh(log, [report(2, *both)], (), NOW)))
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
