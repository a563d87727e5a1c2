"""Reviews of a change that is not here: merged and settled as in a round, with every place taken as written."""

from collections.abc import Sequence
from datetime import datetime

from deepreview.consolidate.base import Step
from deepreview.engine.fanout import Said, Seats
from deepreview.engine.pipeline import Crew, consolidate
from deepreview.model.change import Change, RepoPath, Sha
from deepreview.model.report import Clock, Report
from deepreview.model.round import Completed, Reading, Run, Skipped
from deepreview.report.build import Records, build_report
from deepreview.reviewers.replay.reviewer import SILENT, stated
from deepreview.reviewers.replay.voice import Voice


def report_unseen(voices: Sequence[Voice], steps: tuple[Step, ...], tool: str, now: datetime) -> Report:
    """One report of what the voices said; nothing in it was compared with code."""
    said: Said = tuple(claim for voice in voices for claim in voice.claims)
    slate = consolidate(said, Crew(seats=Seats(reviewers=()), checks=(), steps=steps), None)
    stamp = now.isoformat(timespec="seconds")
    records = Records(
        tool=tool,
        number=1,
        clock=Clock(round_id=f"{now:%Y%m%d-%H%M%S}-reviews", started=stamp, finished=stamp, seconds=0.0, stages={}),
        change=_NOTHING,
        runs=tuple(_run(voice) for voice in voices),
        observations=tuple(one for voice in voices for one in voice.observations),
        slate=slate,
    )
    return build_report(records, lambda *_: ())


def _run(voice: Voice) -> Run:
    """What it read is what it names: there is no change to hold it against."""
    if voice.silent:
        return Skipped(reviewer=voice.name, reason="; ".join(voice.gaps) or SILENT)
    named = {*voice.covered, *(place.path for claim in voice.claims for place in claim.places)}
    reading = Reading(
        read=tuple(RepoPath(path) for path in sorted(named)),
        unread=(),
        checked=stated(voice, "taken as written"),
        gaps=voice.gaps,
        original=voice.original,
        basis=voice.basis,
    )
    return Completed(reviewer=voice.name, claims=len(voice.claims), seconds=0.0, reading=reading)


_NOTHING = Change(
    slug="reviews",
    repo="",
    url="",
    number=0,
    title="Merged reviews",
    branch="",
    how="the code was not at hand, so every place is as its reviewer wrote it",
    base=Sha(""),
    head=Sha(""),
    commits=(),
    patches=(),
    shallow=False,
)
