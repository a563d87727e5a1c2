"""Is the quoted code there? A claim is placed where its quote stands.

Reviewers get lines wrong far more often than code (one agent's lines were off in 28 % of checked claims), so the quote
leads: it is looked for on the cited lines first, then anywhere in the file, without regard to white space, and at base
where it is not at head. A rule's claim that does not stand is refused; what a person or a model said is refused only
when next to nothing of its quote is in any file that it may mean.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from deepreview.guests.redact import HIDDEN
from deepreview.model.change import RepoPath, Sha, Side
from deepreview.model.claim import SAID, Answer, Claim, Place
from deepreview.model.evidence import Evidence, Outcome, Rung
from deepreview.model.finding import (
    Dropped,
    Finding,
    Fingerprint,
    Location,
    Origin,
    OriginKind,
    Rubric,
    State,
    fingerprint,
)
from deepreview.verify.anchor import TELLING, Anchor, anchor, exists, telling
from deepreview.verify.literal import invented
from deepreview.verify.redacted import completed

NAME = "quote"
_MOST_LINES = 40
_MOST_CHARACTERS = 400
_MOST_PLACES = 50
_COMMENTS = ("//", "#")
"""Models add remarks at the end of the lines that they quote."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A file that a claim is about, as it is in its tree."""

    blob: Sha
    lines: tuple[str, ...]


class Files(Protocol):
    """The files that a claim may mean."""

    def resolve(self, place: Place) -> Place | None:
        """The place with the path that it means; None when there is no such file, or more than one."""
        ...

    def namesake(self, path: str) -> bool:
        """Whether a file that exists may be meant by a path that does not."""
        ...

    def source(self, path: str, side: Side) -> Source | None:
        """A file's content; None when it is not there."""
        ...

    def changed(self, line: str) -> bool:
        """Whether a line, given without white space, stands in any changed file at either side."""
        ...


def place(claim: Claim, files: Files) -> Finding | Dropped:
    """A finding of this one claim, located where its code stands; or why it cannot be placed."""
    if not claim.places:
        return unplaced(claim, "It names no place.")
    said = claim.places[:_MOST_PLACES]
    known = list({found: (found, source) for one in said for found, source in _known(one, files)}.values())
    if not known:
        return _fileless(claim, said, files)
    main, anchored, source = _best(claim, known, files)
    if odd := invented(claim, source.lines):
        return _refused(claim, f"{main.path} does not hold the text that it calls broken: “{odd.strip()[:100]}”")
    if anchored is None:
        if claim.kind != SAID or _from_nowhere(claim.quote, files):
            return _refused(claim, _why_not(claim, main))
        anchored = Anchor(
            first=0, last=0, summary=f"{_why_not(claim, main)[:1].upper()}{_why_not(claim, main)[1:]}.", sure=False
        )
        if exists(main, source.lines):
            anchored = replace(anchored, first=main.first, last=main.last)
    locations = [_location(main, anchored.first, anchored.last, source)]
    locations += [
        _location(other, other.first, other.last, found)
        for other, found in known
        if other is not main and exists(other, found.lines)
    ]
    outcome = Outcome.SUPPORTS if anchored.sure else Outcome.INCONCLUSIVE
    evidence = Evidence(check=NAME, outcome=outcome, summary=anchored.summary, detail="")
    return _finding(claim, tuple(dict.fromkeys(locations)), evidence)


def _fileless(claim: Claim, said: Sequence[Place], files: Files) -> Finding | Dropped:
    """Refused where it cites code of files that do not exist; one that is missed or to be written has no lines yet."""
    first = said[0]
    if claim.kind != SAID:
        return _refused(claim, f"{first.path} does not exist at {first.side.value}")
    if any(files.namesake(one.path) for one in said):
        return unplaced(claim, f"It names {first.path}, and which file is meant cannot be told.")
    nowhere = f"it names {first.path}, and no file of that name is at head or at base"
    quoted = bool(telling(claim.quote))
    if _from_nowhere(claim.quote, files) or (not quoted and any(one.first > 1 for one in said)):
        return _refused(claim, nowhere)
    return unplaced(claim, f"I{nowhere[1:]}.")


def unplaced(claim: Claim, why: str) -> Finding:
    """A finding that is in no file that can be looked up."""
    return _finding(claim, (), Evidence(check=NAME, outcome=Outcome.INCONCLUSIVE, summary=why, detail=""))


