"""The first program of a guest's place: it starts the agent, tells of its start and end, and leaves nothing behind.

It runs as a script of its own (`python -I -S inside.py ORDER PROGRAM ...`), also where nothing of this package can
be seen, so it uses the standard library only. `ORDER` is JSON:

    leash     a file descriptor. It says `S` once the program runs, `E <errno>` when it cannot, `X <code>` at its end.
              When the other end is closed, by whatever ends the review, all that was started is killed.
    listen    a port of 127.0.0.1 to listen on, for a network namespace that has nothing else; 0 for none
    socket    the Unix socket to which connections to that port are taken
    landlock  what the program may see (see `landlock.py`), or null
"""

import contextlib
import ctypes
import json
import os
import resource
import signal
import socket
import sys
import threading
import time
from pathlib import Path

_CHUNK = 1 << 16
_NOT_STARTED = 127
_LARGEST_FILE = 4 << 30
_NICER = 5
_FIRST_TO_GO = "1000"
"""Where memory runs out, the kernel ends it before anything of its user's."""


def main() -> None:
    """Do what the order says; never returns."""
    order = json.loads(sys.argv[1])
    leash = socket.socket(fileno=order["leash"])
    leash.set_inheritable(False)
    _adopt_orphans()
    listener = socket.create_server(("127.0.0.1", order["listen"]), backlog=64) if order["listen"] else None
    program = _start(sys.argv[2:], order["landlock"], leash)
    _let_go_of_the_pipes()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, _end)
    threading.Thread(target=_hold, args=(leash,), daemon=True).start()
    if listener:
        threading.Thread(target=_serve, args=(listener, order["socket"]), daemon=True).start()
    code = _wait_for(program)
    with contextlib.suppress(OSError):
        leash.sendall(f"X {code}\n".encode())
    _end()


def _start(argv: list[str], landlock: object, leash: socket.socket) -> int:
    """Fork and execute; whether that worked is told by a pipe that closes when the program takes over."""
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            for number in (signal.SIGPIPE, signal.SIGXFSZ):  # Python ignores them, and an ignored signal is inherited
                signal.signal(number, signal.SIG_DFL)
            _limit()
            if landlock:
                sys.path.append(str(Path(__file__).parent))
                from landlock import restrict  # type: ignore[import-not-found]  # noqa: PLC0415 - a script beside us

                restrict(landlock)
            os.execvp(argv[0], argv)  # noqa: S606 - this script is the started program, handing over
        except OSError as error:
            os.write(writer, str(error.errno).encode())
        finally:
            os._exit(_NOT_STARTED)
    os.close(writer)
    failed = os.read(reader, 32)
    os.close(reader)
    leash.sendall(b"E %s\n" % failed if failed else b"S\n")
    if failed:
        os._exit(_NOT_STARTED)
    return pid


def _limit() -> None:
    """What one program can be held to without rights and without counting others of the same user.

    Not its memory (Node reserves far more than it uses), nor the number of processes, which is the user's.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a dump holds what it read, and would outlive it
    _, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    size = _LARGEST_FILE if most == resource.RLIM_INFINITY else min(_LARGEST_FILE, most)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
    with contextlib.suppress(OSError):
        os.nice(_NICER)
    with contextlib.suppress(OSError):  # only Linux has it
        Path("/proc/self/oom_score_adj").write_text(_FIRST_TO_GO, encoding="ascii")


def _let_go_of_the_pipes() -> None:
    """The program's output ends when the program does, not when this one does."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(nowhere, number)


def _wait_for(program: int) -> int:
    while True:
        pid, status = os.wait()  # others are orphans of the program's
        if pid == program:
            return os.waitstatus_to_exitcode(status)


def _hold(leash: socket.socket) -> None:
    with contextlib.suppress(OSError):
        leash.recv(1)
    os.kill(os.getpid(), signal.SIGTERM)


def _end(*_: object) -> None:
    _kill_descendants()
    os._exit(0)


def _adopt_orphans() -> None:
    """Have what the program leaves behind become our children, even when it left our process group."""
    with contextlib.suppress(AttributeError):  # only Linux has it
        ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)  # PR_SET_CHILD_SUBREAPER


def _kill_descendants() -> None:
    if not Path("/proc/self/stat").exists():
        os.killpg(0, signal.SIGKILL)  # all that can be done elsewhere than on Linux; it ends this one too
    for _ in range(400):
        below = _descendants()
        if not below:
            return
        for pid in below:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        time.sleep(0.005)


def _descendants() -> list[int]:
    children: dict[int, list[int]] = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with contextlib.suppress(OSError):  # it ended meanwhile
                fields = (folder / "stat").read_bytes().rpartition(b")")[2].split()
                children.setdefault(int(fields[1]), []).append(int(folder.name))
    found = list(children.get(os.getpid(), ()))
    for pid in found:  # grows while it is walked
        found += children.get(pid, ())
    return found


def _serve(listener: socket.socket, path: str) -> None:
    while True:
        with contextlib.suppress(OSError):
            near, _ = listener.accept()
            threading.Thread(target=_join, args=(near, path), daemon=True).start()


def _join(near: socket.socket, path: str) -> None:
    """Take bytes in both directions until both ends have said all."""
    with near, socket.socket(socket.AF_UNIX) as far:
        try:
            far.connect(path)
        except OSError:
            return
        back = threading.Thread(target=_pump, args=(far, near), daemon=True)
        back.start()
        _pump(near, far)
        back.join()


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(_CHUNK):
            sink.sendall(data)
    for end, how in ((sink, socket.SHUT_WR), (source, socket.SHUT_RD)):
        with contextlib.suppress(OSError):
            end.shutdown(how)


if __name__ == "__main__":
    main()
