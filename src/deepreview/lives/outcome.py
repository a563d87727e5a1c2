"""What became of each earlier finding, with what that rests on.

Absence is not resolution: what is not said again is gone only where somebody who could have said it read the place
again, or where the file itself is gone. What a check observes is a proposal until a person confirms it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from deepreview.lives.attach import SHOWN, Attached, Past
from deepreview.lives.code import at_base, plain, stands
from deepreview.lives.match import Match
from deepreview.lives.places import Surface, here, partly, spots
from deepreview.lives.wake import SETTLED
from deepreview.model.change import Commit, Sha
from deepreview.model.claim import SAID, ClaimId
from deepreview.model.finding import Dropped, Finding, Standing, State
from deepreview.model.life import Life, Now, Previous
from deepreview.model.resolution import Resolution
from deepreview.model.round import Basis, Completed, Run

_SETTLED = {state: Now(state.value) for state in (*SETTLED, State.FIXED)}
_ENDED = frozenset({"fixed", "gone with its code"})
"""What agents call a finding that is no more."""
_STANDING = frozenset({"partly fixed", "not fixed", "worse", "still open"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What one reviewer says became of an earlier finding."""

    reviewer: str
    word: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Close:
    """What a round ended with."""

    round_id: str
    finished: str
    findings: tuple[Finding, ...]
    dropped: tuple[Dropped, ...]
    runs: tuple[Run, ...]
    verdicts: Mapping[str, Sequence[Verdict]]
    """By the names that findings have across rounds."""

    @cached_property
    def shown(self) -> Mapping[ClaimId, Finding]:
        """The finding that each claim ended in."""
        return {claim: finding for finding in self.findings for claim in finding.claims}

    @cached_property
    def gone(self) -> Mapping[ClaimId, Dropped]:
        """Why each claim is not shown."""
        return {claim: dropped for dropped in self.dropped for claim in dropped.claims}

    @cached_property
    def completed(self) -> tuple[Completed, ...]:
        """Those who came to their end."""
        return tuple(run for run in self.runs if isinstance(run, Completed))


def previous(past: Past, attached: Attached, close: Close) -> tuple[Previous, ...]:
    """A row for each finding of the earlier rounds, but for those that were told to be gone or fixed before.

    What is open comes first, the heaviest of it before the others, and what was settled last.
    """
    matched = {match.life.identity: match for match in (*attached.matches.one, *attached.matches.joined)}
    rows = (
        _Row(life=life, match=matched.get(life.identity), past=past, attached=attached, close=close).previous()
        for life in past.lives
        if not life.closed or life.identity in matched
    )
    return tuple(sorted(rows, key=lambda row: (row.rests, not row.now.open, -row.severity.weight)))


