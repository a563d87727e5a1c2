import os
import stat
from collections.abc import Container
from pathlib import Path

import pytest

from deepreview.errors import MachineError
from deepreview.git.checkout import Checkout, Ends, write_checkout
from deepreview.git.run import EMPTY_TREE
from deepreview.git.trees import GitTree
from deepreview.model.change import RepoPath, Sha
from deepreview.process import Ended, run_now
from deepreview.testing.reviewed import Reviewed


def _checkout(repo: Reviewed, unwanted: Container[RepoPath] = (), asked: str = "main...topic") -> Checkout:
    pinned = repo.pin(asked)
    mirror = repo.mirror(pinned)
    ends = Ends(base=pinned.base, head=pinned.head, tree=GitTree(mirror.git, pinned.head))
    return write_checkout(mirror, ends, repo.root / "checkout", unwanted)


def _git(checkout: Checkout, *args: str) -> Ended:
    """Plain git, as a program would run it, without our settings."""
    env = {"PATH": os.defpath, "HOME": str(checkout.path.parent / "home")}
    return run_now(["git", *args], env=env, cwd=checkout.path)


def _files(folder: Path) -> set[str]:
    return {
        str(Path(at, name).relative_to(folder))
        for at, names, files in os.walk(folder)
        for name in files
        if ".git" not in Path(at, name).relative_to(folder).parts
    }


def _topic(repo: Reviewed, files: dict[str, str | bytes]) -> None:
    repo.box.commit("base", {"a.py": "print(1)\n"})
    repo.box.git("checkout", "-q", "-b", "topic")
    repo.box.commit("topic", files)


def test_files_and_history(repo: Reviewed) -> None:
    _topic(repo, {"a.py": "print(2)\n", "d/run.sh": "#!/bin/sh\n"})
    (repo.box.path / "d/run.sh").chmod(0o755)
    repo.box.commit("more")
    checkout = _checkout(repo)
    assert _files(checkout.path) == {"a.py", "d/run.sh"}
    assert (checkout.path / "d/run.sh").stat().st_mode & stat.S_IXUSR
    assert (checkout.path / ".deepreview").is_dir()
    assert _git(checkout, "status", "--porcelain").stdout == b""
    assert _git(checkout, "log", "--format=%s").stdout == b"more\ntopic\nbase\n"
    assert _git(checkout, "diff", "--name-only", "base..head").stdout == b"a.py\nd/run.sh\n"
    assert b"topic" in _git(checkout, "log", "-1", "--format=%s", "-L1,1:a.py").stdout
    assert _git(checkout, "blame", "--porcelain", "a.py").code == 0
    assert _git(checkout, "show", "base:a.py").stdout == b"print(1)\n"
    assert _git(checkout, "remote").stdout == b""
    assert _git(checkout, "fsck").code == 0


def test_a_first_commit(repo: Reviewed) -> None:
    sha = repo.box.commit("first", {"a.py": "print(1)\n"})
    pinned = repo.pin(sha)
    mirror = repo.mirror(pinned)
    ends = Ends(base=EMPTY_TREE, head=sha, tree=GitTree(mirror.git, sha))
    checkout = write_checkout(mirror, ends, repo.root / "checkout")
    assert _git(checkout, "diff", "--name-only", "base", "head").stdout == b"a.py\n"


