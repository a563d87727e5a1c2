import os
import shutil
import signal
import subprocess  # noqa: TID251 - one test kills a program half-way
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from deepreview.errors import MachineError
from deepreview.git import run
from deepreview.git.history import blame
from deepreview.git.target import Auto, WorkTree, pin
from deepreview.model.change import RepoPath
from deepreview.process import Ended, run_now
from deepreview.testing.reviewed import Reviewed

ROOT = os.geteuid() == 0


def _topic(repo: Reviewed, size: int = 1) -> None:
    repo.box.commit("base", {"a.txt": "a\n"})
    repo.box.git("checkout", "-q", "-b", "topic")
    repo.box.commit("topic", {f"b{n}.txt": os.urandom(20_000).hex() for n in range(size)})


def test_what_was_pinned_outlives_branch_and_repository(repo: Reviewed) -> None:
    _topic(repo)
    pinned = repo.pin()
    before = repo.tree(pinned.head, pinned)
    repo.box.git("checkout", "-q", "main")
    repo.box.git("branch", "-D", "topic")
    repo.box.git("reflog", "expire", "--expire=now", "--all")
    repo.box.git("gc", "-q", "--prune=now")
    shutil.rmtree(repo.box.path)
    assert repo.tree(pinned.head, pinned) == before
    mirror = repo.mirror(pinned)
    assert mirror.has(pinned.head)
    assert blame(mirror.git, pinned.head, {RepoPath("b0.txt"): [1]})[RepoPath("b0.txt")][1].commit == pinned.head


def test_the_mirror_holds_nothing_but_objects(repo: Reviewed) -> None:
    _topic(repo)
    path = repo.pin().mirror
    assert not (path / "hooks").exists()
    assert "url" not in (path / "config").read_text()
    assert not (path / "refs" / "heads" / "unborn").exists()


def test_a_warm_pin_starts_few_processes(repo: Reviewed, monkeypatch: pytest.MonkeyPatch) -> None:
    _topic(repo)
    want = repo.pin()
    started = []

    def counted(argv: list[str], **how: object) -> Ended:
        started.append([part for part in argv if part in {"fetch", "commit-graph", "ls-remote"}])
        return run_now(argv, **how)  # type: ignore[arg-type] # handed on as it came

    monkeypatch.setattr(run, "run_now", counted)
    assert repo.pin() == want
    assert len(started) <= 20
    assert not any(started)


def test_two_at_once(repo: Reviewed) -> None:
    _topic(repo, 20)
    code = (
        "import sys; from pathlib import Path; from deepreview.git.target import *;"
        "print(pin(Auto(), '', Place(folder=Path(sys.argv[1]), cache=Path(sys.argv[2]), environ={})).head)"
    )
    argv = [sys.executable, "-c", code, str(repo.box.path), str(repo.root / "cache")]
    with ThreadPoolExecutor(4) as pool:
        ended = list(pool.map(lambda _: run_now(argv, env={}, cwd=repo.root), range(4)))
    assert [done.stderr.decode() for done in ended] == [""] * 4
    assert {done.stdout.decode().strip() for done in ended} == {repo.box.head()}
    assert len(list((repo.root / "cache" / "mirrors").iterdir())) == 1


def test_a_fetch_killed_half_way(repo: Reviewed) -> None:
    _topic(repo)
    mirror = repo.pin().mirror
    repo.box.commit("more", {f"c{n}": os.urandom(200_000) for n in range(20)})
    sha = repo.box.head()
    argv = ["git", "fetch", "-q", str(repo.box.path / ".git"), f"+{sha}:refs/deepreview/keep/{sha}"]
    with subprocess.Popen(argv, cwd=mirror, env={"PATH": os.defpath, "GIT_DIR": str(mirror)}) as process:
        time.sleep(0.08)
        process.send_signal(signal.SIGKILL)
    for lock in ("shallow.lock", f"refs/deepreview/keep/{sha}.lock", "packed-refs.lock", "objects/pack/tmp_pack_x"):
        (mirror / lock).write_bytes(b"")
    assert repo.pin().head == sha
    assert not list(mirror.rglob("*.lock"))
    assert repo.change().patches


@pytest.mark.skipif(not ROOT, reason="mounts a small file system")
def test_a_full_disk_is_one_clear_line(repo: Reviewed) -> None:
    _topic(repo, 60)
    cache = repo.root / "cache"
    cache.mkdir()
    if run_now(["mount", "-t", "tmpfs", "-o", "size=600k", "none", str(cache)], env={}, cwd=repo.root).code != 0:
        pytest.skip("no permission to mount")
    try:
        with pytest.raises(MachineError, match="could not be copied") as caught:
            repo.pin()
        assert "No space left on device" in str(caught.value)
        assert caught.value.hint.startswith("make room")
        assert "\n" not in str(caught.value)
    finally:
        run_now(["umount", str(cache)], env={}, cwd=repo.root)