@dataclass(frozen=True, kw_only=True)
class _Row:
    life: Life
    match: Match | None
    past: Past
    attached: Attached
    close: Close

    def previous(self) -> Previous:
        life, finding = self.life, self.life.finding
        now, alias, evidence = self._again(self.match) if self.match else self._absent()
        verdicts = self.close.verdicts.get(life.name, ())
        reason = _reason(life, evidence)
        fresh = (one for one in evidence if one.removesuffix(".") not in reason)
        return Previous(
            identity=life.identity,
            name=life.name,
            since=life.since,
            rounds=len(life.seen),
            kind=finding.kind,
            severity=finding.severity,
            title=finding.title,
            path=finding.path,
            first=finding.first,
            reviewers=finding.reviewers,
            said=life.state,
            reason=reason,
            now=now,
            alias=alias,
            evidence=(*fresh, *(_told(verdict) for verdict in verdicts)),
            proposal=self._proposal(now),
            here=here(life, self.past.code, self.past.head, self.past.base) if now.open and not alias else None,
        )

    def _again(self, match: Match) -> tuple[Now, str, tuple[str, ...]]:
        shown = self.close.shown.get(match.finding.claims[0])
        if shown is None:
            return self._dropped(match)
        how = (match.how,) if match.confidence == 1 else (f"{match.how} Sure to {match.confidence:.0%}.",)
        own = shown if shown.life == self.life.identity else None
        because = (own.because,) if own and own.because and own.because != match.how else ()
        now, told = self._shown(match, own)
        return now, shown.alias, (*told, *because, *how) if now.open and now is not Now.OPEN else (*told, *how)

    def _shown(self, match: Match, own: Finding | None) -> tuple[Now, tuple[str, ...]]:
        """What became of one that is in the report, under its own identity or as a part of another finding."""
        state = self.life.state
        if own.standing is Standing.REGRESSED if own else (self.life.gone or state is State.FIXED):
            return Now.REGRESSED, ()
        if state is State.OPEN:
            return (Now.PARTLY, (partly(self._surface, SHOWN),)) if self._partly(match.finding) else (Now.OPEN, ())
        if state is State.FIXED:
            return Now.PARTLY, ()
        return (Now.WOKEN if own and own.state is State.OPEN else _SETTLED[state]), ()

    def _dropped(self, match: Match) -> tuple[Now, str, tuple[str, ...]]:
        """What became of one that is said again and not shown."""
        gone = self.close.gone.get(match.finding.claims[0])
        step = gone.step if gone else ""
        if step == "declined" and self.life.state is State.OPEN:
            return Now.UNREPEATED, "", ("What names its place is another one, which is settled.",)
        if step == "declined":
            return _SETTLED[self.life.state], "", ("It is said again, and its code and callers did not change.",)
        why = f"It is said again, and dropped: {gone.reason}." if gone else "It is said again."
        now = {"capped": Now.OPEN, "refuted": Now.REFUTED}.get(step, Now.DROPPED)
        return now, "", (why,)

    def _absent(self) -> tuple[Now, str, tuple[str, ...]]:
        """Not said again: what its code and those who read it tell."""
        evidence = tuple(self._traces())
        unfinished = self._surface.partly and not self.life.gone
        if self.life.state is State.FIXED and unfinished and not self.life.partly:
            return Now.PARTLY, "", ("It was said to be fixed.", *evidence)
        if self.life.state in _SETTLED:
            return _SETTLED[self.life.state], "", evidence
        if self._over:
            return Now.GONE, "", evidence
        if self.life.gone and not self.readers:
            return Now.GONE, "", (*evidence, f"Round {self.life.gone} found it gone.")
        if unfinished:
            return Now.PARTLY, "", evidence
        return (Now.UNREPEATED if self.readers else Now.UNSEEN), "", evidence

    @cached_property
    def _over(self) -> bool:
        """Whether it is gone: it, or all that it named, is not there, or who could say it says that it is fixed."""
        if self._file_gone and not self._surface.stand:
            return True
        words = {one.word for one in self.close.verdicts.get(self.life.name, ())}
        ended = bool(words & _ENDED) and not words & _STANDING
        changed = not self._stands and not self._surface.stand
        silent = self.life.finding.kind != SAID and self._brought
        return bool(self.readers) and (ended or changed or silent)

    @cached_property
    def _brought(self) -> bool:
        """Whether a rule could still say it: of what was there before the change, rules say nothing."""
        return not self._stands or self.past.brought(self.life)

    @cached_property
    def _surface(self) -> Surface:
        return self.past.surface(self.life)

    def _partly(self, finding: Finding) -> bool:
        """Whether it is said again of fewer places than it named, and the others changed."""
        return _count(finding) < _count(self.life.finding) and self._surface.partly

    def _traces(self) -> Iterator[str]:
        path = self.past.path_now(self.life)
        left = self.attached.left.get(self.life.identity)
        if self._surface.partly:
            yield partly(self._surface, SHOWN)
        elif at_base(self.life.finding):
            removed = "What the change removed is removed still" if self._stands else "What the change removed is back"
            yield f"{removed} ({path})."
        elif self._file_gone:
            yield f"{self.life.finding.path} is gone" + (f" since {_commit(left)}." if left else ".")
        elif left:
            yield f"{_commit(left)} removed its code from {path}."
        elif self._stands:
            yield f"Its code stands in {path} as it did." if path else "It has no place in the code."
            if not self._brought:
                yield "What the change is compared with now has that code already."
        elif self.past.code.lines(self.past.head, path) is None:
            yield f"{path} is not there; git does not have the commit any more that would tell its new name."
        else:
            yield f"Its code stands in {path} no more; no commit here shows who removed it."
        if self._patched:
            yield "The patch that was proposed stands in its place."
        if self.readers:
            yield from self._heard_again(path)
        else:
            yield "Nobody who could have said it read its place again."

    def _heard_again(self, path: str) -> Iterator[str]:
        """Who read it again, and who of those that do not show what they read spoke of it."""
        based = {run.reviewer: run.reading.basis for run in self.close.completed}
        read = [name for name in self.readers if based[name] is Basis.SHOWN]
        if read:
            yield f"{_listed(read)} read {'it' if path else 'the change'} again and did not say it."
        if spoke := [name for name in self.readers if name not in read]:
            yield f"{_listed(spoke)} spoke of {'its file' if path else 'the change'} again and did not say it."

    @cached_property
    def _file_gone(self) -> bool:
        """Whether its file is not there; of one whose commit git does not have any more, the new name is not known."""
        finding = self.life.finding
        if at_base(finding):
            return False
        missing = bool(finding.path) and self.past.code.lines(self.past.head, self.past.path_now(self.life)) is None
        return missing and self.past.code.commit(self.life.head) is not None

    @cached_property
    def _stands(self) -> bool:
        return self.past.stands(self.life)

    @cached_property
    def readers(self) -> tuple[str, ...]:
        """Who completed, read the file, and could have said it: who found it, or any who judges in prose."""
        finding, path = self.life.finding, self.past.path_now(self.life)
        known = {name for seen in self.life.seen for name in seen.reviewers}
        return tuple(
            run.reviewer
            for run in self.close.completed
            if (not path or path in run.reading.read)
            and (run.reviewer in known or (finding.kind == SAID and (run.record or run.reading.original)))
        )

    @cached_property
    def _patched(self) -> bool:
        """Whether the lines that a patch adds stand in the file, and those that it removes do not."""
        lines = self.past.code.lines(self.past.head, self.past.path_now(self.life)) or ()
        hunks = _hunks(self.life.finding.patch)
        changed = [(removed, added) for removed, added in hunks if removed or added]
        return bool(changed) and all(
            (not added or stands(added, lines)) and not (removed and stands(removed, lines))
            for removed, added in changed
        )

    def _proposal(self, now: Now) -> Resolution | None:
        """What could be put on record, where git shows that the code is another one now."""
        left = self.attached.left.get(self.life.identity)
        waits = self.life.state is State.OPEN and (now is Now.GONE or (now is Now.UNSEEN and bool(left)))
        if not waits or not (left or self._file_gone or self._patched):
            return None
        return Resolution(
            fingerprint=self.life.identity,
            state=State.OBSOLETE if self._file_gone else State.FIXED,
            by="check:patch" if self._patched else "check:code",
            at=self.close.finished,
            reason=" ".join(self._traces()),
            commit=left.sha if left else Sha(""),
            link="",
            round=self.close.round_id,
            proposed=True,
        )


