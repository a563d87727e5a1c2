"""Values of the model as short JSON: fields by position, so that thousands are read in a fraction of a second.

For files that this version writes for itself; whoever reads a file of another version gets a ValueError and makes it
anew. What others read is written by `wire`.
"""

from collections.abc import Callable
from dataclasses import fields, is_dataclass
from enum import Enum
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

Plain = Any
"""What JSON can hold."""
Reader = Callable[[Plain], Any]


def pack(value: object) -> Plain:
    """The value as lists, texts and numbers."""
    if isinstance(value, tuple):
        return [pack(one) for one in value]
    if isinstance(value, Enum):
        return value.value
    if is_dataclass(value):
        return [pack(getattr(value, name)) for name in _names(type(value))]
    return value


_NAMES: dict[type, tuple[str, ...]] = {}


def _names(of: type) -> tuple[str, ...]:
    if of not in _NAMES:
        _NAMES[of] = tuple(field.name for field in fields(of))
    return _NAMES[of]


def reader(of: Any) -> Reader:  # noqa: ANN401 - any type of the model
    """What turns `pack(value)` into a value of that type again; raises ValueError or LookupError for anything else."""
    if isinstance(of, type) and issubclass(of, Enum):
        return {one.value: one for one in of}.__getitem__
    if get_origin(of) is tuple:
        return _many(reader(get_args(of)[0]))
    if get_origin(of) in {Union, UnionType}:
        return _optional(*(reader(one) for one in get_args(of) if one is not NoneType))
    return _record(of) if isinstance(of, type) and is_dataclass(of) else _plain(of)


def _many(read_one: Reader) -> Reader:
    def read(raw: Plain) -> Any:  # noqa: ANN401 - a tuple of anything
        if type(raw) is not list:
            raise ValueError("not a list")
        return tuple(map(read_one, raw))

    return read


def _optional(read_one: Reader) -> Reader:
    return lambda raw: None if raw is None else read_one(raw)


def _plain(of: Any) -> Reader:  # noqa: ANN401 - a type that JSON has itself
    allowed = _allowed(of)

    def read(raw: Plain) -> Any:  # noqa: ANN401 - one of those types
        if type(raw) not in allowed:
            raise ValueError(f"not a {of}")
        return raw

    return read


def _allowed(of: Any) -> tuple[type, ...]:  # noqa: ANN401 - any type of the model
    """The types that JSON has itself, where only these are meant; nothing for others."""
    found: list[type] = []
    for one in get_args(of) if get_origin(of) in {Union, UnionType} else (of,):
        if one not in {str, int, bool, float, NoneType}:
            return ()
        found += (float, int) if one is float else (one,)
    return tuple(found)


def _record(of: type) -> Reader:
    hints = get_type_hints(of)
    names = _names(of)
    plain = [(at, allowed) for at, name in enumerate(names) if (allowed := _allowed(hints[name]))]
    others = [(at, reader(hints[name])) for at, name in enumerate(names) if not _allowed(hints[name])]

    def read(raw: Plain) -> Any:  # noqa: ANN401 - a value of the class
        if type(raw) is not list or len(raw) != len(names):
            raise ValueError(f"not a {of.__name__}")
        for at, allowed in plain:  # without a call for each, which would take most of the time
            if type(raw[at]) not in allowed:
                raise ValueError(f"not a {of.__name__}: {names[at]}")
        for at, read_one in others:
            raw[at] = read_one(raw[at])
        return of(**dict(zip(names, raw, strict=True)))

    return read
