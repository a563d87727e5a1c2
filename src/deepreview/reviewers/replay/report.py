"""A round's own report.json: its reviewers say again what they said, so that rounds can be settled anew."""

from typing import Any

from deepreview.model.claim import Claim, Observation
from deepreview.model.round import Completed
from deepreview.reviewers.replay.voice import NotUnderstood, Voice
from deepreview.wire import REPORT


def is_report(document: object) -> bool:
    """Whether a JSON document is meant to be a report of this program."""
    return isinstance(document, dict) and {"schema", "claims", "claims_map"} <= document.keys()


def read_report(document: Any, _: str) -> tuple[Voice, ...]:  # noqa: ANN401 - JSON of any shape
    """One voice for each reviewer that completed or said something; raises NotUnderstood."""
    try:
        report = REPORT.validate_python(document)
    except ValueError as error:
        raise NotUnderstood("is a report of another version of deepreview") from error
    names = dict.fromkeys(run.reviewer for run in report.runs)
    names |= dict.fromkeys(claim.reviewer for claim in report.claims)
    read = {run.reviewer: run.reading.read for run in report.runs if isinstance(run, Completed)}
    return tuple(_voice(name, report.claims, report.observations, tuple(read.get(name, ()))) for name in names)


def _voice(name: str, claims: tuple[Claim, ...], observations: tuple[Observation, ...], read: tuple[str, ...]) -> Voice:
    own = tuple(claim for claim in claims if claim.reviewer == name)
    return Voice(
        name=name,
        family=own[0].family if own else name,
        claims=own,
        observations=tuple(one for one in observations if one.reviewer == name),
        covered=read,
    )
