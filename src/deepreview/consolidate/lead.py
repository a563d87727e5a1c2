"""A lead's proposals held against the rules: what is taken changes the slate, what is not is told with the reason.

A model that leads may group, rate and drop, and it may be wrong or talked into it by what it reads. So nothing that it
says is taken on its word: every finding is accounted for, a drop needs code that stands in the file, nothing that was
executed can be dropped, a changed severity needs a reason and stays below the loudest claim, and a verdict that is
milder than the findings is shown and never applied.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from deepreview.consolidate.base import Slate, assert_conserved
from deepreview.consolidate.steps import arranged
from deepreview.model.evidence import Rung
from deepreview.model.finding import Dropped, Finding
from deepreview.model.lead import Alone, Kept, Proposal, Ruling, Struck
from deepreview.model.verdict import VerdictValue

Holds = Callable[[str, str], bool]
"""Whether a file of either tree, by its path, holds a piece of code; white space counts for nothing."""

LONGEST_SUMMARY = 4_000
_SHORTEST_QUOTE = 12
"""Characters without white space: less stands in most files."""
_SHORTEST_REASON = 3
"""Words."""
_LONGEST_NAME = 40
_ALIAS = re.compile(r"\b[CIS][1-9]\d{0,3}\b")
_PROVEN = frozenset({Rung.EXECUTED, Rung.REPRODUCED, Rung.MUTATED})
_STRICT = {VerdictValue.NONE: 0, VerdictValue.MERGE: 1, VerdictValue.FIXES: 2, VerdictValue.REWORK: 3}
STEP = "lead"


@dataclass(frozen=True, slots=True, kw_only=True)
class Led:
    """The slate after the lead, and how it came to be."""

    slate: Slate
    rulings: tuple[Ruling, ...]
    alone: tuple[Alone, ...]
    summary: str


def led(slate: Slate, proposal: Proposal, holds: Holds) -> Led:
    """The slate with all proposals that hold; those of the findings that it does not name stay as they are."""
    bench = _Bench(found={finding.alias: finding for finding in slate.findings}, slate=slate, holds=holds)
    for struck in proposal.drops:
        bench.strike(struck)
    for kept in proposal.findings:
        bench.keep(kept)
    bench.account()
    fresh = arranged(replace(slate, findings=tuple(bench.found.values()), dropped=(*slate.dropped, *bench.dropped)))
    assert_conserved(fresh, STEP)
    alone = tuple(_alone(slate, fresh))
    summary = bench.summary(proposal.summary, {one.alias: one.now for one in alone})
    return Led(slate=fresh, rulings=tuple(bench.rulings), alone=alone, summary=summary)


def spoken(reason: str) -> bool:
    """Whether it is a reason: a word or two is none."""
    return len(reason.split()) >= _SHORTEST_REASON


def stricter(proposed: VerdictValue, derived: VerdictValue) -> bool:
    """Whether a proposed verdict may stand in the place of the derived one."""
    return derived is not VerdictValue.NONE and _STRICT[proposed] > _STRICT[derived]


def _alone(before: Slate, after: Slate) -> Iterator[Alone]:
    now = {claim: finding.alias for finding in after.findings for claim in finding.claims}
    for finding in before.findings:
        alias = now.get(finding.claims[0], "")
        yield Alone(alias=finding.alias, now=alias, severity=finding.severity, title=finding.title)


@dataclass(eq=False, kw_only=True)
class _Bench:
    """The findings as they are being ruled on, each named once at most."""

    found: dict[str, Finding]
    slate: Slate
    holds: Holds
    dropped: list[Dropped] = field(default_factory=list)
    rulings: list[Ruling] = field(default_factory=list)
    _named: set[str] = field(default_factory=set)

    def strike(self, struck: Struck) -> None:
        """Drop a finding, or say why not."""
        told = f"drop {_called(struck.alias)}{_because(struck.reason)}"
        objection = self._unnamed((struck.alias,)) or self._undroppable(struck)
        self.rulings.append(Ruling(what="drop", about=(struck.alias,), told=told, objection=objection))
        if objection:
            return
        self._named.add(struck.alias)
        gone = self.found.pop(struck.alias)
        reason = f"{struck.reason} (`{struck.path}` reads “{' '.join(struck.quote.split())}”)"
        self.dropped.append(
            Dropped(claims=gone.claims, title=gone.title, path=gone.path, first=gone.first, step=STEP, reason=reason)
        )

    def _undroppable(self, struck: Struck) -> str:
        finding = self.found[struck.alias]
        if not spoken(struck.reason):
            return "no reason is given"
        if finding.proof in _PROVEN:
            return "it was executed, and words do not outweigh that"
        if len("".join(struck.quote.split())) < _SHORTEST_QUOTE:
            return "it quotes no code that would show it"
        if not self.holds(struck.path, struck.quote):
            return f"the quoted code does not stand in {struck.path or 'a file that it names'}"
        return ""

    def keep(self, kept: Kept) -> None:
        """Group and rate findings, or say why not."""
        aliases = tuple(dict.fromkeys(kept.aliases))
        told = f"keep {_listed([_called(alias) for alias in aliases] or ['nothing'])}"
        if objection := self._unnamed(aliases):
            self.rulings.append(Ruling(what="merge", about=aliases, told=told, objection=objection))
            return
        self._named |= set(aliases)
        if len(aliases) > 1:
            self._merge(aliases, kept.reason)
        for alias in aliases:
            if alias in self.found:
                self._rate(alias, kept)

    def _merge(self, aliases: Sequence[str], reason: str) -> None:
        objection = "" if spoken(reason) else "no reason is given"
        told = f"{_listed(aliases)} are one{_because(reason)}"
        self.rulings.append(Ruling(what="merge", about=tuple(aliases), told=told, objection=objection))
        if objection:
            return
        first, *others = aliases
        self.found[first] = _joined([self.found[first], *(self.found.pop(alias) for alias in others)])

    def _rate(self, alias: str, kept: Kept) -> None:
        finding = self.found[alias]
        if kept.severity is finding.severity:
            return
        old, new = finding.severity, kept.severity
        objection = "" if spoken(kept.reason) else "no reason is given"
        loudest = max((claim.severity for claim in self.slate.claims_of(finding)), key=lambda one: one.weight)
        if new.weight > max(loudest.weight, old.weight):
            objection = f"nobody who saw it rated it above {loudest.value}"
        if new.weight < old.weight and finding.proof in _PROVEN:
            objection = "it was executed, and words do not outweigh that"
        told = f"{alias}: {old.value} → {new.value}{_because(kept.reason)}"
        self.rulings.append(Ruling(what="severity", about=(alias,), told=told, objection=objection))
        if not objection:
            why = f"{old.value.capitalize()} → {new.value}: {kept.reason.rstrip('.')} (the lead)."
            self.found[alias] = replace(finding, severity=new, reasons=(*finding.reasons, why))

    def account(self) -> None:
        """Whatever the lead did not name stays as it was, and is told."""
        if silent := tuple(alias for alias in self.found if alias not in self._named):
            stays = "which stays as it is" if len(silent) == 1 else "which stay as they are"
            told = f"nothing is said of {_listed(silent)}, {stays}"
            self.rulings.append(Ruling(what="silence", about=silent, told=told, objection=""))

    def summary(self, text: str, now: Mapping[str, str]) -> str:
        """The lead's summary with the aliases of the report; empty when it names a finding that does not exist."""
        objection = "" if len(text.split()) > 1 else "it says nothing"
        if unknown := [alias for alias in dict.fromkeys(_ALIAS.findall(text)) if not now.get(alias)]:
            objection = f"it names {_listed(unknown)}, which this report does not have"
        if len(text) > LONGEST_SUMMARY:
            objection = f"it is longer than {LONGEST_SUMMARY:,} characters"
        if text.strip():
            self.rulings.append(Ruling(what="summary", about=(), told="its own summary", objection=objection))
        return "" if objection else _ALIAS.sub(lambda found: now[found[0]], text).strip()

    def _unnamed(self, aliases: Iterable[str]) -> str:
        """Why these may not be ruled on; empty when they may."""
        if not (named := tuple(aliases)):
            return "it names no finding"
        known = {finding.alias for finding in self.slate.findings}
        if unknown := [alias for alias in named if alias not in known]:
            return f"there is no {_listed([_called(alias) for alias in unknown])}"
        if again := [alias for alias in named if alias in self._named]:
            return f"{_listed(again)} is ruled on already"
        return ""


