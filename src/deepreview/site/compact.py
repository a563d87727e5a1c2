"""Values of the model as short JSON: fields by position, so that thousands are read in a fraction of a second.

For files that this version writes for itself; whoever reads a file of another version gets an error and makes it
anew. What others read is written by `wire`.
"""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import fields, is_dataclass
from enum import Enum
from itertools import chain, islice, repeat
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

Plain = Any
"""What JSON can hold."""
Reader = Callable[[Sequence[Plain]], Sequence[Any]]
"""Reads many values of one type at once, column by column: so no step in Python is taken for each of them."""


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
    """What turns many results of `pack` into values of that type again.

    It raises ValueError, TypeError or LookupError where one of them is anything else.
    """
    if isinstance(of, type) and issubclass(of, Enum):
        known = {one.value: one for one in of}
        return lambda raws: list(map(known.__getitem__, raws))
    if get_origin(of) is tuple:
        return _many(reader(get_args(of)[0]))
    if allowed := _allowed(of):
        return _plain(of, allowed)
    if get_origin(of) in {Union, UnionType}:
        return _optional(*(reader(one) for one in get_args(of) if one is not NoneType))
    return _record(of)


def _many(read: Reader) -> Reader:
    def read_all(raws: Sequence[Plain]) -> Sequence[Any]:
        _refuse(raws, frozenset({list}), "a list")
        values = iter(read(list(chain.from_iterable(raws))))
        return [tuple(islice(values, length)) for length in map(len, raws)]

    return read_all


def _optional(read: Reader) -> Reader:
    def read_all(raws: Sequence[Plain]) -> Sequence[Any]:
        values = iter(read([raw for raw in raws if raw is not None]))
        return [None if raw is None else next(values) for raw in raws]

    return read_all


def _plain(of: object, allowed: frozenset[type]) -> Reader:
    def read_all(raws: Sequence[Plain]) -> Sequence[Any]:
        _refuse(raws, allowed, of)
        return raws

    return read_all


def _allowed(of: Any) -> frozenset[type]:  # noqa: ANN401 - any type of the model
    """The types that JSON has itself, where only these are meant; nothing for others."""
    found: set[type] = set()
    for one in get_args(of) if get_origin(of) in {Union, UnionType} else (of,):
        if one not in {str, int, bool, float, NoneType}:
            return frozenset()
        found |= {float, int} if one is float else {one}
    return frozenset(found)


def _record(of: type) -> Reader:
    hints, names = get_type_hints(of), _names(of)
    columns = [(getattr(of, name).__set__, reader(hints[name])) for name in names]

    def read_all(raws: Sequence[Plain]) -> Sequence[Any]:
        _refuse(raws, frozenset({list}), of.__name__)
        if not {len(names)}.issuperset(map(len, raws)):
            raise ValueError(f"not a {of.__name__}")
        made: list[Any] = list(map(object.__new__, repeat(of, len(raws))))
        for (fill, read), column in zip(columns, zip(*raws, strict=True), strict=bool(raws)):
            deque(map(fill, made, read(column)), maxlen=0)  # `__init__` of a frozen class takes a call for each field
        return made

    return read_all


def _refuse(raws: Sequence[Plain], allowed: frozenset[type], what: object) -> None:
    if not allowed.issuperset(map(type, raws)):
        raise ValueError(f"not a {what}")
