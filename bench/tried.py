"""Features that were tried for severity and did not pay; kept so that the claim can be checked again."""

from deepreview.consolidate.features import Said, plain, share, words
from deepreview.consolidate.shipped import shipped
from deepreview.model.claim import Answer

_HEDGE = (
    r"unlikely|rare|edge.case|theoretical|latent|harmless|cosmetic|minor|nit\b|low.(?:impact|risk|severity)|benign|"
    r"in practice|currently|today|future|not reachable|unreachable|pre-existing|preexisting|optional|defensive|"
    r"self-heal|no (?:functional|correctness|user|behaviou?r)|purely|slight|mild|worth|might|may want|could also"
)


def _unshipped(said: Said) -> float:
    return float(bool(said.path) and shipped(said.path) is Answer.NO)


def _lineless(said: Said) -> float:
    return share(not any(place.first for place in claim.places) for claim in said.claims)


def _scattered(said: Said) -> float:
    return share(len(claim.places) > 1 for claim in said.claims)


TRIED = (
    words("hedged", "hedge", _HEDGE, "the reviewer names limits itself", title=False),
    plain("unshipped", "place", _unshipped, "it does not ship"),
    plain("lineless", "place", _lineless, "no line is named"),
    plain("scattered", "place", _scattered, "it is in several places"),
)
