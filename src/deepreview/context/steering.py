"""Files of a change that would tell a reviewing agent what to do, or have it run programs when it starts.

They are left out of every agent's checkout. What the change itself adds or edits of them can still be read in the
diff, as data, and is reported: whoever reviews the change, a person or a machine, would have been steered by it.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum

from deepreview.context.tree import Tree, text
from deepreview.model.change import Change, FileKind, FilePatch, RepoPath


class Sort(Enum):
    """What a file does to an agent that finds it."""

    INSTRUCTIONS = "instructions"
    """It is read as instructions."""
    SETTINGS = "settings"
    """It can run programs, send requests elsewhere, or permit things."""
    HIDING = "hiding"
    """It hides files from the agent."""
    ENVIRONMENT = "environment"
    """It sets environment variables."""
    PAPERS = "papers"
    """It stands where our own papers for the agent are."""
    BURIED = "buried"
    """It belongs to a bare repository among the files, whose settings git would use."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Steering:
    """One such file of the change's head or base."""

    path: RepoPath
    sort: Sort
    reader: str
    """Whose file it is: `Claude Code`, `Codex` …"""
    done: FileKind | None
    """What the change did to it; None where it was there before and stays as it was."""
    effect: str
    """One sentence: what it would have done."""


_FOLDERS = {
    ".agents": "several agents", ".amazonq": "Amazon Q", ".augment": "Augment", ".claude": "Claude Code",
    ".claude-plugin": "Claude Code", ".clinerules": "Cline", ".codex": "Codex", ".codex-plugin": "Codex",
    ".continue": "Continue", ".crush": "Crush", ".cursor": "Cursor", ".gemini": "Gemini CLI", ".goose": "Goose",
    ".junie": "Junie", ".kilocode": "Kilo Code", ".kiro": "Kiro", ".opencode": "OpenCode", ".openhands": "OpenHands",
    ".qwen": "Qwen Code", ".roo": "Roo Code", ".trae": "Trae", ".windsurf": "Windsurf",
}  # fmt: skip
_SETTINGS = {
    ".aider.conf.yml": "Aider", ".claude.json": "Claude Code", ".crush.json": "Crush", ".mcp.json": "several agents",
    ".roomodes": "Roo Code", "bunfig.toml": "Bun, which runs OpenCode", "crush.json": "Crush",
    "mcp.json": "several agents", "opencode.json": "OpenCode", "opencode.jsonc": "OpenCode",
}  # fmt: skip
_INSTRUCTIONS = {
    ".cursorrules": "Cursor", ".goosehints": "Goose", ".rules": "Zed", ".windsurfrules": "Windsurf",
    "AGENT.md": "several agents", "AGENTS.md": "several agents", "AGENTS.override.md": "Codex",
    "CLAUDE.local.md": "Claude Code", "CLAUDE.md": "Claude Code", "CODEX.md": "Codex", "CRUSH.md": "Crush",
    "GEMINI.md": "Gemini CLI", "QWEN.md": "Qwen Code", "WARP.md": "Warp",
}  # fmt: skip
_HIDING = {
    ".aiexclude": "Gemini", ".aiignore": "several agents", ".claudeignore": "Claude Code", ".codeiumignore": "Windsurf",
    ".cursorignore": "Cursor", ".geminiignore": "Gemini CLI", ".ignore": "search tools of agents",
    ".qwenignore": "Qwen Code", ".rgignore": "search tools of agents",
}  # fmt: skip
_GITHUB = {"agents", "chatmodes", "instructions", "prompts"}
_PAPERS = ".deepreview"
_ENVIRONMENT = re.compile(r"\.env(?:\.(?:local|development|production|test)(?:\.local)?)?", re.IGNORECASE)


def sort_of(path: RepoPath) -> tuple[Sort, str] | None:
    """What a file of this path is to agents, and to which; None for all other files.

    Agents look into every folder, so a copy below another folder counts as well.
    """
    *above, name = path.split("/")
    if above[:1] == [_PAPERS] or path == _PAPERS:
        return Sort.PAPERS, "this reviewer's agents"
    for part in (*above, name):
        if (reader := _FOLDERS.get(part.casefold())) is not None:
            return (Sort.INSTRUCTIONS if name.endswith((".md", ".mdc")) else Sort.SETTINGS), reader
    found = _by_name(name)
    if found is None and above[-1:] == [".vscode"] and name == "mcp.json":
        return Sort.SETTINGS, "GitHub Copilot"
    if ".github" in above and (name == "copilot-instructions.md" or _GITHUB & {*above}):
        return Sort.INSTRUCTIONS, "GitHub Copilot"
    return found


