"""What the server needs of a protocol."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from deepreview.testing.model_server.script import Asked, Call, Refused, Turn

Body = Mapping[str, Any]
Event = Iterator[bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Saying:
    """A turn for one request, its wishes put into the words of the program."""

    asked: Asked
    turn: Turn
    calls: tuple[Call, ...]


class Speech(Protocol):
    """Reads requests and writes answers in one protocol."""

    def read(self, body: Body, path: str) -> Asked:
        """What is asked; `path` is what follows the scenario."""
        ...

    def events(self, saying: Saying) -> Iterator[Event]:
        """The turn as a stream, event by event."""
        ...

    def whole(self, saying: Saying) -> Iterator[bytes]:
        """The turn as one JSON answer, in pieces."""
        ...

    def failed(self, saying: Saying) -> Event:
        """The event that ends a stream in which the model failed."""
        ...

    def refused(self, refused: Refused) -> tuple[Body, Mapping[str, str]]:
        """The body and the headers of an error status."""
        ...


def turns_of(speakers: Iterator[bool]) -> int:
    """How many turns the model had, given of each item in order whether the model said it."""
    turns, before = 0, False
    for model in speakers:
        turns += model and not before
        before = model
    return turns
