"""Landlock, the kernel's own sandbox for a process and its descendants, where bubblewrap cannot be had.

Imported by `inside.py` as a script beside it, so it uses the standard library only. What it cannot do: hide that other
files exist, keep `chmod` from the user's own files, or see to UDP and Unix sockets; the seccomp filter does.
"""

import ctypes
import os
import platform
import struct
from collections.abc import Callable
from typing import TypedDict

_CREATE, _ADD, _RESTRICT = 444, 445, 446
_PATH, _PORT = 1, 2
_EXECUTE, _WRITE, _READ, _LIST, _TRUNCATE = 1 << 0, 1 << 1, 1 << 2, 1 << 3, 1 << 14
_SEEING = _EXECUTE | _READ | _LIST
_OF_FILES = _EXECUTE | _WRITE | _READ | _TRUNCATE
_CONNECT = 2
_WITH_REFER, _WITH_TRUNCATE, _WITH_PORTS, _WITH_SCOPES = 2, 3, 4, 6
"""The versions of Landlock that brought each."""
_SIGNALS_AND_ABSTRACT_SOCKETS = 3
_NO_NEW_PRIVILEGES, _SECCOMP, _FILTER, _FORGO = 38, 22, 2, 24
_CAPABILITIES = 0x20080522


class Order(TypedDict):
    """What the program may do."""

    read: list[str]
    """Files and folders that it may read and run."""
    write: list[str]
    """Files and folders that it may also write."""
    port: int
    """The one TCP port that it may connect to; 0 for any, and for UDP, too."""


def version() -> int:
    """The kernel's version of Landlock, 0 without."""
    try:
        found = ctypes.CDLL(None, use_errno=True).syscall(_CREATE, None, 0, 1)
    except AttributeError:  # not Linux
        return 0
    return max(0, int(found))


def closes_network() -> bool:
    """Whether everything but the one port can be refused here."""
    return version() >= _WITH_PORTS and platform.machine() in _SYSTEMS


def restrict(order: Order) -> None:
    """Put this process and all its descendants under the order, for good; raises OSError."""
    libc = ctypes.CDLL(None, use_errno=True)
    abi = version()
    _drop_capabilities(libc)
    _done(libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0))
    _refuse_other_sockets(libc, _one_port if order["port"] else _open)
    handled = (1 << 13) - 1
    handled |= 1 << 13 if abi >= _WITH_REFER else 0
    handled |= _TRUNCATE if abi >= _WITH_TRUNCATE else 0
    ports = _CONNECT if abi >= _WITH_PORTS and order["port"] else 0
    scopes = _SIGNALS_AND_ABSTRACT_SOCKETS if abi >= _WITH_SCOPES else 0
    wanted = struct.pack("=QQQ", handled, ports, scopes)
    wanted = wanted[: 24 if abi >= _WITH_SCOPES else 16 if abi >= _WITH_PORTS else 8]
    rules = _done(libc.syscall(_CREATE, wanted, len(wanted), 0))
    for path in order["read"]:
        _allow(libc, rules, path, _SEEING & handled)
    for path in order["write"]:
        _allow(libc, rules, path, handled)
    if ports:
        _done(libc.syscall(_ADD, rules, _PORT, struct.pack("=QQ", ports, order["port"]), 0))
    _done(libc.syscall(_RESTRICT, rules, 0))
    os.close(rules)


def _drop_capabilities(libc: ctypes.CDLL) -> None:
    """What only root has: with it, the memory and the environment of every process could be read all the same."""
    if os.geteuid() == 0:
        for capability in range(64):
            libc.prctl(_FORGO, capability, 0, 0, 0)  # fails for those that the kernel does not have
        _done(libc.capset(struct.pack("=Ii", _CAPABILITIES, 0), bytes(24)))


def _allow(libc: ctypes.CDLL, rules: int, path: str, access: int) -> None:
    try:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return  # it is not there, so there is nothing to allow
    try:
        granted = access if os.path.isdir(path) else access & _OF_FILES  # noqa: PTH112 - pathlib costs 10 ms here
        _done(libc.syscall(_ADD, rules, _PATH, struct.pack("=Qi", granted, place), 0))
    finally:
        os.close(place)


