import sys
from pathlib import Path

import pytest

from deepreview.guests.programs import find, folders, seen_for


def _program(path: Path, text: str = "\x7fELF") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)
    return path


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    (tmp_path / "home/.local/bin").mkdir(parents=True)
    return {"HOME": str(tmp_path / "home"), "PATH": f"{tmp_path}/home/.local/bin:{tmp_path}/node/bin:/usr/bin:/bin"}


def test_found_on_the_callers_path_only(tmp_path: Path, environ: dict[str, str]) -> None:
    agent = _program(tmp_path / "home/.local/bin/agent")
    assert find("agent", environ) == agent
    assert find(str(agent), {"PATH": ""}) == agent
    with pytest.raises(FileNotFoundError):
        find("agent", {"PATH": "/usr/bin"})
    with pytest.raises(FileNotFoundError):
        find("agent", {})


def test_the_systems_own_need_nothing(environ: dict[str, str]) -> None:
    assert seen_for(Path("/usr/bin/env"), environ) == ()


def test_a_package_of_npm_with_its_interpreter(tmp_path: Path, environ: dict[str, str]) -> None:
    node = _program(tmp_path / "node/bin/node")
    _program(tmp_path / "node/lib/node_modules/agent/cli.js", "#!/usr/bin/env -S node --x\n")
    agent = tmp_path / "node/bin/agent"
    agent.symlink_to("../lib/node_modules/agent/cli.js")
    assert seen_for(agent, environ) == (tmp_path / "node/lib/node_modules", node)
    assert folders(agent, environ) == (node.parent,)


def test_a_package_within_a_package(tmp_path: Path, environ: dict[str, str]) -> None:
    inner = _program(tmp_path / "x/node_modules/a/node_modules/b/bin/tool")
    assert seen_for(inner, environ) == (tmp_path / "x/node_modules",)


def test_a_native_program(tmp_path: Path, environ: dict[str, str]) -> None:
    real = _program(tmp_path / "home/.local/share/agent/versions/1.2")
    link = tmp_path / "home/.local/bin/agent"
    link.symlink_to(real)
    assert seen_for(link, environ) == (real.parent,)


@pytest.mark.parametrize("place", ["home/bin/agent", "home/.local/bin/agent", "home/agent", "home/.local/agent"])
def test_folders_with_other_things_are_not_taken_whole(tmp_path: Path, environ: dict[str, str], place: str) -> None:
    agent = _program(tmp_path / place)
    assert seen_for(agent, environ) == (agent,)


def test_this_python(environ: dict[str, str]) -> None:
    seen = seen_for(Path(sys.executable), environ)
    program = Path(sys.executable).resolve()
    assert program.is_relative_to("/usr") or any(program.is_relative_to(path) for path in seen)
    venv = Path(sys.prefix)
    assert venv == Path(sys.base_prefix) or venv in seen


def test_what_a_launcher_starts(tmp_path: Path, environ: dict[str, str]) -> None:
    real = _program(tmp_path / "home/.x/local/node_modules/agent/cli")
    (tmp_path / "home/notes").mkdir()
    (tmp_path / "home/notes/n.txt").write_text("private")
    text = f'#!/bin/sh\n# see {tmp_path}/home/notes/n.txt\nexec "{real}" "$@"\n'
    launcher = _program(tmp_path / "home/.local/bin/agent", text)
    assert seen_for(launcher, environ) == (launcher, tmp_path / "home/.x/local/node_modules")
    long = _program(tmp_path / "home/.local/bin/long", text + "#" * 5_000)
    assert seen_for(long, environ) == (long,)


def test_scripts_of_scripts_end(tmp_path: Path, environ: dict[str, str]) -> None:
    one, two = tmp_path / "one/s", tmp_path / "two/s"
    _program(one, f"#!{two}\n")
    _program(two, f"#!{one}\n")
    assert set(seen_for(one, environ)) == {one.parent, two.parent}
    broken = _program(tmp_path / "broken/s", "#!\n")
    assert seen_for(broken, environ) == (broken.parent,)
