"""Results of any other tool: from a SARIF file that was given, or from a command that prints SARIF."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from deepreview.model.change import RepoPath
from deepreview.model.claim import Severity
from deepreview.reviewers.static.hit import Hit, Laid, Unreadable, line_key

_LARGEST = 100_000_000
_LEVELS = {"error": Severity.IMPORTANT, "warning": Severity.SUGGESTION, "note": Severity.SUGGESTION}


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A program that is run in a folder with the changed files and prints SARIF."""

    name: str
    argv: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One result of a tool."""

    hit: Hit
    severity: Severity
    about: str
    """What the tool says about the rule in general."""


def load(path: Path) -> bytes:
    """The file's content; raises Unreadable."""
    try:
        if path.stat().st_size > _LARGEST:
            raise Unreadable("is larger than 100 MB")
        return path.read_bytes()
    except OSError as error:
        raise Unreadable(f"cannot be read: {error.strerror or error}") from error


def results(content: bytes, files: Mapping[str, Laid], name: str = "") -> Sequence[Result]:
    """The results in the files of this side; raises Unreadable. `name` stands for the tool where one is given."""
    try:
        document = json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise Unreadable("is not JSON") from error
    if not isinstance(document, dict) or not isinstance(document.get("runs"), list):
        raise Unreadable("is not SARIF: it has no list `runs`")
    try:
        return [result for run in document["runs"] for result in _run(run, files, name)]
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise Unreadable(f"is not SARIF: {error!r}"[:200]) from error


def _run(run: Mapping[str, Any], files: Mapping[str, Laid], name: str) -> Iterator[Result]:
    driver = run["tool"]["driver"]
    tool = _word(name or str(driver["name"]))
    rules = {str(rule["id"]): rule for rule in driver.get("rules") or ()}
    for item in run.get("results") or ():
        rule = rules.get(_rule_id(item, driver), {})
        for place in (item.get("locations") or ())[:1]:
            found = _result(item, place["physicalLocation"], files, f"{tool}:{_word(_rule_id(item, driver))}")
            if found is not None:
                level = item.get("level") or rule.get("defaultConfiguration", {}).get("level") or "warning"
                about = rule.get("fullDescription") or rule.get("shortDescription") or {}
                severity = _LEVELS.get(str(level), Severity.SUGGESTION)
                yield Result(hit=found, severity=severity, about=str(about.get("text", ""))[:1000])


def _rule_id(item: Mapping[str, Any], driver: Mapping[str, Any]) -> str:
    if item.get("ruleId"):
        return str(item["ruleId"])
    index = item.get("ruleIndex", -1)
    known = driver.get("rules") or ()
    return str(known[index]["id"]) if isinstance(index, int) and 0 <= index < len(known) else "result"


def _result(item: Mapping[str, Any], place: Mapping[str, Any], files: Mapping[str, Laid], kind: str) -> Hit | None:
    laid = _file(str(place["artifactLocation"]["uri"]), files)
    if laid is None or item.get("suppressions") or item.get("kind") in {"pass", "notApplicable"}:
        return None
    region = place.get("region") or {}
    count = len(laid.lines) or 1
    first = max(1, min(int(region.get("startLine", 1)), count))
    last = max(first, min(int(region.get("endLine", first)), count))
    message = item["message"]
    words = str(message.get("text") or message.get("markdown") or message.get("id") or "")
    return Hit(
        kind=kind,
        path=laid.path,
        first=first,
        last=last,
        key=line_key(laid, first),
        message=" ".join(words.split())[:2000],
        names={},
    )


def _file(uri: str, files: Mapping[str, Laid]) -> Laid | None:
    """The changed file that an address means: relative, or the end of an absolute one."""
    path = unquote(uri.removeprefix("file://").split("#", 1)[0], errors="surrogateescape")
    path = path.removeprefix("./")
    if path in files:
        return files[path]
    ends = [laid for known, laid in files.items() if path.endswith(f"/{known}")]
    return max(ends, key=lambda laid: len(laid.path)) if ends and path.startswith("/") else None


def _word(text: str) -> str:
    """A tool's or rule's name as one printable word."""
    return "".join(char if char.isalnum() or char in "-_./" else "-" for char in text.strip())[:80] or "tool"


def lay_tree(files: Sequence[Laid], folder: Path) -> tuple[RepoPath, ...]:
    """Write the files under their real paths for a command; gives back those whose paths are not safe to write."""
    refused = []
    folder.mkdir(parents=True, exist_ok=True)
    for laid in files:
        parts = laid.path.split("/")
        if not safe(parts) or is_configuration(parts[-1]):
            refused.append(laid.path)
            continue
        target = folder.joinpath(*parts)
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(laid.content)
        except OSError:
            refused.append(laid.path)
    return tuple(refused)


def safe(parts: Sequence[str]) -> bool:
    """Whether a path stays in its folder and cannot be read as an option or as part of a repository."""
    return all(
        part not in {"", ".", ".."}
        and part.lower() != ".git"
        and not part.startswith("-")
        and "\0" not in part
        and "\\" not in part
        for part in parts
    )


_CONFIGURATION = (
    ".editorconfig",
    ".flake8",
    ".pylintrc",
    ".shellcheckrc",
    ".typos.toml",
    "_typos.toml",
    "biome.json",
    "biome.jsonc",
    "conftest.py",
    "mypy.ini",
    "package.json",
    "pylintrc",
    "pyproject.toml",
    "ruff.toml",
    "setup.cfg",
    "sgconfig.yml",
    "shellcheckrc",
    "sitecustomize.py",
    "tox.ini",
    "typos.toml",
    "usercustomize.py",
    "zizmor.yaml",
    "zizmor.yml",
)


def is_configuration(name: str) -> bool:
    """Whether a tool would take a file of this name as its configuration, or run it."""
    lower = name.lower()
    return (
        lower in _CONFIGURATION
        or (lower.startswith(".") and not lower.startswith(".git"))
        or lower.startswith(("eslint.config.", "tsconfig", ".eslintrc", ".rubocop", ".golangci", ".semgrep"))
        or ".config." in lower
    )
