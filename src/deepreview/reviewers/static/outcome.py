"""What the scans come to: claims and a note at the desk, and an honest account of what was read."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from deepreview.context.tree import Tree
from deepreview.model.change import RepoPath, Side
from deepreview.model.claim import Claim, Observation, Section
from deepreview.model.round import Reading, Unread
from deepreview.reviewers.static.astgrep import UNPARSED
from deepreview.reviewers.static.claims import REVIEWER, Source, claims_of
from deepreview.reviewers.static.compare import Comparison, New, compare
from deepreview.reviewers.static.files import Layout
from deepreview.reviewers.static.foreign import Heard
from deepreview.reviewers.static.hit import Hit, Laid
from deepreview.reviewers.static.judge import belongs, judge, runs_of
from deepreview.reviewers.static.rules import Choice, Rule
from deepreview.reviewers.static.scan import Scan

_NEAR = 3
"""Lines around a place that could not be parsed in which a tree rule says nothing."""
_LISTED = 5
_SPELLING = "typos"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """Everything that the scans found, compared."""

    layout: Layout
    scans: tuple[Scan, ...]
    rules: Mapping[str, Rule]
    choice: Choice
    compared: Mapping[str, Comparison]
    """By analyser."""
    holes: Mapping[RepoPath, int]
    """The first line of head, among those that the change added, near which no tree could be made."""

    def claims(self, base: Tree, heard: Sequence[Heard]) -> tuple[Claim, ...]:
        """The claims, suppressed ones included."""
        rows: dict[str, list[New]] = defaultdict(list)
        for new in self._new():
            rows[new.hit.kind].append(new)
        claimed = [self.rules[kind] for kind in rows if not self.choice.noted(self.rules[kind])]
        found = [(new, rule) for rule in claimed for new in runs_of(rows[rule.id], rule)]
        sources = {
            scan.analyser.name: Source(tool=f"{scan.analyser.name} {scan.version}".strip(), files=scan.files)
            for scan in self.scans
        }
        more = [item for one in heard for item in one.judged]
        sources |= {
            item.rule.analyser: Source(tool=one.source, files=0, how=one.how) for one in heard for item in one.judged
        }
        return claims_of((*judge(found, base), *more), sources)

    def notes(self) -> tuple[Observation, ...]:
        """One sentence about what is only counted."""
        by_title: dict[str, list[str]] = defaultdict(list)
        rows: dict[str, list[New]] = defaultdict(list)
        for new in self._new():
            laid = new.pair.head
            if self._noted(new) and laid is not None and belongs(self.rules[new.hit.kind], new.hit, laid):
                rows[new.hit.kind].append(new)
        for kind in sorted(rows):
            kept = runs_of(rows[kind], self.rules[kind])
            by_title[self.rules[kind].title] += [f"`{new.hit.path}:{new.hit.first}`" for new in kept]
        parts = [f"{title} at {_listed(places)}" for title, places in sorted(by_title.items()) if places]
        text = f"New, and not counted as findings: {'; '.join(parts)}."
        return (Observation(reviewer=REVIEWER, section=Section.NOTE, text=text),) if parts else ()

    def reading(self, heard: Sequence[Heard], absent: Sequence[str]) -> Reading:
        """What was read by which analyser, and what was not."""
        code = {laid.path for scan in self.scans if scan.complete for laid in self._read_by(scan)}
        spelt = {laid.path for scan in self.scans if scan.complete for laid in self._files(scan)} - code
        unread = [*self.layout.unread]
        others = [laid.path for laid in self.layout.files(Side.HEAD) if laid.path not in code]
        unread += [Unread(path=path, reason=self._why_unread(path, spelt)) for path in others]
        return Reading(
            read=tuple(sorted(code)),
            unread=tuple(sorted(unread, key=lambda item: item.path)),
            checked=(
                *(self._phrase(scan) for scan in self.scans if scan.complete and scan.files),
                *(one.checked for one in heard if one.checked),
            ),
            gaps=(
                *absent,
                *(gap for scan in self.scans for gap in scan.gaps),
                *(one.gap for one in heard if one.gap),
                *self._holes_sentence(),
            ),
        )

    def _new(self) -> Iterable[New]:
        for comparison in self.compared.values():
            yield from comparison.new

    def _noted(self, new: New) -> bool:
        return self.choice.noted(self.rules[new.hit.kind])

    def _files(self, scan: Scan) -> list[Laid]:
        return [laid for laid in self.layout.files(Side.HEAD) if scan.analyser.wants(laid)]

    def _read_by(self, scan: Scan) -> list[Laid]:
        if scan.analyser.name == _SPELLING:
            return []
        broken = self.holes if scan.analyser.name == "ast-grep" else {}
        return [laid for laid in self._files(scan) if laid.path not in broken]

    def _why_unread(self, path: RepoPath, spelt: set[RepoPath]) -> str:
        if path in self.holes:
            return f"could not be parsed near line {self.holes[path]}"
        return "only spell-checked" if path in spelt else "no analyser for this kind of file"

    def _phrase(self, scan: Scan) -> str:
        name = scan.analyser.name
        rules = sum(rule.analyser == name for rule in self.rules.values())
        comparison = self.compared[name]
        before = f", {_count(comparison.old, 'hit')} there before" if comparison.old else ""
        moved = f", {_count(comparison.moved, 'moved hit')}" if comparison.moved else ""
        what = f"{_count(rules, 'rule')} on {_count(scan.files, 'file')}"
        return f"{name} {scan.version}: {what}{before}{moved}"

    def _holes_sentence(self) -> tuple[str, ...]:
        places = [f"{path}:{line}" for path, line in sorted(self.holes.items())]
        return (
            (f"ast-grep could not parse all of {_listed(places)}; its rules say nothing near there.",) if places else ()
        )


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _listed(places: Sequence[str]) -> str:
    shown = ", ".join(places[:_LISTED])
    return f"{shown} and {len(places) - _LISTED} more" if len(places) > _LISTED else shown


def outcome_of(layout: Layout, scans: Sequence[Scan], rules: Mapping[str, Rule], choice: Choice) -> Outcome:
    """Compare base and head of each analyser."""
    bats = {laid.path for laid in layout.files(Side.HEAD) if laid.language == "bats"}
    added = {pair.patch.path: pair.added for pair in layout.pairs}
    holes: dict[RepoPath, list[int]] = defaultdict(list)
    seen: dict[RepoPath, int] = {}
    for hit in (hit for scan in scans for hit in scan.head):
        if hit.kind == UNPARSED and hit.path not in bats:
            near = range(hit.first - _NEAR, hit.last + _NEAR + 1)
            holes[hit.path] += near
            if not added[hit.path].isdisjoint(near):
                seen.setdefault(hit.path, hit.first)
    compared = {}
    for scan in scans:
        head = [hit for hit in scan.head if hit.kind in rules and not _torn(hit, holes, rules)]
        base = [hit for hit in scan.base if hit.kind in rules]
        compared[scan.analyser.name] = compare(layout, base, head, lambda kind: rules[kind].anchor)
    return Outcome(
        layout=layout,
        scans=tuple(scans),
        rules=rules,
        choice=choice,
        compared=compared,
        holes=seen,
    )


def _torn(hit: Hit, holes: Mapping[RepoPath, Sequence[int]], rules: Mapping[str, Rule]) -> bool:
    if rules[hit.kind].analyser != "ast-grep" or hit.path not in holes:
        return False
    return not set(holes[hit.path]).isdisjoint(range(hit.first, hit.last + 1))
