"""The user's spending by calendar month, shared by all runs: one file a month, to which lines are only added.

A request is written down twice: with the most that it may cost before it is sent, and with what it did cost when it is
over. A process that is killed in between leaves the first alone: it counts in full for an hour, then with what its
input costs. A last line that was only half written counts for nothing, and the next one starts afresh after it.
"""

import fcntl
import json
import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

from deepreview.broker.base import NOTHING, Cost

_FRESH = 3600
"""Seconds for which a request that was begun is taken to be under way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A request that was written down before it is sent."""

    id: str
    month: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Begun:
    at: float
    most: Cost
    likely: Cost


@dataclass(slots=True, kw_only=True)
class _Month:
    """The fold of one month's file, as far as it was read."""

    read: int = 0
    begun: dict[str, _Begun] = field(default_factory=dict)
    settled: Cost = NOTHING

    def take(self, line: bytes) -> None:
        try:
            entry = json.loads(line)
            cost = Cost(usd=float(entry["usd"]), tokens=int(entry["tokens"]))
            if entry["kind"] == "begun":
                likely = Cost(usd=float(entry["likely_usd"]), tokens=int(entry["likely_tokens"]))
                self.begun[entry["id"]] = _Begun(at=float(entry["at"]), most=cost, likely=likely)
            elif self.begun.pop(entry["id"], None):
                self.settled += cost
        except (ValueError, KeyError, TypeError, RecursionError):
            return  # half a line of a process that was killed

    def standing(self, now: float) -> "Standing":
        fresh = [one.most for one in self.begun.values() if now - one.at < _FRESH]
        stale = [one.likely for one in self.begun.values() if now - one.at >= _FRESH]
        return Standing(spent=sum(stale, self.settled), reserved=sum(fresh, NOTHING), flying=len(fresh))


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What is spent and what is under way."""

    spent: Cost = NOTHING
    reserved: Cost = NOTHING
    flying: int = 0


class Ledger:
    """The files in one folder."""

    def __init__(self, folder: Path, now: Callable[[], datetime]) -> None:
        self._folder = folder
        self._now = now
        self._months: dict[str, _Month] = {}

    def standing(self) -> Standing:
        """What all runs spent and spend this month; raises OSError."""
        now = self._now()
        with self._opened(_month(now)) as file:
            return self._read(_month(now), file).standing(now.timestamp())

    def begin(self, most: Cost, likely: Cost, admits: Callable[[Standing], bool]) -> Held | None:
        """Write a request down if the month's standing admits it; None where not. Raises OSError."""
        now = self._now()
        held = Held(id=secrets.token_hex(8), month=_month(now))
        with self._opened(held.month) as file:
            if not admits(self._read(held.month, file).standing(now.timestamp())):
                return None
            self._append(
                file,
                {"kind": "begun", "id": held.id, "at": now.timestamp(), **_plain(most)}
                | {f"likely_{name}": value for name, value in _plain(likely).items()},
            )
        return held

    def settle(self, held: Held, cost: Cost, about: dict[str, str]) -> None:
        """Write down what it did cost, in the month in which it began; raises OSError."""
        with self._opened(held.month) as file:
            entry = {"kind": "settled", "id": held.id, "at": self._now().timestamp(), **_plain(cost), **about}
            self._append(file, entry)

    @contextmanager
    def _opened(self, month: str) -> Iterator[BinaryIO]:
        """The month's file, for nobody else until it is left."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(self._folder / f"{month}.jsonl", os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
        with open(descriptor, "r+b", buffering=0) as file:  # noqa: PTH123 - a descriptor, opened with its mode
            fcntl.flock(file, fcntl.LOCK_EX)
            yield file

    def _read(self, month: str, file: BinaryIO) -> _Month:
        fold = self._months.setdefault(month, _Month())
        file.seek(fold.read)
        lines = file.read().split(b"\n")
        for line in lines[:-1]:
            fold.take(line)
            fold.read += len(line) + 1
        return fold

    @staticmethod
    def _append(file: BinaryIO, entry: dict[str, Any]) -> None:
        end = file.seek(0, os.SEEK_END)
        torn = False
        if end:
            file.seek(end - 1)
            torn = file.read(1) != b"\n"
        file.write((b"\n" if torn else b"") + json.dumps(entry).encode() + b"\n")


def _month(now: datetime) -> str:
    return now.astimezone(UTC).strftime("%Y-%m")


def _plain(cost: Cost) -> dict[str, float]:
    return {"usd": round(cost.usd, 9), "tokens": cost.tokens}
