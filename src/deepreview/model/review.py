"""One reviewer's text, understood."""

from dataclasses import dataclass

from deepreview.model.claim import Claim, Observation


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """What one reviewer's text says."""

    reviewer: str
    verdict: str
    """In the reviewer's own words; empty where none is stated."""
    claims: tuple[Claim, ...]
    """Of the kind `said`; the ids are `reviewer/pass/I1`, a repeated one with `.2` behind it."""
    observations: tuple[Observation, ...]
    """Items of the other sections; sections that no report has are notes under their own title."""
    covered: tuple[str, ...]
    """Paths that its coverage section names, as written, but for those that it says it did not read."""
    gaps: tuple[str, ...]
    """What was not understood, as sentences."""