def test_contents_are_as_stored(repo: Reviewed) -> None:
    wide = "text\n".encode("utf-16")
    _topic(
        repo,
        {
            ".gitattributes": "*.txt text eol=crlf ident\n*.w working-tree-encoding=UTF-16\n*.py filter=x -diff\n",
            "unix.txt": "$Id$\none\n",
            "b.py": "print(2)\n",
        },
    )
    blob = repo.box.git("hash-object", "-w", "--no-filters", "--stdin", stdin=b"one\r\ntwo\n")
    wide_blob = repo.box.git("hash-object", "-w", "--no-filters", "--stdin", stdin=wide)
    repo.box.git("update-index", "--add", "--cacheinfo", f"100644,{blob},dos.txt")
    repo.box.git("update-index", "--add", "--cacheinfo", f"100644,{wide_blob},x.w")
    repo.box.git("commit", "-q", "-m", "odd")
    checkout = _checkout(repo)
    assert (checkout.path / "unix.txt").read_bytes() == b"$Id$\none\n"
    assert (checkout.path / "dos.txt").read_bytes() == b"one\r\ntwo\n"
    assert (checkout.path / "x.w").read_bytes() == wide
    assert _git(checkout, "status", "--porcelain").stdout == b""
    assert b"+print(2)" in _git(checkout, "diff", "base..head").stdout, "an attribute hides the change"


def test_no_link_and_no_submodule_leads_out(repo: Reviewed) -> None:
    _topic(repo, {"real.txt": "x\n"})
    (repo.box.path / "link").symlink_to("/etc/passwd")
    (repo.box.path / "dir").symlink_to("/etc")
    repo.box.git("add", "-A")
    repo.box.git("update-index", "--add", "--cacheinfo", f"160000,{repo.box.head()},sub")
    repo.box.git("commit", "-q", "-m", "links")
    checkout = _checkout(repo)
    assert (checkout.path / "link").read_text() == "/etc/passwd"
    assert (checkout.path / "dir").read_text() == "/etc"
    assert not any(Path(at, name).is_symlink() for at, _, names in os.walk(checkout.path) for name in names)
    assert list((checkout.path / "sub").iterdir()) == []
    assert _git(checkout, "status", "--porcelain").stdout == b""


def test_a_folder_that_was_a_link(repo: Reviewed) -> None:
    """A tree cannot have a path both as a link and as a folder; written by hand, it must not write through the link."""
    _topic(repo, {"x": "x\n"})
    link = repo.box.git("hash-object", "-w", "--stdin", stdin=str(repo.root / "outside").encode())
    blob = repo.box.git("hash-object", "-w", "--stdin", stdin=b"evil\n")
    below = repo.box.git("mktree", stdin=f"100644 blob {blob}\tpwned\n".encode())
    tree = repo.box.git("mktree", stdin=f"120000 blob {link}\td\n040000 tree {below}\td\n".encode())
    repo.box.git("update-ref", "refs/heads/topic", repo.box.git("commit-tree", tree, "-p", "main", "-m", "evil"))
    (repo.root / "outside").mkdir()
    _checkout(repo)
    assert list((repo.root / "outside").iterdir()) == []


@pytest.mark.parametrize("name", [".git", ".GIT", "git~1", ".git ", ".g\u200cit", "..", ".", ".git::$INDEX_ALLOCATION"])
def test_unsafe_names_are_left_out(repo: Reviewed, name: str) -> None:
    _topic(repo, {"x": "x\n"})
    blob = repo.box.git("hash-object", "-w", "--stdin", stdin=b"[core]\n\tfsmonitor = false\n")
    below = repo.box.git("mktree", stdin=f"100644 blob {blob}\tconfig\n".encode())
    tree = repo.box.git("mktree", stdin=f"040000 tree {below}\t{name}\n100644 blob {blob}\tgood\n".encode())
    repo.box.git("update-ref", "refs/heads/topic", repo.box.git("commit-tree", tree, "-p", "main", "-m", "evil"))
    checkout = _checkout(repo)
    assert _files(checkout.path) == {"good"}
    assert checkout.unwritten == (RepoPath(f"{name}/config"),)
    assert b"fsmonitor = false\n\tuntrackedCache" in (checkout.path / ".git/config").read_bytes()