def unseen(claim: Claim) -> Finding:
    """A finding at the places that the claim names, where there is no repository to look them up in."""
    named = dict.fromkeys(
        place if 0 < place.first <= place.last else replace(place, first=0, last=0)
        for place in claim.places[:_MOST_PLACES]
    )
    said = tuple(
        Location(
            path=RepoPath(place.path),
            side=place.side,
            first=place.first,
            last=place.last,
            quote=claim.quote if number == 0 else "",
            blob=Sha(""),
        )
        for number, place in enumerate(named)
    )
    nowhere = Evidence(
        check=NAME, outcome=Outcome.NOT_APPLICABLE, summary="There is no repository to look it up in.", detail=""
    )
    return replace(_finding(claim, said, nowhere), proof=Rung.SAID)


def _known(said: Place, files: Files) -> list[tuple[Place, Source]]:
    found = files.resolve(said)
    source = files.source(found.path, found.side) if found else None
    return [(found, source)] if found and source else []


def _best(claim: Claim, known: Sequence[tuple[Place, Source]], files: Files) -> tuple[Place, Anchor | None, Source]:
    """The first place where the quote stands; before it is given up, the base is looked at too."""
    for place, source in known:
        if found := anchor(place, completed(claim.quote, source.lines), source.lines):
            return place, found, source
    first, source = known[0]
    before = files.source(first.path, Side.BASE) if claim.kind == SAID and first.side is Side.HEAD else None
    if before and (found := anchor(first, completed(claim.quote, before.lines), before.lines)) and claim.quote.strip():
        return replace(first, side=Side.BASE), found, before
    return first, None, source


def _from_nowhere(quote: str, files: Files) -> bool:
    """Whether the quote can be recognised and none of it is in any file that the change touches."""
    lines = [line for line in telling(quote) if HIDDEN not in line]
    bare = [part for line in lines for mark in _COMMENTS if len(part := line.partition(mark)[0]) >= TELLING]
    return bool(lines) and not any(files.changed(line) for line in (*lines, *bare))


def _why_not(claim: Claim, main: Place) -> str:
    what = "the quoted code stands" if claim.quote.strip() else f"the lines {main.first} to {main.last} stand"
    return f"{what} nowhere in {main.path} at {main.side.value}"


def _location(place: Place, first: int, last: int, source: Source) -> Location:
    shown = source.lines[first - 1 : min(last, first + _MOST_LINES - 1)] if first else ()
    quote = "\n".join(line[:_MOST_CHARACTERS] for line in shown)
    return Location(path=RepoPath(place.path), side=place.side, first=first, last=last, quote=quote, blob=source.blob)


def _refused(claim: Claim, reason: str) -> Dropped:
    path, first = (claim.main.path, claim.main.first) if claim.main else ("", 0)
    return Dropped(claims=(claim.id,), title=claim.title, path=path, first=first, step="placed", reason=reason)


def _identity(claim: Claim, locations: tuple[Location, ...]) -> Fingerprint:
    path, quote = (locations[0].path, locations[0].quote) if locations else ("", "")
    return fingerprint(claim.kind, path, quote or claim.title)


def _finding(claim: Claim, locations: tuple[Location, ...], evidence: Evidence) -> Finding:
    return Finding(
        fingerprint=_identity(claim, locations),
        alias="",
        kind=claim.kind,
        severity=claim.severity,
        rubric=Rubric(
            reachable=claim.reachable,
            silent=claim.silent,
            shipped=Answer.UNKNOWN,
            introduced=Answer.UNKNOWN,
            proven=Answer.NO,
        ),
        reasons=(),
        defect=claim.defect,
        origin=Origin(kind=OriginKind.UNKNOWN, commit=Sha(""), subject="", author="", reason="Not traced."),
        locations=locations,
        title=claim.title,
        body=claim.body,
        unless=claim.unless,
        method=claim.method,
        fix=claim.fix,
        patch=claim.patch,
        repro=claim.repro,
        claims=(claim.id,),
        reviewers=(claim.reviewer,),
        evidence=(evidence,),
        proof=Rung.PLACED if locations and evidence.outcome is Outcome.SUPPORTS else Rung.SAID,
        state=State.OPEN,
    )


def with_evidence(finding: Finding, evidence: Evidence) -> Finding:
    """The finding with one more observation."""
    return replace(finding, evidence=(*finding.evidence, evidence))
