"""A review that was made elsewhere, as a reviewer of this change."""

from deepreview.context.brief import Brief
from deepreview.model.change import RepoPath
from deepreview.model.round import Reading, Unread
from deepreview.reviewers.base import Desk, NothingToDo
from deepreview.reviewers.mentioned import mentioned
from deepreview.reviewers.prose import count
from deepreview.reviewers.replay.voice import Voice

SILENT = "it holds no review: no finding, no section and no file is in it"


class ReplayReviewer:
    """Says again what a voice said. What counts as read is what it says it read, and the files that it names."""

    def __init__(self, voice: Voice) -> None:
        self._voice = voice
        self.name = voice.name
        self.summary = "a review that was made elsewhere"

    def missing(self) -> tuple[str, ...]:
        """Nothing: it only repeats."""
        return ()

    async def review(self, brief: Brief, desk: Desk) -> Reading:
        """Put every claim and observation on record; raises NothingToDo for a voice that said nothing at all."""
        voice = self._voice
        if voice.silent:
            raise NothingToDo("; ".join(voice.gaps) or SILENT)
        for claim in voice.claims:
            desk.say(claim)
        for observation in voice.observations:
            desk.say(observation)
        changed = [patch.path for patch in brief.change.patches]
        read = covered(voice, changed)
        return Reading(
            read=read,
            unread=tuple(
                Unread(path=path, reason=f"{voice.name} does not mention it") for path in sorted({*changed} - {*read})
            ),
            checked=stated(voice, f"{count(len(mentioned(voice.covered, changed)), 'changed file')}"),
            gaps=voice.gaps,
            original=voice.original,
            basis=voice.basis,
        )


def stated(voice: Voice, what: str) -> tuple[str, ...]:
    """What it says that it looked at, as a phrase; nothing for one that does not say."""
    return (f"what it says it read: {what}",) if voice.covered else ()


def covered(voice: Voice, changed: list[RepoPath]) -> tuple[RepoPath, ...]:
    """The changed files that a review names, sorted."""
    return mentioned((*voice.covered, *(place.path for claim in voice.claims for place in claim.places)), changed)