def _by_name(name: str) -> tuple[Sort, str] | None:
    for sort, names in ((Sort.SETTINGS, _SETTINGS), (Sort.INSTRUCTIONS, _INSTRUCTIONS), (Sort.HIDING, _HIDING)):
        if name in names:
            return sort, names[name]
    return (Sort.ENVIRONMENT, "agents that read it") if _ENVIRONMENT.fullmatch(name) else None


def unwanted(paths: Iterable[RepoPath]) -> frozenset[RepoPath]:
    """The files that must not be in an agent's checkout."""
    listed = list(paths)
    return frozenset(path for path in listed if sort_of(path) is not None) | _buried(listed)


def _buried(paths: Iterable[RepoPath]) -> frozenset[RepoPath]:
    """What makes git take a folder among the files for a bare repository, and use the settings in it."""
    known = set(paths)
    folders = {part for path in known for part in _above(path)}
    buried = [
        folder
        for folder in folders
        if f"{folder}HEAD" in known
        and ({f"{folder}objects/", f"{folder}refs/"} <= folders or f"{folder}commondir" in known)
    ]
    return frozenset(known) & {
        RepoPath(f"{folder}{name}") for folder in buried for name in ("HEAD", "config", "commondir")
    }


def _above(path: RepoPath) -> Iterable[str]:
    at = path.find("/")
    while at >= 0:
        yield path[: at + 1]
        at = path.find("/", at + 1)


def steering(change: Change, base: Tree, head: Tree) -> tuple[Steering, ...]:
    """All such files of either side, those that the change adds or edits first."""
    patches = _patches(change)
    before, after = base.entries(), head.entries()
    paths = {*unwanted(after), *(path for path in unwanted(before) if path in patches)}
    contents = {**base.read(path for path in paths if path not in after), **head.read(paths)}
    found = [_steering(path, patches.get(path), contents) for path in sorted(paths)]
    return tuple(sorted(found, key=lambda one: one.done is None))


def _patches(change: Change) -> Mapping[RepoPath, FilePatch]:
    """The patch of each path, that of a path which a file was moved away from included."""
    moved = {patch.old_path: patch for patch in change.patches if patch.kind is FileKind.RENAMED}
    return moved | {patch.path: patch for patch in change.patches}


def _steering(path: RepoPath, patch: FilePatch | None, contents: Mapping[RepoPath, bytes]) -> Steering:
    sort, reader = sort_of(path) or (Sort.BURIED, "git")
    done = None if patch is None else FileKind.DELETED if path != patch.path else patch.kind
    content = text(contents.get(path, b""))
    return Steering(path=path, sort=sort, reader=reader, done=done, effect=_effect(sort, reader, content))


_DOES = (
    (r"\bhooks?\b[\"']?\s{0,9}[:=\]]", "run hook commands"),
    (r"mcp_?servers|\[mcp|[\"']mcp[\"']\s{0,9}:|[\"']servers[\"']\s{0,9}:", "start MCP servers"),
    (r"\wHelper\b|awsAuthRefresh|awsCredentialExport|\wCommand\b|statusLine|notify\s{0,9}=", "run a helper command"),
    (r"\bplugins?\b[\"']?\s{0,9}:|extraKnownMarketplaces|enabledPlugins|preload\s{0,9}=", "load plug-ins"),
    (r"_BASE_URL|base_?url|\bproxy\b|model_providers", "send its requests (with the key) elsewhere"),
    (r"dangerous|danger-|\byolo\b|permissions?|[\"']allow|approval_policy|trust_level|enableAll", "permit itself more"),
    (
        r"[\"']env[\"']\s{0,9}:|\benv\s{0,9}=|\.env\]|^[ \t]{0,40}(?:export[ \t]{1,9})?[A-Z][A-Z0-9_]{0,99}=",
        "set its environment variables",
    ),
)  # fmt: skip
"""Each is read in time linear in the content: whoever writes that chooses what is in it."""
_LOOKED_AT = 20_000


def _effect(sort: Sort, reader: str, content: str) -> str:
    """One sentence; by words that settings of the known agents use, so that a broken file is still understood."""
    match sort:
        case Sort.INSTRUCTIONS:
            return f"It would be read as instructions to {reader}."
        case Sort.HIDING:
            return f"It would hide files from {reader}."
        case Sort.PAPERS:
            return "It would stand among the papers that our own agents are given."
        case Sort.BURIED:
            return "Git, run in that folder, would take it for a repository of its own and run the programs it names."
        case Sort.SETTINGS | Sort.ENVIRONMENT:
            shown = content[:_LOOKED_AT]
            does = [what for pattern, what in _DOES if re.search(pattern, shown, re.MULTILINE | re.IGNORECASE)]
            default = "set its environment variables" if sort is Sort.ENVIRONMENT else "change its settings"
            return f"It would make {reader} {_listed(does or [default])}."


def _listed(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
