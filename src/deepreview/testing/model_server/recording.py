"""What a server saw: every request, how it was answered, and how many were under way."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from deepreview.testing.model_server.script import Asked, Turn

KEPT = 1 << 20
"""Of the bytes sent to a request, so many are kept."""


@dataclass(slots=True, kw_only=True)
class Recorded:
    """One request; it grows while it is answered."""

    scenario: str
    label: str
    method: str
    path: str
    """What follows the scenario, without the query."""
    query: str
    headers: Mapping[str, str]
    """Names in lower case."""
    body: Any
    """The parsed JSON; the raw bytes where there is none."""
    at: float
    """Seconds since the server started."""
    asked: Asked | None = None
    """None for requests that do not reach the model: counting tokens, listing models, unknown paths."""
    turn: Turn | None = None
    status: int = 0
    sent: bytearray = field(default_factory=bytearray)
    """The body of the answer as far as it was handed to the connection, at most `KEPT` bytes of it."""
    sent_bytes: int = 0
    disconnected: bool = False
    """Whether the client went away before the answer was whole."""
    complete: bool = False
    trouble: str = ""
    """What a script or a protocol raised over this request."""

    def add(self, chunk: bytes) -> None:
        """Note bytes that were sent."""
        self.sent_bytes += len(chunk)
        self.sent += chunk[: max(0, KEPT - len(self.sent))]


@dataclass(slots=True, kw_only=True)
class Recording:
    """All requests in the order in which they came."""

    requests: list[Recorded] = field(default_factory=list)
    in_flight: int = 0
    most_in_flight: int = 0
    asked: dict[str, int] = field(default_factory=dict)
    """How often the model was asked, by run: `scenario~label`."""

    def of(self, scenario: str, label: str | None = None) -> Sequence[Recorded]:
        """The requests that reached the model in a scenario, in the run with this label or in all."""
        return [
            seen
            for seen in list(self.requests)
            if seen.asked and seen.scenario == scenario and label in {None, seen.label}
        ]

    def count(self, run: str) -> int:
        """How often this run had asked the model before now; counts this time too."""
        before = self.asked.get(run, 0)
        self.asked[run] = before + 1
        return before

    def enter(self) -> None:
        """One more is under way."""
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)

    def leave(self) -> None:
        """One less is under way."""
        self.in_flight -= 1
