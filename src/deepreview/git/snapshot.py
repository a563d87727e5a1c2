"""Work that is not committed becomes a commit of our mirror: the index, the work tree, or a patch.

The index is read as a copy and with the mirror's own configuration, so that no filter, hook or monitor of the
repository runs; the objects that only the user's repository has are found through its object folder and copied.
"""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deepreview.errors import MachineError, UsageError
from deepreview.git.mirror import Mirror
from deepreview.git.run import EMPTY_TREE, Git, complaint, encode, for_mirror, split_nul
from deepreview.git.source import Source
from deepreview.model.change import Sha

_SETTINGS = ("filemode", "autocrlf", "eol", "symlinks", "ignorecase", "checkstat", "trustctime")
"""What the owner of a work tree says about how its files differ from what is stored."""
_AS_IT_IS = ("-z", "--add", "--remove", "--replace", "--ignore-skip-worktree-entries")
_AUTHOR = {
    "GIT_AUTHOR_NAME": "not committed",
    "GIT_AUTHOR_EMAIL": "",
    "GIT_COMMITTER_NAME": "not committed",
    "GIT_COMMITTER_EMAIL": "",
}


def of_index(source: Source, mirror: Mirror, head: Sha) -> Sha:
    """What is staged, as a commit on `head`."""
    _refuse_bare(source)
    with _index_copy(source, mirror) as git:
        return _commit(mirror, git, head, "staged")


def of_work_tree(source: Source, mirror: Mirror, head: Sha) -> Sha:
    """What is in the work tree, files that git does not know or ignore included, as a commit on `head`."""
    _refuse_bare(source)
    with _index_copy(source, mirror) as git:
        how = [part for name, value in source.settings(*_SETTINGS).items() for part in ("-c", f"{name}={value}")]
        listed = git.out(*how, "diff-files", "--name-status", "-z", "--no-renames", "--ignore-submodules=dirty")
        pairs = split_nul(listed)
        states = list(zip(pairs[::2], pairs[1::2], strict=True))
        gone = "".join(f"0 {'0' * 40}\t{path}\0" for state, path in states if state == "D")
        git.out("update-index", "-z", "--index-info", stdin=encode(gone))
        present = [path for state, path in states if state != "D"] + _unknown(source, git)
        paths = encode("".join(f"{path}\0" for path in dict.fromkeys(present)))
        git.out(*how, "update-index", *_AS_IT_IS, "--stdin", stdin=paths)
        return _commit(mirror, git, head, "work tree")


def _refuse_bare(source: Source) -> None:
    if source.bare:
        raise UsageError("a bare repository has no work tree", hint="name a branch, a commit or a range")


def of_patch(mirror: Mirror, base: Sha, patch: bytes, name: str) -> Sha:
    """A patch applied to `base`, as a commit; raises UsageError when it does not apply."""
    with tempfile.TemporaryDirectory(prefix="deepreview-") as folder:
        git = for_mirror(mirror.path, mirror.environ, _AUTHOR | {"GIT_INDEX_FILE": str(Path(folder) / "index")})
        git.out("read-tree", base)
        done = git.attempt("apply", "--cached", "--whitespace=nowarn", "-", stdin=patch)
        if done.code != 0:
            raise UsageError(
                f"{name} does not apply to {base[:9]}: {complaint(done)}",
                hint="check out the commit that it was made for, or name it with --base",
            )
        return _commit(mirror, git, base, "patch")


def _unknown(source: Source, git: Git) -> list[str]:
    """Files that git does not know; a nested repository, listed as a folder, is not this repository's content."""
    excludes = [f"--exclude-from={file}" for file in reversed(source.ignore_files)]
    listed = split_nul(git.out("ls-files", "--others", "--exclude-standard", *excludes, "-z"))
    return [path for path in listed if not path.endswith("/")]


@contextmanager
def _index_copy(source: Source, mirror: Mirror) -> Iterator[Git]:
    with tempfile.TemporaryDirectory(prefix="deepreview-") as folder:
        index = Path(folder) / "index"
        try:
            shutil.copy2(source.git_dir / "index", index)  # its time tells git which files to compare by content
            for part in source.git_dir.glob("sharedindex.*"):  # the rest of a split index, looked for in the mirror
                shutil.copy2(part, mirror.path)
        except FileNotFoundError:
            pass  # nothing was ever added: git takes a missing index for an empty one
        except OSError as error:
            why = error.strerror or error
            raise MachineError(f"the index cannot be read: {why}", hint="check its permissions") from error
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
