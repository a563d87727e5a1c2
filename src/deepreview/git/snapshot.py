"""Work that is not committed becomes a commit of our mirror: the index, the work tree, or a patch.

The index is read as a copy and with the mirror's own configuration, so that no filter, hook or monitor of the
repository runs; the objects that only the user's repository has are found through its object folder and copied.
"""

import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deepreview.errors import MachineError, UsageError
from deepreview.git.mirror import Mirror
from deepreview.git.run import EMPTY_TREE, Git, complaint, for_mirror
from deepreview.git.source import Source
from deepreview.model.change import Sha

_AUTHOR = {
    "GIT_AUTHOR_NAME": "not committed",
    "GIT_AUTHOR_EMAIL": "",
    "GIT_COMMITTER_NAME": "not committed",
    "GIT_COMMITTER_EMAIL": "",
}


def of_index(source: Source, mirror: Mirror, head: Sha) -> Sha:
    """What is staged, as a commit on `head`."""
    with _index_copy(source, mirror) as git:
        return _commit(mirror, git, head, "staged")


def of_work_tree(source: Source, mirror: Mirror, head: Sha) -> Sha:
    """What is in the work tree, files that git does not know or ignore included, as a commit on `head`."""
    if source.bare:
        raise UsageError("a bare repository has no work tree", hint="name a branch, a commit or a range")
    with _index_copy(source, mirror) as git:
        changed = git.out("diff-files", "--name-only", "-z", "--ignore-submodules=all")
        changed += git.out("ls-files", "--others", "--exclude-standard", "-z")
        git.out(
            "update-index",
            "-z",
            "--add",
            "--remove",
            "--ignore-skip-worktree-entries",
            "--stdin",
            stdin=_files(source, changed),
        )
        return _commit(mirror, git, head, "work tree")


def of_patch(mirror: Mirror, base: Sha, patch: bytes, name: str) -> Sha:
    """A patch applied to `base`, as a commit; raises UsageError when it does not apply."""
    with tempfile.TemporaryDirectory(prefix="deepreview-") as folder:
        git = for_mirror(mirror.path, mirror.environ, _AUTHOR | {"GIT_INDEX_FILE": str(Path(folder) / "index")})
        git.out("read-tree", base)
        done = git.attempt("apply", "--cached", "--whitespace=nowarn", "--recount", "-", stdin=patch)
        if done.code != 0:
            raise UsageError(
                f"{name} does not apply to {base[:9]}: {complaint(done)}",
                hint="check out the commit that it was made for, or name it with --base",
            )
        return _commit(mirror, git, base, "patch")


def _files(source: Source, listed: bytes) -> bytes:
    """Paths without those that name a nested repository, which is not this repository's content."""
    top = os.fsencode(source.top) + b"/"
    return b"".join(
        path + b"\0" for path in listed.split(b"\0") if path.rstrip(b"/") == path and not _folder(top + path)
    )


def _folder(path: bytes) -> bool:
    try:
        return stat.S_ISDIR(os.lstat(path).st_mode)
    except OSError:
        return False  # it is gone: git records the removal


@contextmanager
def _index_copy(source: Source, mirror: Mirror) -> Iterator[Git]:
    with tempfile.TemporaryDirectory(prefix="deepreview-") as folder:
        index = Path(folder) / "index"
        try:
            shutil.copyfile(source.git_dir / "index", index)
        except FileNotFoundError:
            pass  # nothing was ever added: git takes a missing index for an empty one
        except OSError as error:
            raise MachineError(f"the index cannot be read: {error.strerror}", hint="check its permissions") from error
        extra = {
            "GIT_INDEX_FILE": str(index),
            "GIT_WORK_TREE": str(source.top),
            "GIT_ALTERNATE_OBJECT_DIRECTORIES": _quoted(source.common_dir / "objects"),
        }
        git = for_mirror(mirror.path, mirror.environ, _AUTHOR | extra)
        yield Git(cwd=source.top, env=git.env)


def _quoted(folder: Path) -> str:
    """A folder in the list of object folders, where `:` separates and quotes protect."""
    escaped = str(folder).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _commit(mirror: Mirror, git: Git, parent: Sha, subject: str) -> Sha:
    """Write the index as a tree and a commit dated like its parent, so that equal content is an equal commit."""
    done = git.attempt("write-tree")
    if done.code != 0:
        raise UsageError(f"the index cannot be reviewed: {complaint(done)}", hint="finish or abort the merge first")
    tree = done.stdout.decode().strip()
    at = mirror.git.line("log", "-1", "--format=%cI", parent, "--") or "2000-01-01T00:00:00Z"
    dated = Git(cwd=git.cwd, env={**git.env, "GIT_AUTHOR_DATE": at, "GIT_COMMITTER_DATE": at})
    rooted = parent == EMPTY_TREE
    parents = () if rooted else ("-p", parent)
    sha = Sha(dated.out("commit-tree", tree, *parents, "-m", subject).decode().strip())
    wanted = f"{sha}\n" if rooted else f"{sha}\n^{parent}\n"
    dated.out("pack-objects", "-q", "--revs", str(mirror.path / "objects" / "pack" / "pack"), stdin=wanted.encode())
    mirror.keep(sha)
    return sha
