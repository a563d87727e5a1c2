"""JSON and server-sent events, in pieces, so that no answer needs to be held whole."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

PLACE = "@@the-text-of-the-turn@@"
"""Stands in a value where a large text belongs."""


def in_pieces(value: Mapping[str, Any], text: Iterable[str]) -> Iterator[bytes]:
    """The value as JSON, with the text where `PLACE` stands; it may stand there once."""
    before, place, rest = json.dumps(value).partition(PLACE)
    yield before.encode()
    if place:
        for piece in text:
            yield json.dumps(piece)[1:-1].encode()
        yield rest.encode()


def event(value: Mapping[str, Any], name: str = "", text: Iterable[str] = ()) -> Iterator[bytes]:
    """One server-sent event."""
    yield f"event: {name}\ndata: ".encode() if name else b"data: "
    yield from in_pieces(value, text)
    yield b"\n\n"