@pytest.mark.skipif(not ROOT, reason="mounts a file system")
def test_a_read_only_cache_is_one_clear_line(repo: Reviewed) -> None:
    _topic(repo)
    cache = repo.root / "cache"
    cache.mkdir()
    if run_now(["mount", "-t", "tmpfs", "-o", "ro", "none", str(cache)], env={}, cwd=repo.root).code != 0:
        pytest.skip("no permission to mount")
    try:
        with pytest.raises(MachineError, match=r"no mirror can be made in .*: Read-only file system") as caught:
            repo.pin()
        assert "\n" not in str(caught.value)
    finally:
        run_now(["umount", str(cache)], env={}, cwd=repo.root)


def test_a_cache_that_is_a_file(repo: Reviewed) -> None:
    _topic(repo)
    (repo.root / "cache").write_text("")
    with pytest.raises(MachineError, match="no mirror can be made in"):
        repo.pin()


@pytest.mark.skipif(not ROOT, reason="gives files to another user")
def test_a_repository_of_somebody_else(repo: Reviewed) -> None:
    _topic(repo)
    for path in (repo.box.path, *repo.box.path.rglob("*")):
        os.lchown(path, 65534, 65534)
    with pytest.raises(Exception, match="dubious ownership"):
        repo.pin()
    (repo.root / "home" / ".gitconfig").write_text(f"[safe]\n\tdirectory = {repo.box.path}\n")
    assert repo.pin().head


def test_variables_of_the_caller_have_no_influence(repo: Reviewed) -> None:
    _topic(repo)
    repo.box.write("new", "n\n")
    want = repo.pin(), repo.pin(WorkTree())
    mark = repo.root / "mark"
    hostile = {
        "GIT_DIR": "/nonexistent", "GIT_WORK_TREE": "/", "GIT_INDEX_FILE": "/nonexistent", "GIT_COMMON_DIR": "/",
        "GIT_OBJECT_DIRECTORY": "/nonexistent", "GIT_ALTERNATE_OBJECT_DIRECTORIES": "/nonexistent",
        "GIT_EXTERNAL_DIFF": f"touch {mark};", "GIT_SSH_COMMAND": f"touch {mark};", "GIT_PAGER": f"touch {mark};",
        "GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "core.fsmonitor", "GIT_CONFIG_VALUE_0": f"touch {mark};",
        "GIT_CONFIG_PARAMETERS": f"'core.fsmonitor=touch {mark}'", "GIT_TRACE": str(mark), "GIT_TRACE2": str(mark),
        "GIT_TRACE_SETUP": str(mark), "GIT_NAMESPACE": "x", "GIT_CEILING_DIRECTORIES": str(repo.root),
        "GIT_DIFF_OPTS": "-u0", "GIT_LITERAL_PATHSPECS": "1", "GIT_DEFAULT_HASH": "sha256", "LANG": "de_DE.UTF-8",
        "GIT_EXEC_PATH": "/nonexistent", "GIT_ATTR_SOURCE": "HEAD", "GIT_TEMPLATE_DIR": "/nonexistent",
        "GIT_CONFIG": "/nonexistent", "GIT_CONFIG_GLOBAL": "/nonexistent", "GIT_SHALLOW_FILE": str(mark),
        "GIT_GRAFT_FILE": str(mark), "GIT_QUARANTINE_PATH": "x", "GIT_PROTOCOL": "version=0", "LD_PRELOAD": "",
    }  # fmt: skip
    place = repo.place(more=hostile)
    assert (pin(Auto(), "", place), pin(WorkTree(), "", place)) == want
    shutil.rmtree(repo.root / "cache")
    assert (pin(Auto(), "", place), pin(WorkTree(), "", place)) == want
    assert not mark.exists()


def test_a_hang_is_one_clear_line(tmp_path: Path) -> None:
    git = run.for_mirror(tmp_path, {})
    with pytest.raises(MachineError, match=r"git cat-file did not run: 'git' took over 0\.2 s"):
        run.Git(cwd=tmp_path, env={**git.env, "PATH": str(_slow(tmp_path))}).attempt("cat-file", timeout=0.2)


def _slow(folder: Path) -> Path:
    (folder / "git").write_text("#!/bin/sh\nexec /bin/sleep 9\n")
    (folder / "git").chmod(0o755)
    return folder


def test_packs_are_joined_when_they_pile_up(repo: Reviewed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("deepreview.git.mirror._MOST_PACKS", 3)
    repo.box.commit("base", {"a.txt": "a\n"})
    pins = []
    for number in range(5):
        repo.box.write("a.txt", f"{number}\n")
        pins.append(repo.pin(WorkTree()))
    pinned = pins[-1]
    packs = repo.mirror(pinned).path / "objects/pack"
    assert len(list(packs.glob("*.pack"))) == 5
    repo.box.commit("next", {"a.txt": "next\n"})
    after = repo.pin()
    assert len(list(packs.glob("*.pack"))) < 5
    assert repo.tree(pinned.head, pinned)[RepoPath("a.txt")] == b"4\n"
    assert repo.tree(after.head, after)[RepoPath("a.txt")] == b"next\n"
