"""A guest's place made with bubblewrap: a file system of what was listed, and namespaces with nobody else in them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from deepreview.guests.programs import SYSTEM
from deepreview.process import run_now

OWNER = 1000
"""The user inside, whoever starts it: some agents refuse to work as root."""
_ETC = (
    "alternatives", "ca-certificates", "crypto-policies", "ld.so.cache", "ld.so.conf", "ld.so.conf.d", "localtime",
    "mime.types", "pki/ca-trust", "pki/tls/cert.pem", "pki/tls/certs", "ssl/cert.pem", "ssl/certs", "ssl/openssl.cnf",
)  # fmt: skip
"""Never the whole of `ssl` and `pki`: they hold private keys, which root may read."""
_IN_MEMORY = {"/dev/shm": 1 << 30, "/tmp": 1 << 30, "/run": 1 << 24}  # noqa: S108 - inside
_ETC_OF_NETWORK = ("gai.conf", "hosts", "nsswitch.conf", "resolv.conf")
_OWN = {
    "passwd": f"agent:x:{OWNER}:{OWNER}::/home/agent:/bin/sh\n",
    "group": f"agent:x:{OWNER}:\n",
}
_OWN_WITHOUT_NETWORK = {
    "hosts": "127.0.0.1 localhost\n",
    "nsswitch.conf": "passwd: files\ngroup: files\nhosts: files\n",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What is seen inside: places inside and what stands there, in order; later ones hide parts of earlier ones."""

    read: Mapping[Path, Path]
    write: Mapping[Path, Path]
    network: bool = False


def command(program: Path, view: View, start: Path) -> list[str]:
    """The start of an argument list, to which the program and its arguments are added.

    Environment variables are inherited, so that they stand in no argument list.
    """
    argv = [str(program), "--unshare-user", "--uid", str(OWNER), "--gid", str(OWNER), "--unshare-all"]
    argv += ["--share-net"] if view.network else []
    argv += ["--hostname", "guest", "--die-with-parent", "--new-session"]
    argv += [*_system(), "--proc", "/proc", "--dev", "/dev", *_in_memory(program)]
    argv += [*_etc(network=view.network)]
    for option, places in (("--ro-bind", view.read), ("--bind", view.write)):
        for inside, outside in places.items():
            argv += [option, str(outside), str(inside)]
    return [*argv, "--chdir", str(start)]


def _system() -> Iterator[str]:
    for folder in SYSTEM:
        if folder.is_symlink():
            yield from ("--symlink", str(folder.readlink()), str(folder))
        elif folder.is_dir():
            yield from ("--ro-bind", str(folder), str(folder))


def _in_memory(program: Path) -> Iterator[str]:
    """File systems that take memory, as small as they may be; bubblewrap before 0.8 cannot bound them."""
    bounded = _bounds(program)
    for folder, size in _IN_MEMORY.items():
        yield from (*(("--size", str(size)) if bounded else ()), "--tmpfs", folder)
    if bounded:
        yield from ("--remount-ro", "/dev")


@cache
def _bounds(program: Path) -> bool:
    try:
        return b"--size" in run_now([str(program), "--help"], env={}, cwd=Path("/"), timeout=20).stdout
    except (OSError, TimeoutError):
        return False


def _etc(*, network: bool) -> Iterator[str]:
    for name in (*_ETC, *(_ETC_OF_NETWORK if network else ())):
        path = Path("/etc") / name
        if path.exists():
            yield from ("--ro-bind", str(path.resolve()), str(path))


def etc_files(*, network: bool) -> dict[str, str]:
    """Files of `/etc` that are our own, by name: no account of this machine is named in them."""
    return _OWN if network else _OWN | _OWN_WITHOUT_NETWORK
