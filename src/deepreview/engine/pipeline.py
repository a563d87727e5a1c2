"""A round from its plan to its report: every stage by name, in order."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from deepreview.agents.base import Agent
from deepreview.archive.folder import BRIEF_FILE, Plan, RoundFolder
from deepreview.consolidate.base import Slate, Step, assert_conserved, settle
from deepreview.consolidate.cluster import cluster
from deepreview.consolidate.merge import merged
from deepreview.consolidate.steps import arranged
from deepreview.context.brief import Brief, Earlier, Thread
from deepreview.context.companions import MOST_COMMITS, companions
from deepreview.context.papers import papers, summary
from deepreview.context.rules import rules
from deepreview.engine.desk import Repository, ReviewedFiles
from deepreview.engine.earlier import closed, fed, past_of, told, waiting
from deepreview.engine.fanout import Limits, Room, Said, Seats, fan_out
from deepreview.engine.host import GuestHouse, Hospitality
from deepreview.engine.lead import led_records
from deepreview.engine.scratch import scratch_folder, sweep
from deepreview.engine.track import with_records
from deepreview.git.change import read_change
from deepreview.git.history import touched_together
from deepreview.git.mirror import Mirror
from deepreview.lives.attach import NOTHING, Attached, Past, attached
from deepreview.lives.converge import Policy
from deepreview.model.change import Change, RepoPath, Side
from deepreview.model.claim import Claim, Observation
from deepreview.model.event import Emit, RoundStarted, StageEnded
from deepreview.model.finding import Dropped, Finding
from deepreview.model.report import Clock, Report
from deepreview.model.round import Run, Skipped
from deepreview.report.build import Records, build_report, printable
from deepreview.verify.base import Check
from deepreview.verify.origin import trace
from deepreview.verify.proof import examined
from deepreview.verify.quote import place, unseen

USUAL = Limits(usual=120.0)
USUAL_POLICY = Policy()


@dataclass(frozen=True, slots=True, kw_only=True)
class Crew:
    """Who takes part."""

    seats: Seats
    checks: tuple[Check, ...]
    steps: tuple[Step, ...]
    limits: Limits = USUAL
    lead: Agent | None = None
    policy: Policy = USUAL_POLICY
    terms: Hospitality | None = None
    """On what terms agents are taken in; None where nobody asks any."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What the outside gives to a round."""

    environ: Mapping[str, str]
    now: Callable[[], datetime]
    emit: Emit
    threads: tuple[Thread, ...] = ()
    """What people said of the change where it is discussed."""


async def review(plan: Plan, folder: RoundFolder, crew: Crew, around: Surroundings) -> Report:
    """Run the round that was planned, or what is left of it, and report."""
    watch = _Watch(emit=around.emit)
    mirror = Mirror(path=plan.pin.mirror, environ=around.environ)
    change = read_change(plan.pin, mirror)
    repository = Repository(mirror=mirror, change=change)
    around.emit(_started(change, crew))
    past = past_of(folder, plan, repository)
    brief = brief_of(repository, told(past), datetime.fromisoformat(plan.started).date(), around.threads)
    folder.write(BRIEF_FILE, printable(summary(brief)))
    watch.stage("change")
    async with _house(crew, repository, brief, folder, around) as house:
        room = _room(repository, brief, folder, crew, around)
        room = replace(room, house=house)
        runs, said = await fan_out(crew.seats, room)
        watch.stage("reviewers")
        before = _Before(past=past)
        slate = consolidate(said, crew, repository, before)
        watch.stage("checks")
        records = Records(
            tool=plan.tool,
            number=plan.number,
            clock=watch.clock(plan, runs, around.now()),
            change=change,
            runs=runs,
            observations=_observations(said),
            slate=arranged(waiting(slate, past, crew.policy, plan.number)),
            rules=tuple(one for rule in brief.rules for one in rule.accepted),
        )
        records = closed(records, past, before.attached, crew.policy)
        if crew.lead and house:
            records = await led_records(crew.lead, records, room)
            watch.stage("lead")
            slate = waiting(records.slate, past, crew.policy, plan.number)  # under the names that the lead used
            records = replace(records, slate=slate, clock=watch.clock(plan, runs, around.now()))
            records = closed(records, past, before.attached, crew.policy)
    return build_report(records, repository.lines)


def _room(repository: Repository, brief: Brief, folder: RoundFolder, crew: Crew, around: Surroundings) -> Room:
    return Room(
        repository=repository,
        folder=folder,
        brief=brief,
        environ=around.environ,
        limits=crew.limits,
        emit=around.emit,
    )


