"""What a change, or an agent that it has won over, tries from inside, each with a harmless canary."""

import os
import socket
import subprocess  # noqa: TID251 - one proof runs plain git, which must be able to fail
import sys
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from deepreview.guests.guest import Account, open_guest
from deepreview.guests.isolation import Isolation
from deepreview.testing.guests import Lodging, ran, ran_python, steering_files

Go = Callable[[Awaitable[None]], None]
KEY = "sk-ant-api03-never-inside-0123456789"


@pytest.fixture
def hostile(lodging: Lodging) -> Lodging:
    box = lodging.repo.box
    box.commit("steer", steering_files(f"touch {lodging.repo.root}/canary"))
    (box.path / "nested").symlink_to(".claude")
    (box.path / "sub" / ".claude").symlink_to("../.claude")
    box.commit("link")
    return lodging


def test_no_steering_file_is_there(hostile: Lodging, go: Go) -> None:
    async def visit() -> None:
        async with hostile.open() as room:
            found = await ran(
                room, "sh", "-c", "find . -path ./.git -prune -o -type f -print; find . -type l; git status -s"
            )
            listed = set(found.out.splitlines())
            assert listed == {
                "./a.py", "./sub/b.py", "./nested", "./.deepreview/brief.md", "./.deepreview/diff/01.patch",
                "?? .deepreview/diff/",
            }, "of the papers, the change itself has a brief.md"  # fmt: skip
            papers = await ran(room, "cat", ".deepreview/brief.md", "nested")
            assert papers.out == "# Brief\n.claude"

    go(visit())


BURIED = (
    '[core]\n\trepositoryFormatVersion = 0\n\tbare = false\n\tworktree = ../sub\n\tfsmonitor = "touch {mark}; false"\n'
)


def test_a_buried_repository_runs_nothing(lodging: Lodging, go: Go) -> None:
    repo = lodging.repo
    mark = repo.root / "canary"
    buried: dict[str, str | bytes] = {
        "pkg/HEAD": "ref: refs/heads/main\n",
        "pkg/config": BURIED.format(mark=mark),
        "pkg/objects/keep": "",
        "pkg/refs/keep": "",
        "pkg/index.html": "x",
    }
    repo.box.commit("bury", buried)
    plain = {"PATH": os.defpath, "HOME": str(repo.root), "GIT_CONFIG_NOSYSTEM": "1"}
    for _ in range(2):
        subprocess.run(["git", "status"], cwd=repo.box.path / "pkg", env=plain, check=False, capture_output=True)
    assert mark.exists(), "the trap works on plain git"
    mark.unlink()

    async def visit() -> None:
        async with lodging.open() as room:
            say = "cd pkg && ls && git status --short && git log -1 --format=%s && env -i HOME=$HOME git diff --stat"
            done = await ran(room, "sh", "-c", say)
            assert done.out.splitlines()[:3] == ["index.html", "objects", "refs"]
            assert "bury" in done.out
            rebuilt = (
                "cp -r . $TMPDIR/again && cd $TMPDIR/again/pkg && echo 'ref: refs/heads/main' >HEAD"
                f" && printf '{BURIED.format(mark=mark)}' >config && git status"
            )
            assert "safe.bareRepository" in (await ran(room, "sh", "-c", rebuilt)).exit.stderr

    go(visit())
    assert not mark.exists()