_SYSTEMS = {"x86_64": (0xC000003E, 41, 425, 44, 307, 46), "aarch64": (0xC00000B7, 198, 425, 206, 269, 211)}
"""How the kernel names the machine; its numbers of socket, io_uring_setup, sendto, sendmmsg and sendmsg."""
_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _AND, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x54, 0x06
_ALLOWED, _REFUSED = 0x7FFF0000, 0x00050000 | 13
_FAST_OPEN = 0x20000000


Step = tuple[int, int | str, int | str, int]
"""An instruction, where to go on when it is true and when it is not (a label, or how far to skip), and its value."""


def _refuse_other_sockets(libc: ctypes.CDLL, sockets: Callable[..., list[Step]]) -> None:
    """Let it make some kinds of sockets only.

    Landlock does not see UDP (name look-ups), Unix sockets by path, or TCP by another name. Behind the Unix sockets of
    a user are those who start programs for them: a session bus, a container engine, an agent with keys.
    """
    if platform.machine() not in _SYSTEMS:
        return
    steps = sockets(*_SYSTEMS[platform.machine()])
    last = len(steps) - 1
    labels = {"refuse": last, "allow": last - 1, "third": last - 3, "fourth": last - 5}
    code = b""
    for number, (what, yes, no, value) in enumerate(steps):
        jumps = [labels[to] - number - 1 if isinstance(to, str) else to for to in (yes, no)]
        code += struct.pack("=HBBI", what, *jumps, value)
    held = ctypes.create_string_buffer(code)
    program = struct.pack("@HP", len(steps), ctypes.addressof(held))
    _done(libc.prctl(_SECCOMP, _FILTER, program, 0, 0))


def _open(machine: int, socket: int, uring: int, *_: int) -> list[Step]:
    """Internet and netlink sockets of every type."""
    return [
        (_LOAD, 0, 0, 4),  # the machine
        (_EQUAL, 0, "refuse", machine),
        (_LOAD, 0, 0, 0),  # the call
        (_AT_LEAST, "refuse", 0, 0x40000000),  # x32 numbers calls in another way
        (_EQUAL, "refuse", 0, uring),  # its rings make sockets unseen
        (_EQUAL, 0, "allow", socket),
        (_LOAD, 0, 0, 16),  # the family
        (_EQUAL, "allow", 0, 16),  # netlink
        (_EQUAL, "allow", 0, 2),  # internet
        (_EQUAL, "allow", "refuse", 10),  # internet, version 6
        (_RETURN, 0, 0, _ALLOWED),
        (_RETURN, 0, 0, _REFUSED),
    ]


def _one_port(machine: int, socket: int, uring: int, sendto: int, sendmmsg: int, sendmsg: int) -> list[Step]:
    """TCP and netlink sockets, which connect in no other way than by `connect`."""
    return [
        (_LOAD, 0, 0, 4),  # the machine
        (_EQUAL, 0, "refuse", machine),
        (_LOAD, 0, 0, 0),  # the call
        (_AT_LEAST, "refuse", 0, 0x40000000),  # x32 numbers calls in another way
        (_EQUAL, "refuse", 0, uring),  # its rings make sockets unseen
        (_EQUAL, "fourth", 0, sendto),
        (_EQUAL, "fourth", 0, sendmmsg),
        (_EQUAL, "third", 0, sendmsg),
        (_EQUAL, 0, "allow", socket),
        (_LOAD, 0, 0, 16),  # the family
        (_EQUAL, "allow", 0, 16),  # netlink: which addresses this machine has
        (_EQUAL, 1, 0, 2),  # internet
        (_EQUAL, 0, "refuse", 10),  # internet, version 6
        (_LOAD, 0, 0, 24),  # the type
        (_AND, 0, 0, 0xF),
        (_EQUAL, 0, "refuse", 1),  # a stream
        (_LOAD, 0, 0, 32),  # the protocol
        (_EQUAL, "allow", 0, 0),
        (_EQUAL, "allow", "refuse", 6),
        (_LOAD, 0, 0, 40),  # fourth: the flags of sendto and sendmmsg
        (_ANY_BIT, "refuse", "allow", _FAST_OPEN),
        (_LOAD, 0, 0, 32),  # third: the flags of sendmsg
        (_ANY_BIT, "refuse", "allow", _FAST_OPEN),
        (_RETURN, 0, 0, _ALLOWED),
        (_RETURN, 0, 0, _REFUSED),
    ]


def _done(result: int) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result