def _reason(life: Life, evidence: Sequence[str]) -> str:
    """What was said beside a state; no commit that the evidence tells of anyway."""
    said = life.resolution
    if said is None or said.reason or said.link:
        return (said.reason or said.link) if said else ""
    commit = said.commit[:SHOWN]
    return f"in {commit}" if commit and not any(commit in one for one in evidence) else ""


def _count(finding: Finding) -> int:
    return sum(spot.times for spot in spots(finding.locations))


def _hunks(patch: str) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    """What each run of changed lines removes and adds."""
    removed: list[str] = []
    added: list[str] = []
    for line in (*patch.splitlines(), ""):
        if line.startswith("-") and not line.startswith("--- "):
            removed.append(line[1:])
        elif line.startswith("+") and not line.startswith("+++ "):
            added.append(line[1:])
        elif removed or added:
            yield plain(removed), plain(added)
            removed, added = [], []


def _commit(commit: Commit) -> str:
    return f"{commit.sha[:SHOWN]} “{commit.subject}”"


def _told(verdict: Verdict) -> str:
    return f"{verdict.reviewer} says: {verdict.word}" + (f", {verdict.text}" if verdict.text else "")


def _listed(names: Sequence[str]) -> str:
    *most, last = names
    return f"{', '.join(most)} and {last}" if most else last
