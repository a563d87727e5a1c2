"""The findings of a round, each told how it stands to earlier ones, before the steps judge them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from deepreview.lives.code import Code, at_base, code_of, stands
from deepreview.lives.fold import lives, unused
from deepreview.lives.gaps import known_gaps
from deepreview.lives.match import Match, Matches, matches
from deepreview.lives.places import Surface, partly, surface
from deepreview.lives.wake import SETTLED, SHUT, woken
from deepreview.model.change import Commit, Sha
from deepreview.model.claim import SAID
from deepreview.model.finding import Finding, Fingerprint, OriginKind, Standing, State
from deepreview.model.gap import Gap
from deepreview.model.life import Life
from deepreview.model.report import Report
from deepreview.model.resolution import Resolution

_NAME = re.compile(r"`(\w+)`")
_MOST_FIXES = 20
SHOWN = 9
"""Digits of a commit."""


@dataclass(frozen=True, kw_only=True)
class Past:
    """The rounds before this one, of the same target."""

    rounds: tuple[Report, ...]
    """Oldest first."""
    said: tuple[Resolution, ...]
    code: Code
    head: Sha
    """What this round reviews."""
    base: Sha
    """What it is compared with."""

    @cached_property
    def lives(self) -> tuple[Life, ...]:
        """What the rounds found, each once."""
        return lives(self.rounds, self.said)

    @cached_property
    def gaps(self) -> tuple[Gap, ...]:
        """What was missing in tests and documents."""
        return known_gaps(self.rounds, self.said)

    def left(self, life: Life) -> Commit | None:
        """The commit that removed the code of a finding."""
        return self.code.left(life.head, self.path_now(life), code_of(life.finding))

    def path_now(self, life: Life) -> str:
        """What its file is called now."""
        return self.code.renames(life.head).get(life.finding.path, life.finding.path)

    def surface(self, life: Life) -> Surface:
        """What became of all its places."""
        return surface(life, self.code, self.head)

    def stands(self, life: Life) -> bool:
        """Whether its code is where it was; so it is where nothing was quoted and the file is there.

        What it tells of code that the change removed stands as long as that is removed.
        """
        if at_base(life.finding):
            return self._removed(life)
        lines = self.code.lines(self.head, self.path_now(life)) if life.finding.path else ()
        code = code_of(life.finding)
        return lines is not None and (not code or stands(code, lines))

    def _removed(self, life: Life) -> bool:
        """Whether the base still has the code of a finding, and the head still not."""
        code = code_of(life.finding)
        had = self.code.lines(self.base, life.finding.path)
        has = self.code.lines(self.head, self.path_now(life))
        if not code:
            return had is not None and has is None
        return stands(code, had or ()) and not stands(code, has or ())

    def brought(self, life: Life) -> bool:
        """Whether its code counts as the change's still: compared with another base, it may have been there before."""
        then = next((one.subject.base for one in self.rounds if one.clock.round_id == life.last.id), self.base)
        if then == self.base:
            return True
        names, code = {life.finding.path, self.path_now(life)}, code_of(life.finding)
        had, has = (any(stands(code, self.code.lines(at, name) or ()) for name in names) for at in (then, self.base))
        return had or not has


@dataclass(frozen=True, slots=True, kw_only=True)
class Attached:
    """The findings with their standings, and what is known of the earlier ones."""

    findings: tuple[Finding, ...]
    matches: Matches
    left: Mapping[Fingerprint, Commit]
    """By the identity of an earlier finding that is none of these: the commit that removed its code."""
    shut: Mapping[Fingerprint, str]
    """By the fingerprint of a finding that is not to be shown: as what it was settled, and why."""


NOTHING = Attached(findings=(), matches=Matches(), left={}, shut={})


def attached(findings: Sequence[Finding], past: Past) -> Attached:
    """Each finding new, carried, there again, caused by a fix, or overlooked so far; what is settled told apart."""
    found = matches(past.lives, findings, past.code, past.head)
    again = {match.life.identity for match in (*found.one, *found.joined)}
    left = {
        life.identity: commit
        for life in past.lives
        if life.identity not in again and not past.stands(life) and (commit := past.left(life))
    }
    known = {match.finding.fingerprint: match for match in (*found.one, *found.split)}
    placed = _Placing(past=past, fixes=_fixes(past, left), split=found.split)
    told = tuple(
        placed.again(known[one.fingerprint]) if one.fingerprint in known else placed.fresh(one) for one in findings
    )
    shut = {
        finding.fingerprint: _settled(known[finding.fingerprint].life)
        for finding in told
        if finding.fingerprint in known and finding.state in SHUT
    }
    return Attached(findings=told, matches=found, left=left, shut=shut)


def _settled(life: Life) -> str:
    said = life.resolution
    number = life.last.round
    reason = said.reason if said else ""
    return f"{life.state.value} in round {number}: {reason}" if reason else f"{life.state.value} in round {number}"


_Fixes = Mapping[tuple[str, str, str], tuple[str, Commit]]
"""By what stays the same when a commit is rebased: the finding that it fixed, and the commit."""