@asynccontextmanager
async def _house(
    crew: Crew, repository: Repository, brief: Brief, folder: RoundFolder, around: Surroundings
) -> AsyncIterator[GuestHouse | None]:
    """Where agents are taken in for this round; None where nobody asks any."""
    if crew.terms is None:
        yield None
        return
    await asyncio.to_thread(sweep)
    with scratch_folder() as scratch:
        house = GuestHouse(
            repository=repository,
            hospitality=crew.terms,
            papers=papers(brief),
            folder=scratch.resolve(),
            environ=around.environ,
            record=folder.note_request,
            before=folder.spent(),
        )
        async with house.open():
            yield house


def _started(change: Change, crew: Crew) -> RoundStarted:
    return RoundStarted(
        title=change.title or change.slug,
        how=change.how,
        files=len(change.patches),
        added=change.added,
        removed=change.removed,
        reviewers=tuple(reviewer.name for reviewer in crew.seats.reviewers),
    )


def brief_of(
    repository: Repository, earlier: tuple[Earlier, ...], today: date, threads: tuple[Thread, ...] = ()
) -> Brief:
    """What every reviewer is given to read."""
    change = repository.change
    sets = touched_together(repository.git, change.head, MOST_COMMITS)
    changed = {patch.path for patch in change.patches}
    return Brief(
        change=change,
        companions=companions(sets, changed, repository.tree(Side.HEAD).entries().keys()),
        rules=rules(repository.tree(Side.BASE), changed, change.number, today),
        earlier=earlier,
        threads=threads,
    )


@dataclass(eq=False, kw_only=True)
class _Before:
    """The earlier rounds, and which of this round's findings are theirs."""

    past: Past
    attached: Attached = NOTHING

    def attach(self, findings: Sequence[Finding]) -> tuple[Finding, ...]:
        """The findings, each with its standing."""
        self.attached = attached(findings, self.past)
        return self.attached.findings


def consolidate(said: Said, crew: Crew, repository: Repository | None, before: _Before | None = None) -> Slate:
    """All that was said, placed, merged, examined and settled; without a repository places are taken as written."""
    claims = {one.id: one for one in sorted((c for c in said if isinstance(c, Claim)), key=lambda claim: claim.id)}
    assert len(claims) == sum(isinstance(one, Claim) for one in said), "two claims have the same id"
    placed = place_all(claims.values(), repository) if repository else [unseen(claim) for claim in claims.values()]
    findings, dropped = merged(claims, placed, cluster)
    if repository:
        findings = examined(trace(findings, repository), crew.checks, repository)
    steps = crew.steps
    if before:
        findings = before.attach(findings)
        steps = with_records(fed(steps, before.attached.shut), before.past)
    slate = Slate(findings=findings, dropped=dropped, claims=claims)
    assert_conserved(slate, "merged")
    return settle(slate, steps)


def place_all(claims: Iterable[Claim], repository: Repository) -> list[Finding | Dropped]:
    """Each claim where its code stands, or dropped for want of a place; in the order of the claims."""
    files = ReviewedFiles(repository)
    asked = list(claims)
    wanted = [found for claim in asked for said in claim.places if (found := files.resolve(said))]
    repository.load((RepoPath(place.path), place.side) for place in wanted)
    return [place(claim, files) for claim in asked]


def _observations(said: Said) -> tuple[Observation, ...]:
    return tuple(one for one in said if isinstance(one, Observation))


@dataclass(kw_only=True)
class _Watch:
    """Seconds by stage, told as each ends."""

    emit: Emit
    stages: dict[str, float] = field(default_factory=dict)
    _last: float = field(default_factory=time.monotonic)

    def stage(self, name: str) -> None:
        now = time.monotonic()
        self.stages[name], self._last = round(now - self._last, 3), now
        self.emit(StageEnded(stage=name, seconds=self.stages[name]))

    def clock(self, plan: Plan, runs: Sequence[Run], finished: datetime) -> Clock:
        """All that differs between two runs on the same commits."""
        started = datetime.fromisoformat(plan.started)
        return Clock(
            round_id=plan.id,
            started=plan.started,
            finished=finished.isoformat(timespec="seconds"),
            seconds=round((finished - started).total_seconds(), 3),
            stages=self.stages | {run.reviewer: run.seconds for run in runs if not isinstance(run, Skipped)},
        )
