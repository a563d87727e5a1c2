"""Is the quoted code there? A claim is placed where its quote stands, or it is refuted.

Reviewers get lines wrong far more often than code (one agent's lines were off in 28 % of checked claims), so the quote
leads: it is looked for on the cited lines first, then anywhere in the file, without regard to white space.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from deepreview.model.change import RepoPath, Sha, Side
from deepreview.model.claim import Answer, Claim, Place
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

NAME = "quote"
_MOST_LINES = 40
_MOST_CHARACTERS = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A file that a claim is about, as it is in its tree."""

    blob: Sha
    lines: tuple[str, ...]


Lookup = Callable[[str, Side], Source | None]


def place(claim: Claim, lookup: Lookup) -> Finding | Dropped:
    """A finding of this one claim, located where its code stands; or why it cannot be placed."""
    if not claim.places:
        said = Evidence(check=NAME, outcome=Outcome.INCONCLUSIVE, summary="It names no place.", detail="")
        return _finding(claim, (), said)
    main, *others = claim.places
    source = lookup(main.path, main.side)
    if source is None:
        return _unplaced(claim, f"{main.path} does not exist at {main.side.value}")
    anchored = anchor(main, claim.quote, source)
    if anchored is None:
        what = "the quoted code stands" if claim.quote.strip() else f"the lines {main.first} to {main.last} stand"
        return _unplaced(claim, f"{what} nowhere in {main.path} at {main.side.value}")
    first, last, summary = anchored
    locations = [_location(main, first, last, source)]
    locations += [
        _location(other, other.first, other.last, found)
        for other in others
        if (found := lookup(other.path, other.side)) and _exists(other, found)
    ]
    evidence = Evidence(check=NAME, outcome=Outcome.SUPPORTS, summary=summary, detail="")
    return _finding(claim, tuple(dict.fromkeys(locations)), evidence)


def anchor(place: Place, quote: str, source: Source) -> tuple[int, int, str] | None:
    """First line, last line and what was found; None when the quote is not in the file."""
    wanted = [line for raw in quote.split("\n") if (line := _squeezed(raw))]
    if not wanted:
        return (
            (place.first, place.last, "What was cited exists; nothing was quoted.") if _exists(place, source) else None
        )
    standing = [(number, line) for number, raw in enumerate(source.lines, 1) if (line := _squeezed(raw))]
    starts = _occurrences(wanted, [line for _, line in standing])
    best = min(starts, key=lambda i: abs(standing[i][0] - place.first), default=None)
    if best is None:
        return None
    first, last = standing[best][0], standing[best + len(wanted) - 1][0]
    if first == place.first:
        return first, last, "The quoted code stands on the cited lines."
    cited = f"line {place.first}" if place.first else "the whole file"
    return first, last, f"The quoted code stands at line {first}; {cited} was cited."


def _exists(place: Place, source: Source) -> bool:
    """Whether there are such lines; 0 to 0 is the file as a whole."""
    return place.first == place.last == 0 or 0 < place.first <= place.last <= len(source.lines)


def _occurrences(wanted: Sequence[str], lines: Sequence[str]) -> Iterator[int]:
    """Where `wanted` begins in `lines`, in time linear in both (Knuth, Morris, Pratt): quotes may be hostile."""
    fallback, length = [0] * len(wanted), 0
    for i in range(1, len(wanted)):
        while length and wanted[i] != wanted[length]:
            length = fallback[length - 1]
        length += wanted[i] == wanted[length]
        fallback[i] = length
    matched = 0
    for i, line in enumerate(lines):
        while matched and (matched == len(wanted) or line != wanted[matched]):
            matched = fallback[matched - 1]
        matched += line == wanted[matched]
        if matched == len(wanted):
            yield i - matched + 1


def _squeezed(line: str) -> str:
    return "".join(line.split())


def _location(place: Place, first: int, last: int, source: Source) -> Location:
    shown = source.lines[first - 1 : min(last, first + _MOST_LINES - 1)] if first else ()
    quote = "\n".join(line[:_MOST_CHARACTERS] for line in shown)
    return Location(path=RepoPath(place.path), side=place.side, first=first, last=last, quote=quote, blob=source.blob)


def _unplaced(claim: Claim, reason: str) -> Dropped:
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
        proof=Rung.PLACED if locations else Rung.SAID,
        state=State.OPEN,
    )


def with_evidence(finding: Finding, evidence: Evidence) -> Finding:
    """The finding with one more observation."""
    return replace(finding, evidence=(*finding.evidence, evidence))
