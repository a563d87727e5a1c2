import asyncio
import base64
import os
import shutil
import signal
import ssl
import stat
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from deepreview.agents.base import Guest, Invocation, Wire
from deepreview.errors import MachineError
from deepreview.guests.guest import Account, open_guest
from deepreview.guests.isolation import Isolation
from deepreview.testing.guests import ENVIRON, Lodging, all_gone, descendants, ran, ran_python

Go = Callable[[Awaitable[None]], None]


def test_what_a_guest_finds(lodging: Lodging, go: Go) -> None:
    async def visit() -> None:
        async with lodging.open() as room:
            guest: Guest = room
            place = guest.place
            done = await ran(
                room, "sh", "-c", f"pwd; cat a.py {place.papers}/brief.md; ls {place.home} {place.scratch}"
            )
            assert done.out.splitlines()[:3] == [str(place.repo), "print(3)", "# Brief"]
            assert (done.exit.code, done.exit.stderr) == (0, "")
            said = await ran(
                room, "sh", "-c", "echo $HOME $TMPDIR $LANG $TERM; touch $HOME/x $TMPDIR/y && git log --oneline"
            )
            assert said.out.splitlines()[0] == f"{place.home} {place.scratch} C.UTF-8 xterm-256color"
            assert [line.split()[1] for line in said.out.splitlines()[1:]] == ["change", "base"]
            assert guest.door(Wire.ANTHROPIC).key == "placeholder"
            assert place.contained is (lodging.isolation is not Isolation.NONE)
            with pytest.raises(MachineError, match="no credential for a model that speaks gemini"):
                guest.door(Wire.GEMINI)
            assert guest.find("sh").name == "sh"
            with pytest.raises(FileNotFoundError):
                guest.find("no-such-program")
            assert await room.violations() == ()

    go(visit())


def test_only_what_is_listed_is_in_the_environment(lodging: Lodging, go: Go) -> None:
    async def visit() -> None:
        async with lodging.open() as room:
            done = await ran(room, "env", env={"MORE": "1"})
            names = {line.split("=")[0] for line in done.out.splitlines()} - {"PWD", "LC_CTYPE"}
            assert {name for name in names if not name.startswith("GIT_")} == {
                "PATH", "HOME", "TMPDIR", "LANG", "TERM", "USER", "PAGER", "MORE",
            }  # fmt: skip

    go(visit())


def test_the_model_is_reached(lodging: Lodging, go: Go) -> None:
    async def visit() -> None:
        async with lodging.open() as room:
            port = room.setup.gate.port
            code = (
                "import socket, threading\n"
                f"ends = [socket.create_connection(('127.0.0.1', {port})) for _ in range(8)]\n"
                "def much(end):\n"
                "    end.sendall((b'x' * 79 + b'\\n') * 20_000)\n"
                "    end.shutdown(socket.SHUT_WR)\n"
                "for end in ends: threading.Thread(target=much, args=(end,)).start()\n"
                "print([sum(iter(lambda: len(end.recv(1 << 16)), 0)) for end in ends])\n"
            )
            assert (await ran_python(room, code)).out == str([1_600_000] * 8)

    go(visit())


def test_every_way_to_end(lodging: Lodging, go: Go) -> None:
    async def visit() -> None:
        async with lodging.open() as room:
            codes = [(await ran(room, "sh", "-c", f"echo no >&2; exit {code}")).exit for code in (0, 1, 145, 255)]
            assert [(one.code, one.stderr) for one in codes] == [(c, "no\n") for c in (0, 1, 145, 255)]
            for number in (signal.SIGTERM, signal.SIGKILL, signal.SIGSEGV):
                assert (await ran(room, "sh", "-c", f"kill -{number:d} $$")).exit.code == -number
            done = await ran(room, "sh", "-c", "trap '' PIPE; yes | head -1")
            assert (done.out, done.exit.code) == ("y", 0)

    go(visit())


def test_what_cannot_start(lodging: Lodging, go: Go) -> None:
    async def visit() -> None:
        broken = lodging.repo.root / "broken"
        broken.write_text("not a program")
        broken.chmod(0o755)
        async with lodging.open() as room:
            for program in ("no-such-program", str(broken), "/etc/passwd"):
                with pytest.raises(OSError, match=r"not found on the path|cannot be executed"):
                    await ran(room, program)
            if room.setup.isolation is Isolation.BUBBLEWRAP:
                (room.setup.gate.socket).unlink()
                with pytest.raises(OSError, match=r"its place could not be made: bwrap: .*model\.sock"):
                    await ran(room, "true")

    go(visit())


def test_talking_to_a_program(lodging: Lodging, go: Go) -> None:
    async def visit() -> None:
        async with lodging.open() as room:
            async with room.start(Invocation(argv=("cat",))) as running:
                lines = running.lines()
                for word in (b"one", b"two"):
                    await running.send(word + b"\n")
                    assert await anext(lines) == word
            big = await ran(room, "wc", "-c", stdin=b"x" * 1_000_000)
            assert big.out == "1000000"
            unread = await ran(room, "true", stdin=b"x" * 1_000_000)
            assert unread.exit.code == 0

    go(visit())


