"""Who read which file, and what nobody read: silence about the rest is not praise."""

from collections.abc import Sequence

from deepreview.model.change import Change, EntryMode, FileKind, FilePatch
from deepreview.model.report import ChangedFile
from deepreview.model.round import Completed, Run


def changed_files(change: Change, runs: Sequence[Run]) -> tuple[ChangedFile, ...]:
    """One row for each changed file, in the change's order."""
    completed = [run for run in runs if isinstance(run, Completed)]
    return tuple(_row(patch, completed) for patch in change.patches)


def _row(patch: FilePatch, completed: Sequence[Completed]) -> ChangedFile:
    readers = tuple(run.reviewer for run in completed if patch.path in run.reading.read)
    reasons = dict.fromkeys(u.reason for run in completed for u in run.reading.unread if u.path == patch.path)
    return ChangedFile(
        path=patch.path,
        old_path=patch.old_path,
        kind=patch.kind,
        added=len(patch.added()),
        removed=len(patch.removed()),
        note=_note(patch),
        readers=readers,
        unread="" if readers else "; ".join(reasons) or _why_nobody(patch),
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
    return _note(patch) or "no reviewer reads this kind of file"
