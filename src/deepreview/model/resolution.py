"""What became of a finding: said once, never changed, always with who said it and why."""

from dataclasses import dataclass

from deepreview.model.change import Sha
from deepreview.model.finding import Fingerprint, State


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolution:
    """One thing that somebody, or a check, said about a finding; the newest that is no proposal counts."""

    fingerprint: Fingerprint
    state: State
    by: str
    """A person's name or address, or the check that observed it: `check:patch`."""
    at: str
    """ISO 8601, UTC."""
    reason: str
    """Why it is declined or deferred, or what the observation rests on; for `fixed` it may be empty."""
    commit: Sha
    """The commit that fixes it; empty where none is known."""
    link: str
    """Where a deferred finding is followed up; empty for others."""
    round: str
    """The id of the round whose report it is about."""
    proposed: bool
    """Whether it waits for a person to confirm it."""
