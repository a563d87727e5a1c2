"""Real changes and real rounds over a sandbox, for tests of reviewers, checks and stages; public to plug-in authors."""

import asyncio
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from deepreview.archive.folder import Archive, Plan, RoundFolder
from deepreview.config.schema import Settings
from deepreview.consolidate.steps import STEPS
from deepreview.engine.desk import Repository
from deepreview.engine.fanout import Limits, Seats
from deepreview.engine.pipeline import USUAL_POLICY, Crew, Surroundings, review
from deepreview.git.change import read_change
from deepreview.git.mirror import Mirror
from deepreview.git.target import Asked, Auto, Named, Pin, Place, pin
from deepreview.lives.converge import Policy
from deepreview.model.event import Event
from deepreview.model.report import Report
from deepreview.reviewers.base import Reviewer
from deepreview.testing.sandbox import Sandbox
from deepreview.verify.catalog import CHECKS

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)


def environ(home: Path) -> Mapping[str, str]:
    """An environment built from nothing but the search path."""
    return {"PATH": os.pathsep.join(os.get_exec_path()), "HOME": str(home)}


def pin_change(box: Sandbox, asked: Asked | str = "", base: str = "") -> Pin:
    """Pin what was asked for in a mirror beside the sandbox; no text means the current branch."""
    wanted = asked if not isinstance(asked, str) else Named(text=asked) if asked else Auto()
    home = box.path.parent / "home"
    home.mkdir(exist_ok=True)
    return pin(wanted, base, Place(folder=box.path, cache=home / "cache", environ=environ(home)))


def open_change(box: Sandbox, asked: Asked | str = "", base: str = "") -> Repository:
    """The two trees and the history of a change, as reviewers and checks are given them."""
    pinned = pin_change(box, asked, base)
    mirror = Mirror(path=pinned.mirror, environ=environ(box.path.parent / "home"))
    return Repository(mirror=mirror, change=read_change(pinned, mirror))


@dataclass(kw_only=True)
class Stage:
    """Rounds over one sandbox, with the clock pinned; `events` holds what was told."""

    box: Sandbox
    asked: Asked | str = ""
    events: list[Event] = field(default_factory=list)
    policy: Policy = USUAL_POLICY

    @property
    def archive(self) -> Archive:
        """Where the rounds are."""
        return Archive(root=self.box.path.parent / "rounds")

    def plan(self, **settings: Any) -> tuple[RoundFolder, Plan]:
        """A new round that has not run yet."""
        pinned = pin_change(self.box, self.asked)
        return self.archive.start(pinned, replace(Settings(), **settings), "deepreview test", NOON)

    def run(self, *reviewers: Reviewer, **settings: Any) -> Report:
        """Run a new round to its end."""
        folder, plan = self.plan(**settings)
        return self.go_on(folder, plan, reviewers)

    def go_on(self, folder: RoundFolder, plan: Plan, reviewers: Sequence[Reviewer]) -> Report:
        """Run what is left of a round."""
        limits = Limits(usual=float(plan.settings.timeout or 120))
        crew = Crew(
            seats=Seats(reviewers=tuple(reviewers)), checks=CHECKS, steps=STEPS, limits=limits, policy=self.policy
        )
        around = Surroundings(environ=environ(self.box.path.parent / "home"), now=lambda: NOON, emit=self.events.append)
        return asyncio.run(review(plan, folder, crew, around))
