"""Whether what an agent answered is a review of this change: an outage, a refusal or a guess is no praise."""

import re
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cached_property

from deepreview.model.agent import Failure
from deepreview.model.change import Change, RepoPath
from deepreview.model.review import Review
from deepreview.parse.vocabulary import Part
from deepreview.reviewers.agent.notices import is_notice, is_refusal, last_paragraph
from deepreview.reviewers.mentioned import mentioned

_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]{3,60}")
_CAMEL = re.compile(r"[a-z][A-Z]")
_PERSON = re.compile(r"\b(?:I|I['’]m|you|your|please|try again)\b", re.IGNORECASE)
_SHORT, _QUICK, _FEW = 600, 30.0, 3
"""Characters, seconds and tool calls: an answer below all three has read nothing."""


@dataclass(frozen=True)
class Vocabulary:
    """The names that a review of a change can hardly do without."""

    change: Change

    @cached_property
    def paths(self) -> frozenset[RepoPath]:
        """All changed paths, at both sides."""
        return frozenset(path for patch in self.change.patches for path in (patch.path, patch.old_path))

    @cached_property
    def _files(self) -> frozenset[str]:
        """Paths, and names of files that are no mere word."""
        names = (path.rpartition("/")[2] for path in self.paths)
        return self.paths | frozenset(name for name in names if "." in name[1:])

    @cached_property
    def _identifiers(self) -> frozenset[str]:
        """Names in the changed lines that no prose would use: with an underscore, or with a capital inside."""
        lines = (line for patch in self.change.patches for hunk in patch.hunks for line in hunk.lines)
        return frozenset(_shaped("\n".join(line for line in lines if line[:1] in "+-")))

    def named_in(self, text: str) -> bool:
        """Whether a text names a file or an identifier of the change."""
        return any(name in text for name in self._files) or not self._identifiers.isdisjoint(_shaped(text))


def _shaped(text: str) -> Iterator[str]:
    for found in _IDENTIFIER.finditer(text):
        word = found[0]
        if _CAMEL.search(word) or "_" in word.strip("_"):
            yield word


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """An answer that came to its end, and what is known of it."""

    text: str
    review: Review
    parts: AbstractSet[Part]
    """The sections that it has."""
    read: int
    """Changed files that it is known to have read."""
    calls: int
    """Tools that it used."""
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Worthless:
    """Why an answer is no review."""

    failure: Failure
    message: str


def worthless(given: Given, words: Vocabulary) -> Worthless | None:
    """Why an answer is no review of the change; None for one that is."""
    text = given.text.strip()
    if not text:
        return Worthless(failure=Failure.EMPTY, message="it ended without a word")
    places = (place.path for claim in given.review.claims for place in claim.places)
    here = bool(mentioned(places, words.paths))
    if told := _stopped(given, text, here=here):
        return told
    if not here and not words.named_in(text):
        return Worthless(failure=Failure.ELSEWHERE, message="it names no file and no identifier of this change")
    brief = len(text) < _SHORT and given.seconds < _QUICK and given.calls < _FEW
    if brief and not here and not given.read:
        figures = f"{len(text)} characters after {given.seconds:.0f} s and {given.calls} tool calls"
        return Worthless(failure=Failure.SHORT, message=f"it said too little to have read anything: {figures}")
    if not here and not given.read:
        return Worthless(failure=Failure.UNREAD, message="nothing shows that it read any of the change")
    return None


def _stopped(given: Given, text: str, *, here: bool) -> Worthless | None:
    """A notice or a refusal: the whole of the text, or where it stops before its end."""
    if Part.COVERAGE in given.parts:
        return None
    end = last_paragraph(text)
    for failure, tells, what in (
        (Failure.NOTICE, is_notice, "a notice of its service stands where the review should be"),
        (Failure.REFUSED, is_refusal, "it declined"),
    ):
        for told in (text, end):
            if tells(told) and not (here and (told is text or _of_code(told))):
                return Worthless(failure=failure, message=f"{what}: {' '.join(told.split())[:200]}")
    return None


def _of_code(end: str) -> bool:
    """Whether the last words behind findings are more likely one of them: about code, and nobody is spoken to."""
    return "`" in end or not _PERSON.search(end)
