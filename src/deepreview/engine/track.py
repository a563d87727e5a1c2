"""How reviewers' claims fared in the earlier rounds of a change, where somebody answered them."""

from collections.abc import Iterator, Sequence

from deepreview.consolidate import severity
from deepreview.consolidate.base import Step
from deepreview.consolidate.record import Records, tally
from deepreview.lives.attach import Past
from deepreview.model.claim import Claim, Severity
from deepreview.model.finding import State

CHECK = "check:"
"""What the names of checks begin with, where they say what became of a finding."""
_STOOD = frozenset({State.FIXED, State.DOCUMENTED, State.DEFERRED})


def with_records(steps: Sequence[Step], past: Past) -> tuple[Step, ...]:
    """The steps, the one that rates being told of what reviewers claimed before."""
    rated = severity.step(records_of(past))
    return tuple(rated if step.name == rated.name else step for step in steps)


def records_of(past: Past) -> Records:
    """By reviewer, of the findings that a person answered: at which severity they stood, or that they were declined.

    What only a check observed, and what nobody answered, counts for nothing.
    """
    return tally(_answered(past))


def _answered(past: Past) -> Iterator[tuple[Claim, Severity | None]]:
    claims = {(report.clock.round_id, claim.id): claim for report in past.rounds for claim in report.claims}
    for life in past.lives:
        said = life.resolution
        if said is None or said.by.startswith(CHECK) or life.state is not said.state:
            continue
        for claim in life.finding.claims:
            if life.state in _STOOD:
                yield claims[life.last.id, claim], life.finding.severity
            elif life.state is State.DECLINED:
                yield claims[life.last.id, claim], None
