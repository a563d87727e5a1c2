"""Who read which file, and what nobody read: silence about the rest is not praise."""

from collections.abc import Iterable, Sequence

from deepreview.model.change import Change, EntryMode, FileKind, FilePatch, RepoPath
from deepreview.model.report import ChangedFile
from deepreview.model.round import Completed, Failed, Run, Skipped


def changed_files(change: Change, runs: Sequence[Run]) -> tuple[ChangedFile, ...]:
    """One row for each changed file, in the change's order."""
    readers: dict[RepoPath, list[str]] = {}
    reasons: dict[RepoPath, dict[str, None]] = {}
    for run in runs:
        if isinstance(run, Completed):
            for path in dict.fromkeys(run.reading.read):
                readers.setdefault(path, []).append(run.reviewer)
            for unread in run.reading.unread:
                reasons.setdefault(unread.path, {})[unread.reason] = None
    lost = _lost(runs)
    return tuple(
        _row(patch, readers.get(patch.path, ()), _why_unread(patch, reasons.get(patch.path, ()), lost))
        for patch in change.patches
    )


def _lost(runs: Sequence[Run]) -> tuple[str, ...]:
    """Who might have read more."""
    failed = ", ".join(run.reviewer for run in runs if isinstance(run, Failed))
    skipped = [run.reviewer for run in runs if isinstance(run, Skipped)]
    were = "was" if len(skipped) == 1 else "were"
    told = (failed and f"{failed} failed", skipped and f"{', '.join(skipped)} {were} skipped")
    return tuple(one for one in told if one)


def _why_unread(patch: FilePatch, reasons: Iterable[str], lost: tuple[str, ...]) -> Iterable[str]:
    """What those who came to their end say, then who else might have read it; a file may be its own reason."""
    if said := tuple(reasons):
        return (*said, *lost)
    if own := _why_nobody(patch):
        return (own,)
    return lost or ("no reviewer of this round reads it",)


def _row(patch: FilePatch, readers: Iterable[str], reasons: Iterable[str]) -> ChangedFile:
    return ChangedFile(
        path=patch.path,
        old_path=patch.old_path,
        kind=patch.kind,
        added=patch.added_count,
        removed=patch.removed_count,
        note=_note(patch),
        readers=tuple(readers),
        unread="" if readers else "; ".join(reasons),
    )


def _note(patch: FilePatch) -> str:
    if EntryMode.SUBMODULE in {patch.old_mode, patch.new_mode}:
        return "submodule"
    if EntryMode.SYMLINK in {patch.old_mode, patch.new_mode}:
        return "symbolic link"
    if patch.binary:
        return "binary"
    if patch.old_mode is not patch.new_mode and patch.kind not in {FileKind.ADDED, FileKind.DELETED}:
        return f"mode {patch.old_mode.value} → {patch.new_mode.value}"
    return ""


def _why_nobody(patch: FilePatch) -> str:
    if patch.kind is FileKind.DELETED:
        return "deleted"
    return _note(patch)
