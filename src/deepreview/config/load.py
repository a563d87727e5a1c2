"""Flags over environment over file over defaults, each value with its origin.

The file is the one of the *base* commit, or one that the user names: a change cannot configure its own review.
"""

import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from deepreview.catalog import nearest
from deepreview.config.schema import (
    ISOLATIONS,
    LEVELS,
    NAMES,
    TABLES,
    Command,
    Replayed,
    Settings,
    Valued,
    key_of,
    variable_of,
)
from deepreview.config.spending import budget, endpoints, prices
from deepreview.errors import ConfigError


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A configuration file that was read."""

    name: str
    """As shown: `deepreview.toml of 1a2b3c4d5 (base)`."""
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """The settings and where each came from."""

    settings: Settings
    valued: tuple[Valued, ...]


def parse_file(content: bytes, path: str, shown: str) -> File:
    """The settings of `deepreview.toml`, or of `[tool.deepreview]` in a `pyproject.toml`."""
    try:
        values: Any = tomllib.loads(content.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"{shown} is not valid TOML: {error}", hint="correct it, or name another with --config"
        ) from error
    if Path(path).name == "pyproject.toml":
        tool = values.get("tool")
        values = tool.get("deepreview", {}) if isinstance(tool, dict) else {}
    if not isinstance(values, dict):
        raise ConfigError(
            f"{shown}: tool.deepreview is not a table", hint="write `[tool.deepreview]` and keys below it"
        )
    return File(name=shown, values=values)


def load(flags: Mapping[str, Any], environ: Mapping[str, str], file: File | None) -> Loaded:
    """All settings; raises ConfigError for an unknown name or a value without meaning.

    `flags` holds what was given on the command line, by setting name; None stands for "not given".
    """
    found = {name: Valued(name=name, value=getattr(Settings(), name), origin="default") for name in NAMES}
    for layer in (_from_file(file), _from_environment(environ), _from_flags(flags)):
        found |= {valued.name: valued for valued in layer}
    settings = Settings(**{name: valued.value for name, valued in found.items()})
    return Loaded(settings=settings, valued=tuple(found.values()))


def _from_file(file: File | None) -> Iterable[Valued]:
    known = {key_of(name): name for name in NAMES}
    for key, raw in (file.values if file else {}).items():
        assert file is not None
        if key not in known:
            raise ConfigError(f"{file.name}: no setting is called {key!r}", hint=nearest(key, known))
        yield Valued(name=known[key], value=_read(known[key], raw, f"{file.name}: {key}"), origin=file.name)


def _from_environment(environ: Mapping[str, str]) -> Iterable[Valued]:
    known = {variable_of(name): name for name in NAMES if name not in TABLES}
    for variable, raw in environ.items():
        if variable.startswith("DEEPREVIEW_"):
            if variable not in known:
                raise ConfigError(f"no setting is called {variable}", hint=nearest(variable, known))
            value: Any = raw.split(",") if known[variable] in _LISTS else raw
            value = [part.strip() for part in value if part.strip()] if isinstance(value, list) else value
            yield Valued(name=known[variable], value=_read(known[variable], value, variable), origin=variable)


def _from_flags(flags: Mapping[str, Any]) -> Iterable[Valued]:
    for name, value in flags.items():
        if value is not None and (value != () or name == "reviewers"):  # --with '' leaves nobody, and says so later
            flag = f"--{key_of(name)}"
            yield Valued(name=name, value=_read(name, value, flag), origin=flag)


def _read(name: str, raw: Any, where: str) -> Any:  # noqa: ANN401 - each setting has a type of its own
    try:
        return _READERS[name](raw)
    except ValueError as error:
        raise ConfigError(f"{where}: {error}", hint="`deepreview config` shows all settings and their forms") from error


def _texts(raw: object) -> tuple[str, ...]:
    if not isinstance(raw, (list, tuple)) or not all(isinstance(part, str) and part for part in raw):
        raise ValueError(f"a list of names is wanted, not {raw!r}")
    return tuple(raw)


def _text(raw: object) -> str:
    if not isinstance(raw, str):
        raise ValueError(f"a text is wanted, not {raw!r}")  # noqa: TRY004 - reported as a value that has no meaning
    return raw


def _paths(raw: object) -> tuple[Path, ...]:
    return tuple(
        Path(part).expanduser().absolute()
        for part in _texts([str(p) if isinstance(p, Path) else p for p in raw] if isinstance(raw, tuple) else raw)
    )


def _replays(raw: object) -> tuple[str, ...]:
    """Each with the path made absolute: a round that is resumed elsewhere finds the same file."""
    named = [Replayed.named(text) for text in _texts(raw)]
    return tuple(str(replace(one, path=one.path.expanduser().absolute())) for one in named)


def _path(raw: object) -> Path:
    """A folder, the same wherever the program is started later; no text stands for none."""
    text = _text(str(raw) if isinstance(raw, Path) else raw)
    return Path(text).expanduser().absolute() if text else Path()


def _seconds(raw: object) -> int:
    """From a number of seconds, or a text such as `90s`, `30m` or `1h`."""
    found = _DURATION.fullmatch(raw.strip()) if isinstance(raw, str) else None
    if found:
        return int(found[1]) * _UNITS[found[2]]
    if isinstance(raw, int) and not isinstance(raw, bool) and raw >= 0:
        return raw
    raise ValueError(f"a time such as 90s, 30m or 1h is wanted, not {raw!r}")


def _some_seconds(raw: object) -> int:
    if not (seconds := _seconds(raw)):
        raise ValueError(f"a time above 0 is wanted, not {raw!r}")
    return seconds


def _passes(raw: object) -> int:
    number = int(raw) if isinstance(raw, str) and raw.isdecimal() else raw
    if isinstance(number, bool) or not isinstance(number, int) or not 1 <= number <= _MOST_PASSES:
        raise ValueError(f"a number from 1 to {_MOST_PASSES} is wanted, not {raw!r}")
    return number


def _number_of(what: str) -> Callable[[object], int]:
    def read(raw: object) -> int:
        number = int(raw) if isinstance(raw, str) and raw.isdecimal() else raw
        if isinstance(number, bool) or not isinstance(number, int) or number < 0:
            raise ValueError(f"a number of {what} is wanted, not {raw!r}")
        return number

    return read


def _size(raw: object) -> int:
    found = _SIZE.fullmatch(raw.strip().lower()) if isinstance(raw, str) else None
    if found:
        return int(float(found[1]) * _BYTES[found[2]])
    if isinstance(raw, bool) or not isinstance(raw, int) or raw < 0:
        raise ValueError(f"a size such as 8gb, 500mb or a number of bytes is wanted, not {raw!r}")
    return raw


def _severity(raw: object) -> str:
    if raw not in LEVELS[:-1]:
        raise ValueError(f"one of {', '.join(LEVELS[:-1])} is wanted, not {raw!r}")
    return str(raw)


def _isolation(raw: object) -> str:
    if raw not in ISOLATIONS:
        raise ValueError(f"one of {', '.join(ISOLATIONS)} is wanted, not {raw!r}")
    return str(raw)


def _level(raw: object) -> str:
    if raw not in LEVELS:
        raise ValueError(f"one of {', '.join(LEVELS)} is wanted, not {raw!r}")
    return str(raw)


def _commands(raw: object) -> tuple[Command, ...]:
    if not isinstance(raw, Mapping):
        raise ValueError("a table of name = [program, argument, …] is wanted")  # noqa: TRY004 - as above
    return tuple(Command(name=str(name), argv=_texts(argv)) for name, argv in raw.items())


_LISTS = {"reviewers", "reserve", "subscriptions", "enable", "disable", "sarif", "replay"}
_DURATION = re.compile(r"(\d{1,7})\s*(s|m|h|)")
_SIZE = re.compile(r"(\d{1,15}(?:\.\d{1,3})?)\s*(kb|mb|gb|tb|b|)")
_BYTES = {"": 1, "b": 1, "kb": 10**3, "mb": 10**6, "gb": 10**9, "tb": 10**12}
_UNITS = {"": 1, "s": 1, "m": 60, "h": 3600}
_MOST_PASSES = 9
_READERS: Mapping[str, Callable[[Any], Any]] = {
    "reviewers": _texts,
    "timeout": _seconds,
    "silence": _some_seconds,
    "passes": _passes,
    "reserve": _texts,
    "lead": _text,
    "isolation": _isolation,
    "guest_memory": _size,
    "guest_processes": _number_of("processes"),
    "guest_disk": _size,
    "subscriptions": _texts,
    "base": _text,
    "fail_on": _level,
    "bar_round": _number_of("rounds"),
    "bar": _severity,
    "dry_rounds": _number_of("rounds"),
    "enable": _texts,
    "disable": _texts,
    "sarif": _paths,
    "replay": _replays,
    "commands": _commands,
    "agents": _commands,
    "archive": _path,
    "budget": budget,
    "budget_reviewer": budget,
    "budget_month": budget,
    "endpoints": endpoints,
    "prices": prices,
}
