"""What happens while a round runs. Events tell; return values decide."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from deepreview.model.agent import AgentEvent
from deepreview.model.claim import Severity
from deepreview.model.round import Run


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundStarted:
    """The change is pinned and the reviewers are about to start."""

    title: str
    how: str
    files: int
    added: int
    removed: int
    reviewers: tuple[str, ...]
    kind: Literal["round-started"] = "round-started"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewerStarted:
    """A reviewer began."""

    reviewer: str
    kind: Literal["reviewer-started"] = "reviewer-started"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimMade:
    """A reviewer said something; it may still be dropped."""

    reviewer: str
    severity: Severity
    title: str
    path: str
    line: int
    kind: Literal["claim-made"] = "claim-made"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewerEnded:
    """A reviewer ended, in whichever way."""

    run: Run
    resumed: bool
    kind: Literal["reviewer-ended"] = "reviewer-ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class StageEnded:
    """A stage of the pipeline ended."""

    stage: str
    seconds: float
    kind: Literal["stage-ended"] = "stage-ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentActed:
    """A reviewer that is an agent did something."""

    reviewer: str
    event: AgentEvent
    kind: Literal["agent-acted"] = "agent-acted"


Event = RoundStarted | ReviewerStarted | AgentActed | ClaimMade | ReviewerEnded | StageEnded
Emit = Callable[[Event], None]
