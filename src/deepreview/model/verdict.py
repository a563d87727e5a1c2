"""Whether a change may be merged."""

from dataclasses import dataclass
from enum import Enum


class VerdictValue(Enum):
    """Whether it may be merged."""

    MERGE = "merge as-is"
    FIXES = "merge with fixes"
    REWORK = "rework"
    NONE = "no verdict"
    """No reviewer read the change, so there is nothing to conclude."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Derived from the open findings."""

    value: VerdictValue
    reason: str
    """One sentence that names the findings that decide."""
