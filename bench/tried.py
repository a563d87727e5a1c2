"""Features that were tried for severity and did not pay; kept so that the claim can be checked again."""

import re
from collections.abc import Callable

from deepreview.consolidate.features import Said, plain, share, words
from deepreview.consolidate.shipped import shipped
from deepreview.model.claim import Answer, Claim, DefectClass

_LONG = 3_000
_LOOKS = r"nam(?:e|ed|ing)\b|renam|unused|dead\b|duplicat|redundan|style|inconsisten|unnecessar|simplif|consider|magic"
_HARM = r"secur|inject|vulnerab|credential|secret|privileg|travers|escap"
_COST = r"inefficien|performance|slow|latenc|allocat|overhead|wasteful|optimi[sz]"
_HEDGE = (
    r"unlikely|rare|edge.case|theoretical|latent|harmless|cosmetic|minor|nit\b|low.(?:impact|risk|severity)|benign|"
    r"in practice|currently|today|future|not reachable|unreachable|pre-existing|preexisting|optional|defensive|"
    r"self-heal|no (?:functional|correctness|user|behaviou?r)|purely|slight|mild|worth|might|may want|could also"
)
_HEDGES = re.compile(rf"\b(?:{_HEDGE})")
_FENCE = re.compile(r"^[ \t]*(?:```|~~~)")


def _prose(claim: Claim) -> str:
    """What is said in words: lower case, without fenced code."""
    kept, inside = list[str](), False
    for line in f"{claim.title}\n{claim.body}\n{claim.fix}".lower().splitlines():
        if _FENCE.match(line):
            inside = not inside
        elif not inside:
            kept.append(line)
    return "\n".join(kept)


def _hedged(said: Said) -> float:
    return share(_HEDGES.search(_prose(claim)) is not None for claim in said.claims)


def _unshipped(said: Said) -> float:
    return float(any(shipped(claim.main.path) is Answer.NO for claim in said.claims if claim.main))


def _lineless(said: Said) -> float:
    return share(not any(place.first for place in claim.places) for claim in said.claims)


def _scattered(said: Said) -> float:
    return share(len(claim.places) > 1 for claim in said.claims)


def _length(said: Said) -> float:
    return min(max(len(_prose(claim)) for claim in said.claims), _LONG) / _LONG


def _reproduced(said: Said) -> float:
    return share(bool(claim.repro) for claim in said.claims)


def _defect(defect: DefectClass) -> Callable[[Said], float]:
    return lambda said: share(claim.defect is defect for claim in said.claims)


TRIED = (
    plain("gap", "class", _defect(DefectClass.GAP), "it is called a gap"),
    plain("enhancement", "class", _defect(DefectClass.ENHANCEMENT), "it is called an enhancement"),
    words("looks", "other words", _LOOKS, "it is about names or style"),
    words("cost", "other words", _COST, "it is about speed"),
    words("harm", "other words", _HARM, "it touches security"),
    plain("length", "writing", _length, "much is said to explain it"),
    plain("reproduced", "writing", _reproduced, "it was shown by running it"),
    plain("hedged", "hedge", _hedged, "the reviewer names limits itself"),
    plain("unshipped", "place", _unshipped, "it does not ship"),
    plain("lineless", "place", _lineless, "no line is named"),
    plain("scattered", "place", _scattered, "it is in several places"),
)
