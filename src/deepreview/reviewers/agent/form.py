"""Whether an answer has the form that was asked for, so that nothing of it is lost in reading."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

from deepreview.model.claim import Claim, ClaimId
from deepreview.model.review import Review
from deepreview.parse.lines import MOST_CHARACTERS
from deepreview.parse.outline import outline
from deepreview.parse.review import Author, parse_review
from deepreview.parse.vocabulary import CLAIMING, Part
from deepreview.reviewers.agent.coverage import spans

_HALF = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An agent's text, read."""

    text: str
    review: Review
    parts: AbstractSet[Part]
    """The sections that it has."""
    stated: bool
    """Whether its claims stand under headings of their own: else they are guesses at prose."""

    @property
    def whole(self) -> bool:
        """Whether it has findings and coverage: nothing that was written before is needed."""
        return bool(self.parts & CLAIMING) and Part.COVERAGE in self.parts


def read_answer(text: str, author: Author) -> Answer:
    """Claims, observations and sections of a text."""
    chapters = outline(text[:MOST_CHARACTERS])
    return Answer(
        text=text,
        review=parse_review(text, author),
        parts=frozenset(chapter.part for chapter in chapters),
        stated=any(chapter.stated for chapter in chapters),
    )


def better(one: Answer, other: Answer) -> Answer:
    """The answer that holds more of a review; the first where they are alike."""

    def weight(answer: Answer) -> tuple[int, int, int]:
        known = len(answer.parts - {Part.PREAMBLE, Part.OTHER})
        return (len(answer.review.claims) if answer.stated else 0, known, len(answer.review.covered))

    return other if weight(other) > weight(one) else one


def together(first: Answer, second: Answer) -> Answer:
    """A second answer with what only the first one holds: who was asked for the form has taken nothing back."""
    again = {_title(claim) for claim in second.review.claims} | {_place(claim) for claim in second.review.claims}
    left = [claim for claim in first.review.claims if not {_title(claim), _place(claim)} & (again - {""})]
    more = first if len(first.parts) > len(second.parts) else second
    review = replace(
        second.review,
        verdict=second.review.verdict or first.review.verdict,
        claims=(*second.review.claims, *(replace(claim, id=ClaimId(f"{claim.id}-first")) for claim in left)),
        observations=more.review.observations,
        covered=tuple(dict.fromkeys((*first.review.covered, *second.review.covered))),
        gaps=tuple(dict.fromkeys((*first.review.gaps, *second.review.gaps))),
    )
    return Answer(
        text=f"{first.text}\n\n---\n\n{second.text}" if left or more is first else second.text,
        review=review,
        parts=first.parts | second.parts,
        stated=first.stated or second.stated,
    )


def _title(claim: Claim) -> str:
    return " ".join(claim.title.lower().split())


def _place(claim: Claim) -> str:
    """Where it is, for one that has lines."""
    return f"{claim.main.path}:{claim.main.first}" if claim.main and claim.main.first else ""


def problems(answer: Answer, parts: frozenset[int], total: int) -> tuple[str, ...]:
    """What is missing, as sentences for its author; `parts` are those of the diff whose receipts it lists."""
    told = []
    if not answer.parts & CLAIMING:
        told.append("It has no sections `Critical Issues`, `Important Issues` and `Suggestions`.")
    elif answer.review.claims and not answer.stated:
        told.append("Its findings have no headings of the form `I1. **Title** — location`.")
    if Part.COVERAGE not in answer.parts:
        told.append("It has no section `Coverage Summary` with a row for each changed file.")
    missing = frozenset(range(1, total + 1)) - parts
    if _HALF * len(missing) > total:
        told.append(f"The receipts of {spans(missing)} of the diff are missing.")
    return tuple(told)
