"""Progress for a person: a live table on a terminal, plain lines in a pipe, nothing in CI. Writes to standard error."""

import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType
from typing import assert_never

from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

from deepreview.cli.printing import note
from deepreview.context.visible import one_line, visible
from deepreview.model.agent import AgentEvent, Began, Broke, Denied, Retried, Spent, ToolCall, Usage, total
from deepreview.model.event import (
    AgentActed,
    ClaimMade,
    Emit,
    Event,
    ReviewerEnded,
    ReviewerStarted,
    RoundStarted,
    StageEnded,
)
from deepreview.model.round import Completed, Failed, Run, Skipped
from deepreview.render.activity import activity, money
from deepreview.render.wording import duration, read_of, why_failed

_WORTH_TELLING = 10.0
"""Seconds: who is quicker is done before anybody wonders."""
_UNKNOWN: Mapping[str, float] = MappingProxyType({})


def silent(event: Event) -> None:
    """Say nothing."""
    del event


class Lines:
    """One plain line for each thing that happened."""

    def __call__(self, event: Event) -> None:
        """Print what happened, unless it is a detail."""
        match event:
            case RoundStarted():
                self._say(_headline(event))
            case ReviewerStarted(reviewer=name):
                self._say(f"{name}: started")
            case ReviewerEnded(run=run, resumed=resumed):
                self._say(f"{run.reviewer}: {ending(run)}{' (from the earlier run)' if resumed else ''}")
            case AgentActed(reviewer=name, event=Began() | Retried() | Denied() | Broke() as told):
                self._say(f"{name}: {activity(told)}")
            case AgentActed() | ClaimMade() | StageEnded():
                pass
            case _:
                assert_never(event)

    def _say(self, text: str) -> None:
        note(one_line(text))


class Board:
    """A table that redraws itself: who, how it stands, how long, how many claims so far."""

    def __init__(self, usual: Mapping[str, float]) -> None:
        self._usual = usual
        self._lock = threading.Lock()
        self._headline = ""
        self._started: dict[str, float] = {}
        self._claims: dict[str, int] = {}
        self._ended: dict[str, Run] = {}
        self._latest = ""
        self._doing: dict[str, str] = {}
        self._tools: dict[str, int] = {}
        self._spent: dict[str, Usage] = {}

    def __call__(self, event: Event) -> None:
        """Take note of what happened."""
        with self._lock:
            match event:
                case RoundStarted():
                    self._headline = _headline(event)
                    self._claims = dict.fromkeys(event.reviewers, 0)
                case ReviewerStarted(reviewer=name):
                    self._started[name] = time.monotonic()
                    self._claims.setdefault(name, 0)
                case ClaimMade(reviewer=name, title=title, path=path, line=line):
                    self._claims[name] += 1
                    self._latest = f"{path}:{line}  {title}"
                case ReviewerEnded(run=run):
                    self._ended[run.reviewer] = run
                case AgentActed(reviewer=name, event=told):
                    self._note(name, told)
                case StageEnded():
                    pass
                case _:
                    assert_never(event)

    def _note(self, name: str, event: AgentEvent) -> None:
        """What an agent does now, and what it has used so far."""
        self._doing[name] = activity(event) or self._doing.get(name, "")
        if isinstance(event, ToolCall):
            self._tools[name] = self._tools.get(name, 0) + 1
        if isinstance(event, Spent):
            self._spent[name] = total((self._spent.get(name, Usage()), event.usage))

    def __rich__(self) -> Table:
        """The table as it stands."""
        with self._lock:
            table = Table(box=None, padding=(0, 2, 0, 0), title=Text(visible(self._headline)), title_justify="left")
            agents = bool(self._doing)
            for column in ("reviewer", "state", "time", "claims", *(("tools", "cost") if agents else ())):
                left = column in {"reviewer", "state"}
                table.add_column(column, justify="left" if left else "right", style="none", no_wrap=not left)
            for name, claims in self._claims.items():
                used = (str(self._tools.get(name, "")), money(self._spent.get(name, Usage()))) if agents else ()
                table.add_row(name, *self._row(name), str(claims), *used)
            table.caption = Text(visible(self._latest), overflow="ellipsis", no_wrap=True)
            table.caption_justify = "left"
            return table

    def _row(self, name: str) -> tuple[Text, str]:
        if run := self._ended.get(name):
            style = "green" if isinstance(run, Completed) else "yellow" if isinstance(run, Skipped) else "bold red"
            return Text(visible(ending(run)), style=style), ""
        if name in self._started:
            doing = Text(visible(self._doing.get(name, "reading")), style="cyan", overflow="ellipsis", no_wrap=True)
            usual = self._usual.get(name, 0.0)
            about = f" of about {duration(usual)}" if usual >= _WORTH_TELLING else ""
            return doing, f"{time.monotonic() - self._started[name]:.1f} s{about}"
        return Text("waiting", style="dim"), ""


def _headline(event: RoundStarted) -> str:
    return f"{event.title}: {_count(event.files, 'file')}, +{event.added} −{event.removed}; {event.how}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" + ("" if number == 1 else "s")


def ending(run: Run) -> str:
    """How a reviewer ended, in a line that may hold untrusted text."""
    match run:
        case Completed():
            return f"done in {run.seconds:.1f} s, {_count(run.claims, 'claim')}, {read_of(run.reading, 0)}"
        case Skipped():
            return f"skipped: {run.reason}"
        case Failed():
            return f"FAILED: {why_failed(run)}"
        case _:
            assert_never(run)


@contextmanager
def progress(*, quiet: bool, ci: bool, usual: Mapping[str, float] = _UNKNOWN) -> Iterator[Emit]:
    """Whoever should hear of events while a round runs; `usual` says how long each reviewer took before."""
    console = Console(stderr=True)
    if quiet or ci:
        yield silent
    elif console.is_terminal:
        board = Board(usual)
        with Live(board, console=console, refresh_per_second=8, transient=True):
            yield board
    else:
        yield Lines()
