"""What a check observed about a finding."""

from dataclasses import dataclass
from enum import Enum


class Outcome(Enum):
    """Whether an observation speaks for the finding."""

    SUPPORTS = "supports"
    REFUTES = "refutes"
    INCONCLUSIVE = "inconclusive"
    NOT_APPLICABLE = "not-applicable"
    ERROR = "error"


class Rung(Enum):
    """How far a finding is proven; the order of definition is the order of strength."""

    SAID = "said"
    PLACED = "placed"
    PARSED = "parsed"
    EXECUTED = "executed"
    REPRODUCED = "reproduced"
    MUTATED = "mutated"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One check's observation; it judges nothing."""

    check: str
    outcome: Outcome
    summary: str
    """One sentence."""
    detail: str
    """What was compared or printed; may be empty."""
