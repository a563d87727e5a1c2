"""What an agent read of a change: by its receipts, its tool calls and its own word, told apart."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from deepreview.context.chunks import Chunk
from deepreview.model.change import Change, FilePatch, RepoPath
from deepreview.model.round import Unread
from deepreview.reviewers.agent.opened import Opened
from deepreview.reviewers.mentioned import mentioned


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """What was read, and what was not."""

    read: tuple[RepoPath, ...]
    unread: tuple[Unread, ...]
    parts: frozenset[int]
    """Of the diff, by receipt."""


def received(text: str, chunks: Iterable[Chunk]) -> frozenset[int]:
    """The parts both of whose receipts a text holds."""
    return frozenset(chunk.number for chunk in chunks if all(receipt in text for receipt in chunk.receipts))


def _halved(text: str, chunks: Iterable[Chunk]) -> frozenset[int]:
    """The parts of which a text holds one receipt: a tool has hidden the rest."""
    return frozenset(chunk.number for chunk in chunks if sum(receipt in text for receipt in chunk.receipts) == 1)


def coverage(change: Change, chunks: Sequence[Chunk], text: str, claimed: Iterable[str], opened: Opened) -> Coverage:
    """What is known to be read of each file that has changed lines; `claimed` are the names in its own list."""
    parts = received(text, chunks)
    shown = parts | (opened.parts - _halved(text, chunks))
    holding: dict[RepoPath, list[int]] = {}
    for chunk in chunks:
        for piece in chunk.pieces:
            holding.setdefault(piece.path, []).append(chunk.number)
    patches = [patch for patch in change.patches if patch.hunks]
    said = frozenset(mentioned(claimed, [patch.path for patch in patches]))
    reasons = {
        patch.path: _why_unread(patch, frozenset(holding[patch.path]) - shown, opened, said) for patch in patches
    }
    reasons = {path: reason for path, reason in reasons.items() if reason}
    return Coverage(
        read=tuple(sorted(patch.path for patch in patches if patch.path not in reasons)),
        unread=tuple(Unread(path=path, reason=reason) for path, reason in sorted(reasons.items())),
        parts=parts,
    )


def _why_unread(patch: FilePatch, missing: frozenset[int], opened: Opened, said: frozenset[RepoPath]) -> str:
    """Why a file does not count as read; empty for one that does. A large file is not read by being opened."""
    touched = {patch.path, patch.old_path} & opened.paths
    if not missing or (touched and len(missing) == 1):
        return ""
    if touched:
        return f"it opened the file, but neither receipt nor tool call shows {spans(missing)} of the diff"
    if patch.path in said:
        return "it says that it read this, but neither receipt nor tool call shows it"
    return "neither its list, a receipt nor a tool call names it"


def spans(numbers: Iterable[int]) -> str:
    """Numbers of parts in words: `part 4`, `parts 1-3, 7`."""
    ordered = sorted(numbers)
    told = ", ".join(_runs(ordered))
    return f"part {told}" if len(ordered) == 1 else f"parts {told}"


def _runs(ordered: Sequence[int]) -> Iterator[str]:
    for _, run in groupby(enumerate(ordered), lambda pair: pair[1] - pair[0]):
        found = [number for _, number in run]
        yield f"{found[0]}-{found[-1]}" if len(found) > 1 else f"{found[0]}"
