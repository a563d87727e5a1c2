"""JSON and server-sent events in pieces of any size, in flat memory: long strings are left out, only counted."""

import json
import re
from collections.abc import Iterator
from typing import Any

_LONG = 16 << 10
"""A string of more bytes is left out."""
_MOST = 4 << 20
"""A document of which more than this remains is given up."""
_STRING = re.compile(rb'[^"\\]*(?:\\.[^"\\]*)*', re.DOTALL)
_BACKSLASH = 0x5C
_DATA = b"data:"
_LINES = re.compile(rb"[^\r\n]+|\r|\n")


class Skeleton:
    """One JSON document that comes in pieces."""

    def __init__(self) -> None:
        self._kept = bytearray()
        self._inside = False
        self._escaped = False
        self._start = 0
        self._length = 0
        self.left_out = 0
        """Bytes of strings that are empty in the value since they are long."""

    def feed(self, piece: bytes) -> None:
        """Take the next piece."""
        if len(self._kept) > _MOST:
            self.left_out += len(piece)
            return
        at = 0
        while at < len(piece):
            at = self._string(piece, at) if self._inside else self._plain(piece, at)

    @property
    def size(self) -> int:
        """Bytes that came, long strings without their quotes included."""
        return len(self._kept) + self.left_out

    def value(self) -> Any:  # noqa: ANN401 - any JSON
        """What came, long strings empty; None where it is no JSON, or too much of it remains."""
        if len(self._kept) > _MOST:
            return None
        try:
            return json.loads(self._kept.decode("utf-8", "replace"))
        except (ValueError, RecursionError):
            return None

    def _plain(self, piece: bytes, at: int) -> int:
        quote = piece.find(b'"', at)
        end = len(piece) if quote < 0 else quote + 1
        self._keep(piece[at:end])
        self._inside = quote >= 0
        self._start, self._length = len(self._kept), 0
        return end

    def _string(self, piece: bytes, at: int) -> int:
        match = _STRING.match(piece, at + self._escaped)
        end = match.end() if match else at + self._escaped
        self._escaped = end < len(piece) and piece[end] == _BACKSLASH  # one that ends the piece
        end += self._escaped
        self._text(piece[at:end])
        if end < len(piece):
            self._keep(b'"')
            self._inside = False
            end += 1
        return end

    def _text(self, text: bytes) -> None:
        before, self._length = self._length, self._length + len(text)
        if self._length <= _LONG:
            self._keep(text)
            return
        if before <= _LONG:
            del self._kept[self._start :]
            self.left_out += before
        self.left_out += len(text)

    def _keep(self, text: bytes) -> None:
        if len(self._kept) <= _MOST:
            self._kept += text


class Events:
    """The data of server-sent events, each as a skeleton, from pieces that may begin and end anywhere."""

    def __init__(self) -> None:
        self._field = bytearray()
        self._in_data = False
        self._in_other = False
        self._data: Skeleton | None = None
        self._empty = True
        self._after_return = False

    def feed(self, piece: bytes) -> Iterator[Skeleton]:
        """The events that end within this piece. A line ends with CR, LF or both, as the standard has it."""
        for part in _LINES.findall(piece):
            if part in {b"\r", b"\n"}:
                if part == b"\n" and self._after_return:
                    self._after_return = False
                    continue
                self._after_return = part == b"\r"
                yield from self._end_line()
            else:
                self._after_return = False
                self._text(part)

    def rest(self) -> Iterator[Skeleton]:
        """What was begun when the stream ended."""
        yield from self._end_line()
        yield from self._end_event()

    def _text(self, part: bytes) -> None:
        self._empty = False
        if self._in_other:
            return
        if not self._in_data:
            self._field += part
            if len(self._field) < len(_DATA):
                return
            if not self._field.startswith(_DATA):
                self._in_other = True
                self._field.clear()
                return
            part = bytes(self._field[len(_DATA) :])
            self._field.clear()
            self._in_data = True
        self._data = self._data or Skeleton()
        self._data.feed(part)

    def _end_line(self) -> Iterator[Skeleton]:
        if self._empty:
            yield from self._end_event()
        self._field.clear()
        self._empty, self._in_data, self._in_other = True, False, False

    def _end_event(self) -> Iterator[Skeleton]:
        if self._data is not None:
            yield self._data
        self._data = None
