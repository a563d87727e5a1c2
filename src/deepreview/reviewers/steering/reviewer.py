"""Files of the change that steer coding agents: none of our agents sees them, but everybody else's would.

Settings that run programs, send requests elsewhere or permit more are findings: whoever opens this branch with an agent
runs them. Instructions and the like are notes.
"""

import asyncio

from deepreview.context.brief import Brief
from deepreview.context.steering import Sort, Steering, steering
from deepreview.model.change import FileKind, Side
from deepreview.model.claim import Observation, Place, Section
from deepreview.model.round import Reading
from deepreview.reviewers.base import Desk, NothingToDo
from deepreview.reviewers.ground import Said, numbered
from deepreview.reviewers.prose import code, count

KIND = "agent-settings"
_HARMLESS = ("change its settings.", "set its environment variables.")


class SteeringReviewer:
    """Seated wherever agents are: what was kept from them is told to people."""

    name = "steering"
    summary = "settings of coding agents that the change brings: hooks, servers, helpers, redirected requests"

    def missing(self) -> tuple[str, ...]:
        """Nothing: it needs no program."""
        return ()

    async def review(self, brief: Brief, desk: Desk) -> Reading:
        """Say what the change does to agents; raises NothingToDo where it does nothing to them."""
        found = await asyncio.to_thread(steering, brief.change, desk.tree(Side.BASE), desk.tree(Side.HEAD))
        touched = [one for one in found if one.done is not None and one.done is not FileKind.DELETED]
        if not touched:
            raise NothingToDo("the change adds and edits no file that steers coding agents")
        acting = [one for one in touched if _acts(one)]
        for claim in numbered(self.name, map(_said, acting)):
            desk.say(claim)
        for one in touched:
            if one not in acting:
                told = f"The change {_did(one)} {code(one.path)}. {one.effect} No agent of this review saw it."
                desk.say(Observation(reviewer=self.name, section=Section.NOTE, text=told))
        return Reading(
            read=tuple(sorted(one.path for one in touched)),
            unread=(),
            checked=(f"{count(len(found), 'file')} that steer coding agents, {len(touched)} of them from this change",),
            gaps=(),
        )


def _acts(one: Steering) -> bool:
    """Whether it runs something, or sends or permits something, and does not only set a value."""
    if one.sort is Sort.BURIED:
        return one.path.endswith("config")
    return one.sort is Sort.SETTINGS and one.effect.removeprefix(f"It would make {one.reader} ") not in _HARMLESS


def _did(one: Steering) -> str:
    return "adds" if one.done in {FileKind.ADDED, FileKind.COPIED} else "edits"


def _said(one: Steering) -> Said:
    does = one.effect.replace("It would", "would", 1).removesuffix(".")
    return Said(
        kind=KIND,
        title=f"{code(one.path)} {does}" if one.sort is Sort.SETTINGS else f"{code(one.path)}: {does}",
        body=f"The change {_did(one)} this file. {one.effect} Whoever opens the branch with that agent is steered "
        "by it before reading it. No agent of this review saw it.",
        unless="It does not matter where the project wants these settings and they were read as code is read.",
        method="The names and contents of files that coding agents are known to read at their start.",
        places=(Place(path=one.path, first=0, last=0),),
        quote="",
        fix="Read it as you would read code that runs on your machine.",
    )