def _called(name: str) -> str:
    """A finding's name; what cannot be one in quotes."""
    return name if _ALIAS.fullmatch(name) else f"“{' '.join(name.split())[:_LONGEST_NAME]}”"


def _because(reason: str) -> str:
    told = " ".join(reason.split()).rstrip(".")
    return f" ({told})" if told else ""


def _joined(findings: Sequence[Finding]) -> Finding:
    """One finding with the claims, places and evidence of all, as heavy as the heaviest of them."""
    first = findings[0]
    heaviest = max((finding.severity for finding in findings), key=lambda one: one.weight)
    rungs = list(Rung)
    return replace(
        first,
        severity=heaviest,
        locations=tuple(dict.fromkeys(place for finding in findings for place in finding.locations)),
        claims=tuple(claim for finding in findings for claim in finding.claims),
        reviewers=tuple(dict.fromkeys(name for finding in findings for name in finding.reviewers)),
        evidence=tuple(dict.fromkeys(seen for finding in findings for seen in finding.evidence)),
        reasons=tuple(dict.fromkeys(why for finding in findings for why in finding.reasons)),
        proof=max((finding.proof for finding in findings), key=rungs.index),
    )


def _listed(names: Sequence[str]) -> str:
    *most, last = names
    return f"{', '.join(most)} and {last}" if most else last