@pytest.fixture
def secrets(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A user's home with things in it, and a key in the environment of the review itself."""
    home = tmp_path_factory.mktemp("user")
    (home / ".ssh").mkdir()
    (home / ".ssh" / "id_ed25519").write_text("canary")
    monkeypatch.setenv("ANTHROPIC_API_KEY", KEY)
    monkeypatch.setenv("HOME", str(home))
    yield home
    assert sorted(str(path.relative_to(home)) for path in home.rglob("*")) == [".ssh", ".ssh/id_ed25519"]


def test_the_users_files_cannot_be_read_nor_written(apart: Lodging, secrets: Path, go: Go) -> None:
    async def visit() -> None:
        async with apart.open() as room:
            for place in (secrets / ".ssh" / "id_ed25519", "/etc/shadow", apart.repo.box.path / "a.py", f"{secrets}/"):
                done = await ran(room, "sh", "-c", f"cat {place} || ls {place}/")
                assert (done.out, done.exit.code != 0) == ("", True), place
            wrote = await ran(room, "sh", "-c", f"mkdir -p {secrets}/x; echo x >{secrets}/.ssh/authorized_keys")
            if apart.isolation is Isolation.LANDLOCK:
                assert wrote.exit.code != 0
            links = await ran(
                room, "sh", "-c", f"ln -s {secrets}/.ssh ~/s; ln -s {secrets} $TMPDIR/t; cat ~/s/* $TMPDIR/t/.ssh/*"
            )
            assert "canary" not in links.out

    go(visit())


def test_a_link_of_the_change_leads_nowhere(apart: Lodging, secrets: Path, go: Go) -> None:
    box = apart.repo.box
    (box.path / "key").symlink_to(secrets / ".ssh" / "id_ed25519")
    (box.path / "home").symlink_to(secrets)
    box.commit("links")

    async def visit() -> None:
        async with apart.open() as room:
            done = await ran(room, "sh", "-c", "cat key home; cat home/.ssh/id_ed25519")
            assert done.out == f"{secrets}/.ssh/id_ed25519{secrets}"

    go(visit())


LOOK = """
import os
found = []
for name in os.listdir("/proc"):
    if name.isdigit():
        for part in ("environ", "cmdline"):
            try:
                data = open(f"/proc/{name}/{part}", "rb").read()
            except OSError:
                continue
            if part == "environ":
                found.append(data)
print(len(found) > 0, any(b"never-inside" in data for data in found), "never-inside" in repr(dict(os.environ)))
print(os.path.exists("/proc/PARENT"))
"""


def test_no_key_is_seen(apart: Lodging, secrets: Path, go: Go) -> None:
    assert secrets.exists()
    child = subprocess.Popen(["/bin/sh", "-c", "echo up; read x"], env={"KEY": KEY}, stdin=-1, stdout=-1)

    async def visit() -> None:
        async with apart.open() as room:
            done = await ran_python(room, LOOK.replace("PARENT", str(os.getpid())))
            mine, others, own = done.out.splitlines()[0].split()
            assert (mine, others, own) == ("True", "False", "False")
            if apart.isolation is Isolation.BUBBLEWRAP:
                listed = await ran(room, "sh", "-c", "ls /proc | grep -c '^[0-9]'; cat /proc/1/cmdline")
                assert int(listed.out.splitlines()[0]) <= 6
                assert "never-inside" not in listed.out

    with child:
        try:
            assert child.stdout is not None
            assert child.stdout.readline() == b"up\n"
            assert KEY.encode() in Path(f"/proc/{child.pid}/environ").read_bytes()
            go(visit())
        finally:
            child.kill()


def test_the_checkout_cannot_be_written(apart: Lodging, go: Go) -> None:
    async def visit() -> None:
        async with apart.open() as room:
            tries = (
                "echo x >a.py", "rm a.py", "touch new", "mv sub gone", "ln -s /etc x", "echo x >.git/config",
                "git config core.fsmonitor x", "git commit --allow-empty -m x", "touch .git/hooks", "git checkout base",
                "echo x >.deepreview/brief.md", "touch .deepreview/more", "chmod +x .git/HEAD && false",
                "rm -rf .git/objects/* && touch .git/objects/x", "truncate -s 0 a.py",
            )  # fmt: skip
            for one in tries:
                assert (await ran(room, "sh", "-c", one)).exit.code != 0, one
            assert (
                await ran(room, "sh", "-c", "cat a.py; git fsck 2>&1; git log -1 --format=%s")
            ).out == "print(3)\nchange"

    go(visit())


def test_the_mirror_is_left_alone(apart: Lodging, go: Go) -> None:
    async def visit() -> None:
        async with apart.open() as room:
            mirror = room.setup.objects.parent
            before = sorted(path.stat().st_mtime_ns for path in mirror.rglob("*"))
            await ran(room, "sh", "-c", f"rm -rf {mirror} .git/objects/*; git gc; git repack -ad; git fetch {mirror}")
            assert sorted(path.stat().st_mtime_ns for path in mirror.rglob("*")) == before

    go(visit())


REACH = """
import os, socket
def reach(family, kind, address):
    try:
        with socket.socket(family, kind) as end:
            end.settimeout(2)
            if kind == socket.SOCK_DGRAM and family != socket.AF_UNIX:
                end.sendto(b"x", address)
            else:
                end.connect(address)
                end.sendall(b"x")
        return "reached"
    except OSError:
        return "no"
print(
    reach(socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", OTHER)),
    reach(socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", OTHER)),
    reach(socket.AF_INET, socket.SOCK_STREAM, ("192.0.2.1", 80)),
    reach(socket.AF_INET6, socket.SOCK_STREAM, ("::1", OTHER)),
    reach(socket.AF_UNIX, socket.SOCK_STREAM, "PATH"),
    reach(socket.AF_UNIX, socket.SOCK_STREAM, chr(0) + "deepreview-canary-ABSTRACT"),
    reach(socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", GATE)),
)
try:
    print(socket.getaddrinfo("example.com", 443))
except OSError:
    print("no name")
try:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as end:
        print("sent", end.sendto(b"x", socket.MSG_FASTOPEN, ("127.0.0.1", OTHER)))
except OSError:
    print("no fast open")
try:
    socket.socket(socket.AF_INET, socket.SOCK_STREAM, 262).connect(("127.0.0.1", OTHER))
    print("reached by multipath")
except OSError:
    print("no multipath")
"""


def test_nothing_but_the_model_is_reached(apart: Lodging, go: Go) -> None:
    async def visit(other: int, path: Path, abstract: str) -> None:
        async with apart.open() as room:
            sent = "no" if apart.isolation is Isolation.LANDLOCK else "reached"  # it goes to the guest's own loopback
            code = REACH.replace("OTHER", str(other)).replace("PATH", str(path)).replace("ABSTRACT", abstract)
            done = await ran_python(room, code.replace("GATE", str(room.setup.gate.port)))
            assert done.out.splitlines() == [
                f"no {sent} no no no no reached",
                "no name",
                "no fast open",
                "no multipath",
            ], done.exit

    path = apart.repo.root / "bus"
    with (
        socket.create_server(("127.0.0.1", 0)) as listener,
        socket.socket(type=socket.SOCK_DGRAM) as heard,
        socket.socket(socket.AF_UNIX) as bus,
    ):
        other = listener.getsockname()[1]
        heard.bind(("127.0.0.1", other))
        bus.bind(str(path))
        bus.listen()
        with socket.socket(socket.AF_UNIX) as unnamed:
            unnamed.bind(f"\0deepreview-canary-{os.getpid()}")
            unnamed.listen()
            free = REACH.replace("OTHER", str(other)).replace("PATH", str(path)).replace("GATE", str(other))
            argv = [sys.executable, "-c", free.replace("ABSTRACT", str(os.getpid()))]
            outside = subprocess.run(argv, capture_output=True, check=True, text=True)
            words = outside.stdout.splitlines()[0].split()
            assert [words[n] for n in (0, 1, 4, 5, 6)] == ["reached"] * 5, "the traps work outside"
            assert heard.recv(9) == b"x"
            go(visit(other, path, str(os.getpid())))
        heard.setblocking(False)
        with pytest.raises(BlockingIOError):
            heard.recv(9)


TO_THE_BUS = """
import socket
for family, address in ((socket.AF_UNIX, "PATH"), (socket.AF_VSOCK, (2, 1))):
    try:
        socket.socket(family).connect(address)
        print("reached")
    except OSError:
        print("no")
left, right = socket.socketpair()
left.sendall(b"x")
print(right.recv(1), socket.getaddrinfo("127.0.0.1", 80)[0][4])
"""


def test_what_an_account_opens_is_the_network_and_not_the_users_services(apart: Lodging, go: Go) -> None:
    async def visit(path: Path) -> None:
        credential = apart.repo.root / "credentials.json"
        credential.write_text("signed in")
        async with replace(apart, account=Account(file=credential, at=".tool/auth.json")).open() as room:
            done = await ran_python(room, TO_THE_BUS.replace("PATH", str(path)))
            assert done.out.splitlines() == ["no", "no", "b'x' ('127.0.0.1', 80)"], done.exit

    with socket.socket(socket.AF_UNIX) as bus:
        path = apart.repo.root / "bus"
        bus.bind(str(path))
        bus.listen()
        go(visit(path))


IN_ITS_NAME = """
import os, subprocess, sys
print("genuine", flush=True)
forge = "open('/proc/%d/fd/1', 'w').write('forged')" % os.getpid()
subprocess.run([sys.executable, "-c", forge], stdin=-3, stdout=-3, stderr=-3)
"""


def test_what_an_agent_starts_cannot_speak_in_its_name(lodging: Lodging, go: Go) -> None:
    async def visit() -> None:
        async with lodging.open() as room:
            assert (await ran_python(room, IN_ITS_NAME)).out == "genuine"

    go(visit())


def test_no_other_process_is_touched(apart: Lodging, go: Go) -> None:
    child = subprocess.Popen(["sleep", "60"])

    async def visit() -> None:
        async with apart.open() as room:
            done = await ran(
                room, "sh", "-c", f"sleep 0.5; kill -9 {child.pid} {os.getpid()}; kill -TERM $PPID; sleep 0.1; echo on"
            )
            if apart.isolation is Isolation.LANDLOCK:
                assert done.out == "on", "its keeper cannot be ended from inside"
            assert child.poll() is None

    try:
        go(visit())
    finally:
        child.kill()
        child.wait()


def test_privileges_cannot_be_had(wrapped: Lodging, go: Go) -> None:
    async def visit() -> None:
        async with wrapped.open() as room:
            status = await ran(room, "grep", "-E", "^(CapEff|CapBnd|NoNewPrivs|Uid)", "/proc/self/status")
            found = dict(line.split(":\t", 1) for line in status.out.splitlines())
            assert (int(found["CapEff"], 16), found["NoNewPrivs"], found["Uid"].split()[0]) == (0, "1", "1000")
            tries = "mount -t tmpfs x /repo; mount -o remount,rw /repo; umount /repo; chroot / true; mknod /tmp/d b 8 0"
            done = await ran(room, "sh", "-c", f"{tries}; echo tried; touch /repo/x; ls /repo")
            assert done.out.split() == ["tried", "a.py", "sub"]
            assert set((await ran(room, "ls", "/dev")).out.split()) <= {
                "console", "core", "fd", "full", "null", "ptmx", "pts", "random", "shm", "stderr", "stdin", "stdout",
                "tty", "urandom", "zero",
            }  # fmt: skip

    go(visit())


def test_private_keys_of_the_machine_are_not_seen(wrapped: Lodging, go: Go) -> None:
    async def visit() -> None:
        async with wrapped.open() as room:
            done = await ran(
                room, "sh", "-c", "ls /etc /etc/ssl; id -un; cat /etc/passwd; ls /home /root /work /var /sys 2>&1"
            )
            assert "private" not in done.out
            assert "shadow" not in done.out
            assert "agent:x:1000" in done.out
            assert "root:" not in done.out.replace("/root:", "")

    go(visit())


def test_nested_sandboxes_can_be_made(wrapped: Lodging, go: Go) -> None:
    async def visit() -> None:
        async with wrapped.open() as room:
            inner = (
                "bwrap --ro-bind / / --dev /dev --unshare-all --die-with-parent"
                " sh -c 'touch /scratch/x || echo read-only'"
            )
            assert (await ran(room, "sh", "-c", inner)).out == "read-only"

    go(visit())


def test_one_checkout_for_several(wrapped: Lodging, go: Go) -> None:
    """Papers, home and scratch are each guest's own, though all see one checkout."""

    async def visit() -> None:
        async with wrapped.open() as one, open_guest(replace(one.setup, papers={"p": "2"})) as two:
            await ran(one, "sh", "-c", "echo secret >~/x")
            other = await ran(two, "sh", "-c", "ls ~ $TMPDIR .deepreview; cat a.py")
            assert other.out.split() == [".deepreview:", "p", "/home/agent:", "/scratch:", "print(3)"]

    go(visit())
