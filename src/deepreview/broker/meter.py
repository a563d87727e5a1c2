"""Meters one answer while it passes."""

from deepreview.agents.base import Wire
from deepreview.broker.readings import Reading
from deepreview.broker.skeleton import Events, Skeleton

LETTERS = 4
"""Of text in a token, where tokens have to be estimated."""


class Meter:
    """Takes the bytes of an answer in pieces of any size, and knows at each time what is known of its tokens."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self.reading = Reading()
        self._events: Events | None = None
        self._document: Skeleton | None = None

    def begin(self, content_type: str, *, streams: bool) -> None:
        """An answer of this type begins; `streams` decides where the type says nothing. A page holds no usage."""
        if "html" in content_type:
            self.reading.told = self.reading.final = True
        elif "event-stream" in content_type or (streams and "json" not in content_type):
            self._events = Events()
        else:
            self._document = Skeleton()

    def feed(self, piece: bytes) -> None:
        """Take the next bytes."""
        if self._events is not None:
            for event in self._events.feed(piece):
                self._take(event)
        elif self._document is not None:
            self._document.feed(piece)

    def end(self) -> Reading:
        """What is known, when no more bytes come. Call it once."""
        if self._events is not None:
            for event in self._events.rest():
                self._take(event)
        elif self._document is not None:
            self._take_document(self._document)
        return self.reading

    def _take(self, event: Skeleton) -> None:
        self.reading.take(self._wire, event.value(), event.left_out)

    def _take_document(self, document: Skeleton) -> None:
        value = document.value()
        for one in value if isinstance(value, list) else [value]:  # Gemini streams an array without `alt=sse`
            self.reading.take(self._wire, one, document.left_out)
        if value is None:
            self.reading.letters += document.size
