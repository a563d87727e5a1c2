"""Two trees become file patches: names from NUL-separated records, hunks from the patch text, matched by order.

Every line of content has a mark in front, so a line that starts with `@@ ` or `diff --git ` is git's own, with one
exception: under `-z` names are not quoted, and a name with a newline could forge a header. Where there is such a
name, the patch text is asked for again with quoted names.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from deepreview.git.run import Git, decode
from deepreview.git.trees import LARGEST, contents_of, mode
from deepreview.model.change import FileKind, FilePatch, Hunk, RepoPath, Sha

_HOW = (
    "--no-ext-diff", "--no-textconv", "--no-color", "--no-relative", "--ignore-submodules=none", "--submodule=short",
    "--find-renames=50%", "--find-copies=50%", "--no-rename-empty", "-l2000", "--no-abbrev",
    "--src-prefix=a/", "--dst-prefix=b/",
)  # fmt: skip
_STRUCTURE = re.compile(  # begins with a line's end: a fixed first byte is looked for four times faster than a `^`
    rb"\n(?:@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@ ?([^\n]*)|diff --git [^\n]*|(Binary files [^\n]* differ))$",
    re.MULTILINE,
)
_KINDS = {
    "A": FileKind.ADDED,
    "D": FileKind.DELETED,
    "M": FileKind.MODIFIED,
    "R": FileKind.RENAMED,
    "C": FileKind.COPIED,
    "T": FileKind.RETYPED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Record:
    """One record of `git diff --raw -z`."""

    kind: FileKind
    old_mode: str
    new_mode: str
    old_blob: str
    new_blob: str
    old_path: str
    path: str


@dataclass(slots=True)
class _Text:
    """One file's part of the patch text."""

    hunks: list[Hunk]
    binary: bool = False


def diff(git: Git, base: str, head: str) -> tuple[FilePatch, ...]:
    """All that differs between two trees, in git's order; renames and copies are followed."""
    raw = git.out("diff", *_HOW, "--raw", "-p", "-z", "--end-of-options", base, head, "--")
    start = raw.find(b"\0\0") + 2 if raw else 0
    records = list(_records(decode(raw[: start - 2])))
    if any("\n" in record.path + record.old_path for record in records):
        raw, start = git.out("diff", *_HOW, "-p", "--end-of-options", base, head, "--"), 0
    patches = tuple(_joined(records, list(parse_patch(raw, start))))
    unseen = dict.fromkeys(patch.new_blob for patch in patches if patch.readable and not patch.hunks)
    data = set(_binary(git, list(unseen))) if unseen else set[Sha]()
    return tuple(replace(patch, binary=True) if patch.new_blob in data else patch for patch in patches)


def _binary(git: Git, blobs: list[Sha]) -> Iterator[Sha]:
    """The blobs that hold no text: of a file that was only moved or given a mode, the diff does not say."""
    sizes = git.out("cat-file", "--batch-check=%(objectsize)", stdin="".join(f"{blob}\n" for blob in blobs).encode())
    small = [blob for blob, size in zip(blobs, sizes.split(), strict=True) if int(size) <= LARGEST]
    yield from set(blobs).difference(small)
    for blob, content in zip(small, contents_of(git, small), strict=True):
        if content is not None and b"\0" in content[:8000]:
            yield blob


def _records(listing: str) -> Iterator[_Record]:
    parts = iter(listing.split("\0") if listing else ())
    for head in parts:
        old_mode, new_mode, old_blob, new_blob, status = head.removeprefix(":").split(" ")
        first = next(parts)
        yield _Record(
            kind=_KINDS[status[0]],
            old_mode=old_mode,
            new_mode=new_mode,
            old_blob=old_blob,
            new_blob=new_blob,
            old_path=first,
            path=next(parts) if status[0] in "RC" else first,
        )


def parse_patch(raw: bytes, start: int = 0) -> Iterator[_Text]:
    """The hunks of each `diff --git` section from `start` on, where the first one begins; in order.

    Of a patch of many megabytes no second copy is made.
    """
    found = _Text(hunks=[])
    marks = list(_STRUCTURE.finditer(raw, start))
    ends = [mark.start() for mark in marks[1:]] + [len(raw) - raw.endswith(b"\n")]
    view = memoryview(raw)
    for mark, end in zip(marks, ends, strict=False):
        old_start, old_count, new_start, new_count, section, binary = mark.groups()
        if binary is not None:
            found.binary = True
        elif old_start is None:
            yield found
            found = _Text(hunks=[])
        else:
            found.hunks.append(
                Hunk(
                    old_start=int(old_start),
                    old_count=1 if old_count is None else int(old_count),
                    new_start=int(new_start),
                    new_count=1 if new_count is None else int(new_count),
                    section=decode(section),
                    lines=tuple(decode(view[mark.end() + 1 : end]).split("\n")) if mark.end() < end else (),
                )
            )
    if start < len(raw):
        yield found


def _joined(records: list[_Record], texts: list[_Text]) -> Iterator[FilePatch]:
    """Each record with its text; a change of type is written as two texts, a deletion and an addition."""
    rest = iter(texts)
    for record in records:
        text = next(rest)
        if record.kind is FileKind.RETYPED:
            second = next(rest)
            text = _Text(hunks=[*text.hunks, *second.hunks], binary=text.binary or second.binary)
        yield FilePatch(
            path=RepoPath(record.path),
            old_path=RepoPath(record.old_path),
            kind=record.kind,
            old_mode=mode(record.old_mode),
            new_mode=mode(record.new_mode),
            old_blob=Sha(record.old_blob),
            new_blob=Sha(record.new_blob),
            binary=text.binary,
            hunks=tuple(text.hunks),
        )
    assert next(rest, None) is None, "the patch text has more files than the records"
