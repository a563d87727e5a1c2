"""Every way known to us in which a repository makes git run a program, each first shown to work on plain git."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.git.conftest import Trap

from deepreview.errors import DeepReviewError, UsageError
from deepreview.git.change import read_change
from deepreview.git.history import blame, commit_of, commits_between, files_of, touched_together
from deepreview.git.target import Asked, Auto, Named, PatchText, Staged, WorkTree
from deepreview.git.trees import GitTree

HOOKS = (
    "applypatch-msg", "commit-msg", "fsmonitor-watchman", "post-applypatch", "post-checkout", "post-commit",
    "post-index-change", "post-merge", "post-rewrite", "post-update", "pre-applypatch", "pre-auto-gc", "pre-commit",
    "pre-push", "pre-receive", "prepare-commit-msg", "proc-receive", "reference-transaction", "update",
)  # fmt: skip
FORMS: tuple[Asked, ...] = (
    Auto(),
    *(Named(text=text) for text in ("topic", "main...topic", "HEAD", "7")),
    Staged(),
    WorkTree(),
    PatchText(name="-", content=b"--- a/a.py\n+++ b/a.py\n@@ -1 +1 @@\n-print(2)\n+print(3)\n"),
)


def _review(trap: Trap, asked: Asked, folder: Path | None = None) -> None:
    """All that a review asks git for."""
    pinned = trap.repo.pin(asked, folder=folder)
    mirror = trap.repo.mirror(pinned)
    change = read_change(pinned, mirror)
    git = mirror.git
    for sha in (pinned.base, pinned.head):
        tree = GitTree(git, sha)
        assert tree.read(tree.entries())
    wanted = {patch.path: [n for n, _ in patch.added()] for patch in change.patches}
    assert blame(git, f"{pinned.base}..{pinned.head}", wanted).keys() == wanted.keys()
    assert commit_of(git, pinned.head).sha == pinned.head
    assert files_of(git, pinned.head)
    assert touched_together(git, pinned.head, 10)
    commits_between(git, pinned.base, pinned.head)


def _key(key: str, value: str = "") -> Callable[[Trap], None]:
    return lambda trap: trap.config(key, value or trap.script)


def _hooks(trap: Trap) -> None:
    folder = trap.repo.box.path / ".git" / "hooks"
    folder.mkdir(exist_ok=True)
    for name in HOOKS:
        (folder / name).unlink(missing_ok=True)
        (folder / name).symlink_to(trap.script)


def _hooks_path(trap: Trap) -> None:
    _hooks(trap)
    (trap.repo.box.path / ".git" / "hooks").rename(trap.repo.box.path / ".githooks")
    trap.config("core.hooksPath", ".githooks")


def _signed(trap: Trap) -> None:
    box = trap.repo.box
    raw = box.git("cat-file", "commit", "HEAD").encode()
    head, _, body = raw.partition(b"\n\n")
    forged = head + b"\ngpgsig -----BEGIN PGP SIGNATURE-----\n \n -----END PGP SIGNATURE-----\n\n" + body
    sha = box.git("hash-object", "-t", "commit", "-w", "--stdin", stdin=forged)
    box.git("update-ref", "refs/heads/topic", sha)
    trap.config("log.showSignature", "true")
    trap.config("gpg.program", trap.script)


def _included(trap: Trap) -> None:
    (trap.repo.root / "more.config").write_text(f"[core]\n\tfsmonitor = {trap.script}\n")
    trap.config("include.path", str(trap.repo.root / "more.config"))


def _included_if(trap: Trap) -> None:
    _included(trap)
    trap.repo.box.git("config", "--unset", "include.path")
    trap.config("includeIf.gitdir:/.path", str(trap.repo.root / "more.config"))


def _of_work_tree(trap: Trap) -> None:
    trap.config("extensions.worktreeConfig", "true")
    trap.repo.box.git("config", "--worktree", "core.fsmonitor", trap.script)


def _alternate(trap: Trap) -> None:
    other = trap.repo.root / "forge" / "acme" / "app.git" / "objects"
    (trap.repo.box.path / ".git" / "objects" / "info" / "alternates").write_text(f"{other}\n")
    trap.config("core.alternateRefsCommand", trap.script)


def _promised(trap: Trap) -> None:
    box = trap.repo.box
    blob = box.git("hash-object", "-w", "--stdin", stdin=b"gone\n")
    box.git("update-index", "--add", "--cacheinfo", f"100644,{blob},gone.py")
    tree = box.git("write-tree")
    sha = box.git("commit-tree", tree, "-p", "HEAD", "-m", "lacks a file")
    box.git("update-ref", "refs/heads/topic", sha)
    (box.path / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    box.git("remote", "set-url", "origin", str(trap.repo.root / "forge" / "acme" / "app.git"))
    for key, value in (
        ("core.repositoryFormatVersion", "1"),
        ("extensions.partialClone", "origin"),
        ("remote.origin.promisor", "true"),
        ("remote.origin.uploadpack", trap.script),
    ):
        trap.config(key, value)


def _submodule(trap: Trap) -> None:
    box = trap.repo.box
    box.git("update-index", "--add", "--cacheinfo", f"160000,{box.git('rev-parse', 'main')},sub")
    box.write(".gitmodules", f'[submodule "sub"]\n\tpath = sub\n\turl = ext::{trap.script} %S\n')
    box.git("add", ".gitmodules")
    trap.config("submodule.sub.url", str(trap.repo.root / "forge" / "acme" / "app.git"))
    trap.config("submodule.sub.update", f"!{trap.script}")
    trap.config("submodule.sub.active", "true")
    trap.config("protocol.ext.allow", "always")
    trap.config("submodule.recurse", "true")
    trap.config("fetch.recurseSubmodules", "true")


def _remote(url: str) -> Callable[[Trap], None]:
    def arm(trap: Trap) -> None:
        trap.config("protocol.ext.allow", "always")
        trap.config("core.sshCommand", trap.script)
        trap.config("core.gitProxy", trap.script)
        trap.config("ssh.variant", "simple")
        trap.config("remote.origin.uploadpack", trap.script)
        trap.repo.box.git("remote", "set-url", "origin", url.format(script=trap.script))

    return arm


def _both(*arms: Callable[[Trap], None]) -> Callable[[Trap], None]:
    def arm(trap: Trap) -> None:
        for one in arms:
            one(trap)

    return arm


ATTACKS: dict[str, tuple[Callable[[Trap], None], str]] = {
    "fsmonitor": (_key("core.fsmonitor"), "git status"),
    "hook: post-index-change": (_hooks, "touch a.py; git status"),
    "hook: reference-transaction": (_hooks, "git update-ref refs/heads/x HEAD"),
    "hook: post-checkout": (_hooks, "git worktree add -q ../wt"),
    "hook: post-rewrite": (_hooks, "git commit --amend -m x"),
    "hooks path": (_hooks_path, "git update-ref refs/heads/x HEAD"),
    "diff.external": (_key("diff.external"), "git diff"),
    "diff driver": (_key("diff.evil.command"), "git diff main...topic"),
    "textconv": (_key("diff.evil.textconv"), "git show"),
    "clean": (_key("filter.evil.clean"), "touch a.py b.py; git add b.py"),
    "smudge": (_key("filter.evil.smudge"), "git archive HEAD"),
    "process": (_key("filter.evil.process"), "touch a.py; git status; git add ."),
    "signature": (_signed, "git log -1"),
    "pager": (_key("core.pager"), "git grep -O print"),
    "editor": (_key("core.editor"), "git commit --amend"),
    "merge driver": (
        _key("merge.evil.driver"),
        "git stash; git checkout -q -b m main; echo 7 >a.py; git commit -qam m; git merge topic",
    ),
    "credential helper": (_key("credential.helper"), "printf 'protocol=https\\nhost=x\\n\\n' | git credential fill"),
    "include": (_included, "git status"),
    "includeIf": (_included_if, "git status"),
    "config.worktree": (_of_work_tree, "git status"),
    "alternate refs": (_alternate, "git fetch ../forge/acme/app.git refs/pull/7/head; git gc; git fetch --all"),
    "promised objects": (_promised, "git show topic:gone.py"),
    "submodule update": (_submodule, "git -c protocol.file.allow=always submodule update --init"),
    "ssh command": (_remote("ssh://127.0.0.1/x"), "git fetch origin"),
    "git proxy": (_remote("git://127.0.0.1/x"), "git fetch origin"),
    "ext remote": (_remote("ext::{script} %S"), "git fetch origin"),
    "upload-pack of the remote": (_remote("../forge/acme/app.git"), "git fetch origin"),
    "several at once": (
        _both(_signed, _submodule, _key("diff.external"), _key("filter.evil.clean"), _key("core.fsmonitor"), _hooks),
        "git status",
    ),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_the_trap_works_on_plain_git(trap: Trap, name: str) -> None:
    arm, command = ATTACKS[name]
    arm(trap)
    trap.plain(command)
    assert trap.mark.exists()


@pytest.mark.parametrize("name", ATTACKS)
def test_nothing_of_the_repository_runs(trap: Trap, name: str) -> None:
    arm, _ = ATTACKS[name]
    arm(trap)
    refused = []
    for asked in FORMS:
        try:
            _review(trap, asked)
        except DeepReviewError as error:
            refused.append((asked, str(error)))
    assert not trap.mark.exists(), trap.mark.read_text()
    spared = {"promised objects": len(FORMS), "submodule update": 0}
    remote = name in {"ssh command", "git proxy", "ext remote"}
    assert len(refused) <= spared.get(name, 1 if remote else 0), refused


def test_the_hook_of_pack_objects(trap: Trap) -> None:
    trap.plain(f"git -c uploadpack.packObjectsHook={trap.script} upload-pack . </dev/null")
    trap.config("uploadpack.packObjectsHook", trap.script)
    for asked in FORMS:
        _review(trap, asked)
    assert not trap.mark.exists()


def test_a_bare_repository_in_the_tree(trap: Trap) -> None:
    box = trap.repo.box
    buried = box.path / "pkg"
    box.git("clone", "-q", "--bare", ".", str(buried))
    shutil.copy(box.path / ".git" / "index", buried)
    config = buried / "config"
    lines = ("[core]", "bare = false", "worktree = ..", f"fsmonitor = {trap.script}", "repositoryformatversion = 0")
    config.write_text("\n".join(lines))
    trap.plain("cd pkg && git status")
    assert trap.mark.exists()
    trap.mark.unlink()
    for asked in FORMS:
        with pytest.raises(UsageError, match="is the inside of a repository"):
            _review(trap, asked, folder=buried)
    config.write_text(f"[core]\n\tbare = true\n\tfsmonitor = {trap.script}\n")
    _review(trap, Named(text="topic"), folder=buried)
    with pytest.raises(UsageError, match="has no work tree"):
        _review(trap, WorkTree(), folder=buried)
    assert not trap.mark.exists()
