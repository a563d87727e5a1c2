"""What a file of any format says, by the voices in it."""

import json
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import chain, count
from typing import Any

from deepreview.config.schema import Replayed
from deepreview.errors import UsageError
from deepreview.model.claim import ClaimId
from deepreview.model.family import family_of, word
from deepreview.reviewers.replay.comments import is_comments, read_comments
from deepreview.reviewers.replay.loose import is_loose, read_loose
from deepreview.reviewers.replay.rdjson import is_rdjson, read_rdjson
from deepreview.reviewers.replay.report import is_report, read_report
from deepreview.reviewers.replay.sarif import is_sarif, read_sarif
from deepreview.reviewers.replay.text import read_text
from deepreview.reviewers.replay.voice import NotUnderstood, Voice

_LARGEST = 100_000_000
_SPACE = re.compile(r"[ \t\r\n]*")
_LAUNCHED = re.compile(r"^(?:review-)?(?P<name>.+?)(?:-pass-\d+)?$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """A shape that a JSON document may have."""

    name: str
    fits: Callable[[object], bool]
    read: Callable[[Any, str], tuple[Voice, ...]]


FORMATS = (
    Format(name="deepreview report", fits=is_report, read=read_report),
    Format(name="sarif", fits=is_sarif, read=read_sarif),
    Format(name="rdjson", fits=is_rdjson, read=read_rdjson),
    Format(name="comments", fits=is_comments, read=read_comments),
    Format(name="json", fits=is_loose, read=read_loose),
)
"""The most exact first."""


def read_files(files: Sequence[Replayed], taken: Iterable[str] = ()) -> tuple[Voice, ...]:
    """The voices of all files, each with a name that no other has and that is not taken; raises UsageError."""
    used = set(taken)
    told = []
    for stem, voice in ((_stem(file), voice) for file in files for voice in _read(file)):
        numbered = (f"{voice.name}-{number}" for number in count(2))
        name = next(name for name in chain((voice.name,), numbered) if name not in used)
        used.add(name)
        told.append(voice if name == voice.name else renamed(voice, name, same=voice.name != stem))
    return tuple(told)


def _stem(file: Replayed) -> str:
    return word(_LAUNCHED.sub(lambda found: found["name"], file.path.name.split(".", 1)[0] or file.path.name))


def _read(file: Replayed) -> tuple[Voice, ...]:
    where = str(file.path)
    try:
        if file.path.is_file() and file.path.stat().st_size > _LARGEST:
            raise UsageError(f"{where} is larger than 100 MB", hint="split it, or leave out what is not a review")
        content = file.path.read_bytes()
    except OSError as error:
        raise UsageError(
            f"{where} cannot be read: {error.strerror or error}", hint="name a review that exists"
        ) from error
    try:
        voices = voices_of(content, file.name or _stem(file))
    except NotUnderstood as why:
        raise UsageError(f"{where} {why}", hint="see docs/replay.md for what can be read") from why
    if file.name and len(voices) == 1:
        return (renamed(voices[0], word(file.name)),)
    return voices


def voices_of(content: bytes, name: str) -> tuple[Voice, ...]:
    """The voices in a file's content; `name` stands for the author where the content names none."""
    voices = voices_of_data(content, name)
    return read_text(_decoded(content), name) if voices is None else voices


def voices_of_data(content: bytes, name: str) -> tuple[Voice, ...] | None:
    """The voices in SARIF, rdjson, an export of comments or other JSON; None for a text. Raises NotUnderstood."""
    document = _json(_decoded(content))
    if document is None:
        return None
    for known in FORMATS:
        if known.fits(document):
            return known.read(document, name)
    raise NotUnderstood("is JSON that holds no findings that can be read")


def _decoded(content: bytes) -> str:
    return content.decode("utf-8-sig", "replace").replace("\0", "�")


def _json(text: str) -> object:
    """The document, or the list of the documents that stand in lines or behind one another; None for no JSON."""
    if text.lstrip()[:1] not in {"{", "["}:
        return None
    try:
        return json.loads(text)
    except RecursionError as error:
        raise NotUnderstood("is JSON that is nested too deeply") from error
    except ValueError:
        return _several(text)


def _several(text: str) -> object:
    """Pages that stand behind one another: the items of lists as one list."""
    decoder, found, at = json.JSONDecoder(), list[Any](), 0
    try:
        while space := _SPACE.match(text, at):
            if space.end() == len(text):
                break
            document, at = decoder.raw_decode(text, space.end())
            found.append(document)
    except (ValueError, RecursionError):
        return None
    return [item for one in found for item in (one if isinstance(one, list) else [one])]


def renamed(voice: Voice, name: str, *, same: bool = False) -> Voice:
    """The same voice under another name; its family stays where it is known by the old one, or is the same person."""
    family = family_of(name) if voice.family == voice.name and not same else voice.family
    claims = tuple(
        replace(
            claim,
            id=ClaimId(f"{name}/{claim.id.partition('/')[2]}"),
            reviewer=name,
            family=family if claim.family == voice.family else claim.family,
        )
        for claim in voice.claims
    )
    told = tuple(replace(observation, reviewer=name) for observation in voice.observations)
    return replace(voice, name=name, family=family, claims=claims, observations=told)
