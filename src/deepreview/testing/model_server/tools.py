"""Wishes in the words of the program that asks: each offers tools under its own names."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from deepreview.testing.model_server.script import Asked, Call, Deed, Wish

_Words = Callable[[Wish], Call]


def _named(name: str, subject: str, text: str = "", **more: Any) -> _Words:
    """A tool that takes the subject, and the text of a wish to write, under these argument names."""

    def worded(wish: Wish) -> Call:
        return Call(name=name, arguments={subject: wish.subject, **({text: wish.text} if text else {}), **more})

    return worded


def _by_shell(words: _Words) -> Mapping[Deed, _Words]:
    """A program that has nothing but a shell: it reads and writes files with commands."""
    return {
        Deed.SHELL: words,
        Deed.READ: lambda wish: words(Wish(deed=Deed.SHELL, subject=f"cat {wish.subject}")),
        Deed.WRITE: lambda wish: words(Wish(deed=Deed.SHELL, subject=f"printf %s '{wish.text}' > {wish.subject}")),
    }


def _script(wish: Wish) -> Call:
    """A program in JavaScript, which calls the shell and says what it printed."""
    return Call(name="exec", text=f"text((await tools.exec_command({json.dumps({'cmd': wish.subject})})).output);")


FAMILIES: Mapping[str, Mapping[Deed, _Words]] = {
    "claude": {
        Deed.READ: _named("Read", "file_path"),
        Deed.SHELL: _named("Bash", "command", description="Look at the history"),
        Deed.WRITE: _named("Write", "file_path", "content"),
    },
    "codex": _by_shell(_named("exec_command", "cmd")),
    "codex-javascript": _by_shell(_script),
    "codex-shell-command": _by_shell(_named("shell_command", "command")),
    "gemini": {
        Deed.READ: _named("read_file", "file_path"),
        Deed.SHELL: _named("run_shell_command", "command", description="Look at the history"),
        Deed.WRITE: _named("write_file", "file_path", "content"),
    },
    "opencode": {
        Deed.READ: _named("read", "filePath"),
        Deed.SHELL: _named("bash", "command", description="Look at the history"),
        Deed.WRITE: _named("write", "filePath", "content"),
    },
    "api": {
        Deed.READ: _named("read_lines", "path"),
        Deed.SHELL: _named("run", "command"),
        Deed.WRITE: _named("write_lines", "path", "content"),
    },
}


def family_of(tools: Mapping[str, Any]) -> Mapping[Deed, _Words] | None:
    """The words of the program most of whose tools are on offer; None where none is."""

    def known(words: Mapping[Deed, _Words]) -> int:
        return len({words[deed](Wish(deed=deed, subject="")).name for deed in Deed} & set(tools))

    best = max(FAMILIES.values(), key=known)
    return best if known(best) else None


def in_words(wanted: Call | Wish, asked: Asked) -> Call | None:
    """The call for a wish, even where just this tool is not on offer; None to a program of no known tools."""
    if isinstance(wanted, Call):
        return wanted
    words = family_of(asked.tools)
    return words[wanted.deed](wanted) if words else None
