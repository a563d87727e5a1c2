"""Cells of published tables as values."""

import re
from collections.abc import Iterable, Iterator

_CLOCK = re.compile(r"^(?:(\d+):)?(\d{1,2}):(\d{2})$")
_UNITS = re.compile(r"(\d+(?:\.\d+)?)\s*(h|hours?|min|minutes?|m|s|sec|seconds?)(?![a-z])", re.IGNORECASE)
_SECONDS = {"h": 3600, "m": 60, "s": 1}
_NUMBER = re.compile(r"^[~≈≥]?\s*(\d[\d,]{0,8})(?![\dA-Za-z:]|\s*(?:s|m|min)\b)")
_NOTHING = re.compile(r"^(?:none|no|zero)\b", re.IGNORECASE)


def plain(cell: str) -> str:
    """Its words without links, code marks and emphasis."""
    said = re.sub(r"\[([^\]]*)\]\([^)\s]*\)", r"\1", cell)
    return re.sub(r"[`*]|~~|\\(?=\|)", "", said).strip()


def seconds(cell: str) -> float | None:
    """`482s`, `9m 28s`, `10:52` or `1 h 05 min`; None for anything else."""
    if clock := _CLOCK.match(cell.strip()):
        return float(int(clock[1] or 0) * 3600 + int(clock[2]) * 60 + int(clock[3]))
    parts = _UNITS.findall(cell.partition("(")[0])
    return sum(float(number) * _SECONDS[unit[0].lower()] for number, unit in parts) if parts else None


def count(cell: str) -> int | None:
    """The number that the cell begins with; 0 for `none`, None for a cell that tells no number."""
    if found := _NUMBER.match(cell):
        return int(found[1].replace(",", ""))
    return 0 if _NOTHING.match(cell) else None


def model_names(cells: Iterable[str], *, keep: bool = False) -> Iterator[str]:
    """Names without efforts, notes and marks; `keep`: those that come out empty too."""
    for cell in cells:
        name = re.sub(r"\s*[(;].*$|\s+[—–]\s.*$", "", plain(cell)).strip(" []")
        if name or keep:
            yield name