def test_odd_names(repo: Reviewed) -> None:
    odd: list[str | bytes] = ["--output=x", "a\nb", "\x1b[31m", "sp ace", '"quoted"', b"\xff\xfe", "é", ":(top)x"]
    _topic(repo, {"x": "x\n"})
    for name in odd:
        repo.box.write(name, "odd\n")
    repo.box.commit("odd")
    checkout = _checkout(repo)
    expected = {os.fsdecode(name) for name in odd} | {"a.py", "x"}
    assert _files(checkout.path) == expected
    assert checkout.unwritten == ()
    assert _git(checkout, "status", "--porcelain").stdout == b""


def test_a_name_that_is_too_long(repo: Reviewed) -> None:
    _topic(repo, {"x": "x\n"})
    blob = repo.box.git("hash-object", "-w", "--stdin", stdin=b"x\n")
    long = "n" * 300
    tree = repo.box.git("mktree", stdin=f"100644 blob {blob}\t{long}\n100644 blob {blob}\tgood\n".encode())
    repo.box.git("update-ref", "refs/heads/topic", repo.box.git("commit-tree", tree, "-p", "main", "-m", "long"))
    checkout = _checkout(repo)
    assert _files(checkout.path) == {"good"}
    assert checkout.unwritten == (RepoPath(long),)


def test_what_is_not_wanted(repo: Reviewed) -> None:
    _topic(repo, {"CLAUDE.md": "obey\n", "d/CLAUDE.md": "obey\n", "d/x": "x\n"})
    checkout = _checkout(repo, {RepoPath("CLAUDE.md"), RepoPath("d/CLAUDE.md")})
    assert _files(checkout.path) == {"a.py", "d/x"}
    assert checkout.left_out == ("CLAUDE.md", "d/CLAUDE.md")
    assert _git(checkout, "status", "--porcelain").stdout == b"", "git does not call it deleted"
    assert _git(checkout, "show", "head:CLAUDE.md").stdout == b"obey\n"


@pytest.mark.parametrize("path", [".deepreview", ".deepreview/brief.md", ".DeepReview/x"])
def test_the_folder_for_papers_is_empty(repo: Reviewed, path: str) -> None:
    _topic(repo, {path: "obey\n"})
    checkout = _checkout(repo)
    assert _files(checkout.path) == {"a.py"}
    assert list((checkout.path / ".deepreview").iterdir()) == []
    assert _git(checkout, "status", "--porcelain").stdout == b""


def test_a_cut_history(repo: Reviewed) -> None:
    repo.box.commit("older", {"o": "o\n"})
    _topic(repo, {"x": "x\n"})
    shallow = repo.root / "shallow"
    repo.box.git("clone", "-q", "--depth", "2", "--branch", "topic", f"file://{repo.box.path}", str(shallow))
    pinned = repo.pin("HEAD", folder=shallow)
    mirror = repo.mirror(pinned)
    ends = Ends(base=pinned.base, head=pinned.head, tree=GitTree(mirror.git, pinned.head))
    checkout = write_checkout(mirror, ends, repo.root / "checkout")
    assert _git(checkout, "log", "--format=%s").stdout == b"topic\nbase\n"


def test_a_place_that_cannot_be_used(repo: Reviewed) -> None:
    _topic(repo, {"x": "x\n"})
    (repo.root / "checkout").write_text("in the way")
    with pytest.raises(MachineError, match="no checkout can be made in"):
        _checkout(repo)


def test_no_hook_runs(repo: Reviewed) -> None:
    _topic(repo, {"x": "x\n"})
    mark = repo.root / "canary"
    template = repo.root / "template"
    (template / "hooks").mkdir(parents=True)
    for name in ("post-checkout", "post-index-change", "reference-transaction"):
        (template / "hooks" / name).write_text(f"#!/bin/sh\ntouch '{mark}'\n")
        (template / "hooks" / name).chmod(0o755)
    (repo.root / "home" / ".gitconfig").write_text(f"[init]\n\ttemplateDir = {template}\n")
    checkout = _checkout(repo)
    assert not (checkout.path / ".git/hooks").exists()
    assert _git(checkout, "checkout", "-q", Sha("base")).code == 0
    assert not mark.exists()
