"""The queue: what is new in the rounds, and what stands after all that was decided. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import assert_never

from deepreview.memory.alike import Known, Words
from deepreview.memory.notes import cited
from deepreview.model.finding import State
from deepreview.model.memory import Decided, Deed, Expired, MemoryEntry, Note, Proposed, RepoRule, Seconded, Verb
from deepreview.model.report import Report
from deepreview.model.resolution import Resolution

ENOUGH = 3
"""Decisions for one reason that make a note."""
_ACTED = frozenset({State.FIXED, State.DOCUMENTED})
UNUSED = 10
"""Rounds a rule is given to without being cited before it is called unused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A note of the queue as it stands."""

    number: int
    note: Note
    """With all who said it, and with its text as edited."""
    rounds: tuple[str, ...]
    decided: Decided | None = None
    """The decision that counts; an edited note still waits."""

    @property
    def name(self) -> str:
        """`N1`."""
        return f"N{self.number}"

    @property
    def open(self) -> bool:
        """Whether somebody has still to decide."""
        return self.decided is None or self.decided.deed is Deed.EDIT


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """How a rule was used."""

    rule: RepoRule
    given: int
    """Rounds whose reviewers were given it."""
    cited: int
    """Claims and observations that cite it."""
    last: str
    """The newest round that cites it; empty for none."""

    @property
    def unused(self) -> bool:
        """Whether many rounds had it and none needed it."""
        return self.given >= UNUSED and not self.cited


def fold(entries: Iterable[MemoryEntry]) -> tuple[Waiting, ...]:
    """The notes as they stand, in the order of their numbers."""
    found: dict[int, Waiting] = {}
    for entry in entries:
        match entry:
            case Proposed():
                rounds = (entry.note.round,) if entry.note.round else ()
                found.setdefault(entry.number, Waiting(number=entry.number, note=entry.note, rounds=rounds))
            case Seconded() if known := found.get(entry.number):
                found[known.number] = _seconded(known, entry)
            case Decided() if known := found.get(entry.number):
                found[known.number] = _decided(known, entry)
            case Seconded() | Decided() | Expired():  # of a note whose own line is lost, or of a rule
                pass
            case _:
                assert_never(entry)
    return tuple(found[number] for number in sorted(found))


def _seconded(known: Waiting, entry: Seconded) -> Waiting:
    reviewers = tuple(dict.fromkeys((*known.note.reviewers, *entry.reviewers)))
    rounds = tuple(dict.fromkeys((*known.rounds, entry.round)))
    return replace(known, note=replace(known.note, reviewers=reviewers), rounds=rounds)


def _decided(known: Waiting, entry: Decided) -> Waiting:
    changed = entry.deed is not Deed.REJECT and entry.text
    note = replace(known.note, text=entry.text) if changed else known.note
    return replace(known, note=note, decided=entry)


def fresh(
    entries: Sequence[MemoryEntry], told: Iterable[Note], said: Sequence[Resolution], at: str
) -> tuple[MemoryEntry, ...]:
    """What the notes of the rounds and the decisions bring that the log does not have yet."""
    words, standing = Words(), fold(entries)
    notes = [*told, *by_decisions(said, words)]
    known = Known(words, notes)
    for entry in entries:
        if isinstance(entry, Proposed):
            known.add(entry.number, entry.note)
    for one in standing:  # by its text as it was edited, too
        known.add(one.number, one.note)
    seen = {(one.number, name, r) for one in standing for name in one.note.reviewers for r in one.rounds}
    last = max((one.number for one in standing), default=0)
    new: list[MemoryEntry] = []
    for note in notes:
        number = known.number(note)
        if number is None:
            last = number = last + 1
            known.add(number, note)
            new.append(Proposed(number=number, note=note, at=at))
        elif note.reviewers and (number, note.reviewers[0], note.round) not in seen:
            new.append(Seconded(number=number, reviewers=note.reviewers, round=note.round, at=at))
        seen |= {(number, name, note.round) for name in note.reviewers}
    return tuple(new)


def by_decisions(said: Sequence[Resolution], words: Words) -> tuple[Note, ...]:
    """A note for each reason that was given often enough: of three findings, or of one in three rounds."""
    declined = [one for one in said if one.state is State.DECLINED and not one.proposed and one.reason]
    reasons = [Note(verb=Verb.ADD, text=one.reason) for one in declined]
    known, groups = Known(words, reasons), list[list[Resolution]]()
    for one, reason in zip(declined, reasons, strict=True):
        at = known.number(reason)
        if at is None:
            known.add(len(groups), reason)
            groups.append([one])
        else:
            groups[at].append(one)
    return tuple(_of_group(group) for group in groups if _often(group))


def _often(group: Sequence[Resolution]) -> bool:
    findings = {one.fingerprint for one in group}
    rounds = {(one.fingerprint, one.round) for one in group}
    return len(findings) >= ENOUGH or any(sum(f == one for one, _ in rounds) >= ENOUGH for f in findings)


def _of_group(group: Sequence[Resolution]) -> Note:
    evidence = tuple(f"{one.fingerprint} declined by {one.by} in {one.round}: {one.reason}" for one in group)
    return Note(verb=Verb.ADD, text=" ".join(group[0].reason.split())[:600], evidence=evidence)


def uses(rules: Iterable[RepoRule], reports: Sequence[Report]) -> tuple[Use, ...]:
    """How each rule was used in these rounds, which are in order of time."""
    told = [(report, cited(report.claims, report.observations)) for report in reports]
    return tuple(
        Use(
            rule=rule,
            given=sum(rule.id in (one.id for one in report.rules) for report, _ in told),
            cited=sum(names.count(rule.id) for _, names in told),
            last=next((report.clock.round_id for report, names in reversed(told) if rule.id in names), ""),
        )
        for rule in rules
    )


def contradictions(rules: Sequence[RepoRule], queue: Iterable[Waiting]) -> tuple[str, ...]:
    """Pairs that cannot both hold, as sentences; nothing is decided by it."""
    words = Words()
    pairs = [(one, other) for at, one in enumerate(rules) for other in rules[at + 1 :]]
    found = [
        f"{one.id} and {other.id} say opposite things" for one, other in pairs if words.opposed(one.text, other.text)
    ]
    for note in (one for one in queue if one.open):
        for rule in rules:
            if note.note.target == rule.id:
                found.append(f"{note.name} asks to {note.note.verb.value} {rule.id}")
            elif note.note.verb is Verb.REMOVE and words.same(note.note.text, rule.text):
                found.append(f"{note.name} asks to remove what {rule.id} says")
            elif note.note.verb is not Verb.REMOVE and words.opposed(note.note.text, rule.text):
                found.append(f"{note.name} and {rule.id} say opposite things")
    return tuple(found)


def overtaken(rules: Iterable[RepoRule], queue: Iterable[Waiting], said: Iterable[Resolution]) -> tuple[str, ...]:
    """Rules that came from declining what somebody has acted on since, as sentences."""
    newest = {str(one.fingerprint): one.state for one in said if not one.proposed}
    known = {rule.id for rule in rules}
    return tuple(
        f"{note.decided.rule} came from declining {name}, which is {newest[name].value} now"
        for note in queue
        if note.decided and note.decided.deed is Deed.ACCEPT and note.decided.rule in known
        for name in dict.fromkeys(one.partition(" ")[0] for one in note.note.evidence)
        if newest.get(name) in _ACTED
    )