def test_files_of_an_invocation_and_turns_in_one_home(lodging: Lodging, go: Go) -> None:
    async def visit() -> None:
        outside = lodging.repo.root / "outside"
        outside.mkdir()
        async with lodging.open() as room:
            first = Invocation(argv=("cat", f"{room.place.home}/.x/config"), files={".x/config": "one"}, stdin=b"\n")
            async with room.start(first) as running:
                assert [line async for line in running.lines()] == [b"one"]
            await ran(room, "sh", "-c", f"cd ~ && ls .x && rm -r .x && ln -s {outside} .x && ln -s {outside}/f g")
            with pytest.raises(OSError, match=r"\.x"):
                async with room.start(replace(first, files={".x/config": "two"})):
                    pass
            async with room.start(replace(first, argv=("cat", f"{room.place.home}/g"), files={"g": "kept"})) as running:
                assert [line async for line in running.lines()] == [b"kept"]
            assert list(outside.iterdir()) == []
            await ran(room, "sh", "-c", "mkdir -p ~/locked/in && touch ~/locked/in/x && chmod 0 ~/locked/in ~/locked")

    go(visit())


def test_leaving_ends_all(lodging: Lodging, go: Go) -> None:
    async def visit() -> None:
        async with lodging.open() as room:
            code = "(setsid sh -c 'sleep 97 & sleep 97' &) ; sleep 97 & echo up; wait"
            async with room.start(Invocation(argv=("sh", "-c", code), stdin=b"\n")) as running:
                assert await anext(running.lines()) == b"up"
                await asyncio.sleep(0.2)
                began = descendants(os.getpid())
                assert len(began) >= 5
            assert await all_gone(began)

    go(visit())


def test_what_a_program_leaves_behind_ends_with_it(lodging: Lodging, go: Go) -> None:
    async def visit() -> None:
        async with lodging.open() as room:
            started = time.monotonic()
            done = await ran(room, "sh", "-c", "setsid sh -c 'sleep 97 & sleep 97' & sleep 97 & echo done")
            assert (done.out, done.exit.code) == ("done", 0)
            assert time.monotonic() - started < 20
            assert descendants(os.getpid()) == []

    go(visit())


def test_cancelling_ends_all(lodging: Lodging, go: Go) -> None:
    async def visit() -> None:
        async with lodging.open() as room:
            task = asyncio.create_task(ran(room, "sh", "-c", "setsid sleep 97 & sleep 97"))
            while len(descendants(os.getpid())) < 3:  # noqa: ASYNC110 - other processes give the sign
                await asyncio.sleep(0.02)
            began = descendants(os.getpid())
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert await all_gone(began)

    go(visit())


KILLED = """
import asyncio, sys
from pathlib import Path
from deepreview.agents.base import Invocation
from deepreview.guests.isolation import Isolation
from deepreview.testing.guests import Lodging
from deepreview.testing.reviewed import Reviewed

async def main():
    repo = Reviewed.at(Path(sys.argv[1]))
    async with Lodging(repo=repo, isolation=Isolation(sys.argv[2])).open() as room:
        code = "(setsid sh -c 'sleep 97 & sleep 97' &) ; sleep 97 & echo up; wait"
        async with room.start(Invocation(argv=("sh", "-c", code), stdin=b"x")) as running:
            async for line in running.lines():
                print(line.decode(), flush=True)

asyncio.run(main())
"""


def test_killing_the_review_leaves_nobody(lodging: Lodging, go: Go) -> None:
    async def visit() -> None:
        argv = [sys.executable, "-c", KILLED, str(lodging.repo.root), lodging.isolation.value]
        review = await asyncio.create_subprocess_exec(*argv, stdout=asyncio.subprocess.PIPE)
        assert review.stdout is not None
        assert await review.stdout.readline() == b"up\n"
        await asyncio.sleep(0.2)
        began = descendants(review.pid)
        assert len(began) >= 5
        review.send_signal(signal.SIGKILL)
        await review.wait()
        assert await all_gone(began, within=10)

    go(visit())


def test_a_program_installed_anywhere(lodging: Lodging, go: Go) -> None:
    async def visit() -> None:
        root = lodging.repo.root / "opt"
        package = root / "node_modules" / "tool"
        package.mkdir(parents=True)
        (package / "helper").write_text("helped\n")
        (package / "run.sh").write_text('#!/usr/bin/env sh\ncat "$(dirname "$(readlink -f "$0")")/helper"\n')
        (package / "run.sh").chmod(0o755)
        (root / "bin").mkdir()
        (root / "bin" / "tool").symlink_to("../node_modules/tool/run.sh")
        environ = {"PATH": f"{root}/bin:{ENVIRON['PATH']}", "HOME": str(lodging.repo.root)}
        async with replace(lodging, environ=environ).open() as room:
            assert (await ran(room, "tool")).out == "helped"

    go(visit())


