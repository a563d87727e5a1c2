"""A reviewer that does what its script says, for tests of rounds: no model, no analyser, no chance."""

import asyncio
import time
from dataclasses import dataclass

from deepreview.context.brief import Brief
from deepreview.model.claim import Claim, Observation
from deepreview.model.round import Reading
from deepreview.reviewers.base import Desk


@dataclass(eq=False, kw_only=True)
class Scripted:
    """Says what it was given, waits, and ends as told; `calls` counts how often it was asked."""

    name: str = "scripted"
    said: tuple[Claim | Observation, ...] = ()
    reading: Reading | None = None
    """What it returns; without one, that it read all changed files."""
    fails: BaseException | None = None
    """Raised after everything was said."""
    sleeps: float = 0
    """Seconds that it waits after it spoke, in a way that can be cancelled."""
    blocks: float = 0
    """Seconds that it keeps a thread busy after it spoke, in a way that cannot be cancelled."""
    lacks: tuple[str, ...] = ()
    calls: int = 0

    @property
    def summary(self) -> str:
        """What it looks for, in one line."""
        return "what its script says"

    def missing(self) -> tuple[str, ...]:
        """What it was told to lack."""
        return self.lacks

    async def review(self, brief: Brief, desk: Desk) -> Reading:
        """Follow the script."""
        self.calls += 1
        for said in self.said:
            desk.say(said)
        await asyncio.sleep(self.sleeps)
        if self.blocks:
            await asyncio.to_thread(time.sleep, self.blocks)
        if self.fails is not None:
            raise self.fails
        return self.reading or read_all(brief)


def read_all(brief: Brief) -> Reading:
    """The reading of a reviewer that read every changed file."""
    return Reading(
        read=tuple(sorted(patch.path for patch in brief.change.patches)), unread=(), checked=("the script",), gaps=()
    )