def _fixes(past: Past, left: Mapping[Fingerprint, Commit]) -> _Fixes:
    """The commits that fixed earlier findings, told so that a rebase does not hide them, with what they fixed."""
    names = {life.identity: life.name for life in past.lives}
    shas = [
        (life.name, said.commit)
        for life in past.lives
        for said in life.resolutions
        if said.state is State.FIXED and said.commit
    ]
    shas += [
        (names[row.identity], row.proposal.commit)
        for report in past.rounds
        for row in report.previous
        if row.proposal and row.proposal.commit and row.identity in names
    ]
    commits = [(name, past.code.commit(sha)) for name, sha in shas]
    commits += [(names[identity], commit) for identity, commit in left.items()]
    return {_key(commit): (name, commit) for name, commit in reversed(commits) if commit}


def _key(commit: Commit) -> tuple[str, str, str]:
    return (commit.author, commit.at, commit.subject)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Placing:
    past: Past
    fixes: _Fixes
    split: tuple[Match, ...]
    """Findings that share an earlier one with another of this round, and so cannot have its identity."""

    def again(self, match: Match) -> Finding:
        """A finding that an earlier round has."""
        life = match.life
        state, standing, because = life.state, Standing.CARRIED, ""
        if life.state is State.FIXED and not life.gone and (unfinished := self._unfinished(match)):
            state, because = State.OPEN, unfinished
        elif life.state is State.FIXED:
            state, standing, because = State.OPEN, Standing.REGRESSED, _returned(match)
        elif life.gone:
            state, standing, because = State.OPEN, Standing.REGRESSED, f"Round {life.gone} found it gone."
        elif life.state in SETTLED and (because := woken(match, self.past.code, self.past.head)):
            state = State.OPEN
        return replace(
            match.finding,
            standing=standing,
            state=state,
            since=life.since,
            identity=self._name(match.finding) if match in self.split else life.identity,
            confidence=match.confidence,
            because=because or ("" if match.confidence == 1 else match.how),
        )

    def fresh(self, finding: Finding) -> Finding:
        """A finding that no earlier round has; its name is one that no earlier one has."""
        standing, because = self._standing(finding)
        return replace(finding, identity=self._name(finding), standing=standing, because=because)

    def _name(self, finding: Finding) -> Fingerprint:
        """A name for its life that no earlier one has; empty where its own is free."""
        taken = {name for life in self.past.lives for name in life.fingerprints}
        name = unused(finding, taken)
        return name if name != finding.fingerprint else Fingerprint("")

    def _unfinished(self, match: Match) -> str:
        """What of the places of one that was said to be fixed did not change, as a sentence; empty where that fits."""
        found = self.past.surface(match.life)
        return f"It was said to be fixed. {partly(found, SHOWN)}" if found.partly else ""

    def _standing(self, finding: Finding) -> tuple[Standing, str]:
        if not self.past.rounds:
            return Standing.NEW, ""
        origin = self.past.code.commit(finding.origin.commit) if finding.origin.commit else None
        if origin and (fixed := self.fixes.get(_key(origin))):
            wrote = f"Its lines were written by {origin.sha[:SHOWN]} “{origin.subject}”, which fixed {fixed[0]}."
            return Standing.CAUSED, wrote
        if finding.kind != SAID and finding.origin.kind is OriginKind.NEWLY_EXPOSED:
            because = self._exposed(finding)
            return (Standing.CAUSED if because else Standing.NEW), because
        if stood(finding, self.past, self.past.rounds[0]):
            return Standing.OVERLOOKED, f"Its code stands as it did in round {self.past.rounds[0].round}."
        return Standing.NEW, ""

    def _exposed(self, finding: Finding) -> str:
        """Which fix took away what a line that was there before still names, as a sentence; empty where none did."""
        named = _NAME.search(finding.title)
        for fixed, commit in list(self.fixes.values())[:_MOST_FIXES] if named else ():
            assert named
            before, now = (self.past.code.uses(Sha(at), named[1]) for at in (f"{commit.sha}^", commit.sha))
            if before and now is not None and before.keys() - now.keys():
                told = f"{commit.sha[:SHOWN]} “{commit.subject}”, which fixed {fixed}"
                return f"`{named[1]}` was changed by {told}, and is named here."
        return ""


def _returned(match: Match) -> str:
    said = match.life.resolution
    by = f" by {said.commit[:SHOWN]}" if said and said.commit else ""
    what = "its code stands as it did" if match.same_code else "it is said again of the code that came in its place"
    return f"It was said to be fixed{by}, and {what}."


def stood(finding: Finding, past: Past, report: Report) -> bool:
    """Whether its code was there in an earlier round; unknown is no."""
    then = report.subject.head
    before = {new: old for old, new in past.code.renames(then).items()}
    lines = past.code.lines(then, before.get(finding.path, finding.path)) if finding.path else None
    code = code_of(finding)
    return bool(code) and lines is not None and stands(code, lines)