def test_an_account(lodging: Lodging, go: Go) -> None:
    async def visit() -> None:
        credential = lodging.repo.root / "credentials.json"
        credential.write_text("signed in")
        account = Account(file=credential, at=".tool/auth.json")
        async with replace(lodging, account=account).open() as room:
            assert (await ran(room, "sh", "-c", "cat ~/.tool/auth.json")).out == "signed in"
            if lodging.isolation is not Isolation.NONE:
                assert room.isolation.endswith("open network, signed in to an account")
            assert (room.door(Wire.GEMINI).url, room.place.contained) == ("", False)
            port = room.setup.gate.port
            outside = f"import socket; print(socket.create_connection(('127.0.0.1', {port})) is not None)"
            assert (await ran_python(room, outside)).out == "True"
        assert credential.read_text() == "signed in"

    go(visit())


def test_the_users_way_out_is_for_those_alone_who_reach_the_outside(lodging: Lodging, go: Go) -> None:
    usual = ssl.create_default_context().get_ca_certs(binary_form=True)
    if not usual:
        pytest.skip("this machine trusts nobody")
    root = lodging.repo.root
    body = base64.b64encode(bytes.fromhex("302e020100300506032b657004220420") + bytes(range(32))).decode()
    key = f"-----BEGIN PRIVATE KEY-----\n{body}\n-----END PRIVATE KEY-----\n"
    (root / "own.pem").write_text(f"{key}of sam\n{ssl.DER_cert_to_PEM_cert(usual[0])}")
    (root / "credentials.json").write_text("signed in")
    way = {"HTTPS_PROXY": "http://p:3128", "no_proxy": "x", "NODE_EXTRA_CA_CERTS": f"{root}/own.pem"}
    account = Account(file=root / "credentials.json", at=".tool/auth.json")
    asks = "env; cat $NODE_EXTRA_CA_CERTS /dev/null"

    async def visit() -> None:
        async with replace(lodging, environ=ENVIRON | way).open() as room:
            told = (await ran(room, "sh", "-c", asks)).out
            assert "proxy" not in told.lower()
            assert "CERT" not in told
        shutil.rmtree(root / "rooms")
        shutil.rmtree(root / "checkout")
        async with replace(lodging, environ=ENVIRON | way, account=account).open() as room:
            told = (await ran(room, "sh", "-c", asks)).out
            assert {"HTTPS_PROXY=http://p:3128", "no_proxy=x"} <= set(told.splitlines())
            assert f"NODE_EXTRA_CA_CERTS={root}/own.pem" not in told
            assert "-----BEGIN CERTIFICATE-----" in told
            assert "PRIVATE KEY" not in told
            assert "of sam" not in told

    go(visit())


def test_changed_files_are_told(repo_in_the_open: Lodging, go: Go) -> None:
    async def visit() -> None:
        async with repo_in_the_open.open() as room:
            await ran(
                room, "sh", "-c", "git status; echo 'print(4)' >a.py; rm sub/b.py; touch new.py .git/x .deepreview/y"
            )
            assert await room.violations() == ("It changed a.py.", "It removed sub/b.py.")

    go(visit())


@pytest.fixture
def repo_in_the_open(lodging: Lodging) -> Lodging:
    if lodging.isolation is not Isolation.NONE:
        pytest.skip("nothing can be changed")
    return lodging


def test_papers_can_only_be_read_and_are_taken_away(lodging: Lodging, go: Go) -> None:
    async def visit() -> None:
        async with lodging.open() as room:
            if lodging.isolation is not Isolation.BUBBLEWRAP:
                assert stat.S_IMODE((room.setup.repo / ".deepreview/brief.md").stat().st_mode) == 0o444
            async with open_guest(replace(room.setup, papers={"other.md": "2"})) as second:
                assert (await ran(second, "ls", ".deepreview")).out.splitlines()[-1] == "other.md"

    go(visit())
    assert not (lodging.repo.root / "checkout/.deepreview/brief.md").exists()
    assert (lodging.repo.root / "checkout/a.py").exists()


def test_it_gives_way_to_its_users_programs(lodging: Lodging, go: Go) -> None:
    async def visit() -> None:
        async with lodging.open() as room:
            outside = os.nice(0)
            told = await ran(room, "sh", "-c", "nice; cat /proc/self/oom_score_adj; ulimit -H -c; ulimit -H -f")
            assert told.out.split() == [str(min(19, outside + 5)), "1000", "0", str((4 << 30) // 512)]
            large = await ran_python(room, "import os; open(os.environ['TMPDIR'] + '/large', 'wb').truncate(5 << 30)")
            assert "File too large" in large.exit.stderr

    go(visit())
