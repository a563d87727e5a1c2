import asyncio
import json
import random
from collections.abc import Iterable, Sequence
from functools import cache
from itertools import pairwise
from typing import Any

import aiohttp
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.broker.conftest import PATHS, PLAIN, body, showing

from deepreview.agents.base import Wire
from deepreview.broker.meter import Meter
from deepreview.broker.readings import Reading
from deepreview.broker.skeleton import Skeleton
from deepreview.testing.model_server import ModelServer, Turn, shell
from deepreview.testing.model_server import Usage as Told

WIRES = pytest.mark.parametrize("wire", list(Wire), ids=lambda wire: wire.value)
TEXT = 'A "quoted" \\ text, {"usage": {"output_tokens": 1}}: "usage":{"input_tokens":0}, ünïcödé 🦀\n' * 40
TELLS = Told(input=5000, cached=1200, written=300, output=777, reasoning=70)
CUTS = st.lists(st.integers(min_value=0, max_value=40_000), max_size=60)


@cache
def recorded(wire: Wire, stream: bool) -> tuple[bytes, str]:
    """What the model server answers, with tool calls and text that looks like usage."""

    async def live() -> tuple[bytes, str]:
        async with ModelServer() as server, aiohttp.ClientSession() as client:
            calls = (shell('echo \'{"usage": {"input_tokens": 9, "output_tokens": 9}}\''),)
            server.add("rich", Turn(text=TEXT, calls=calls, usage=TELLS, piece=50))
            path = (PATHS if stream else PLAIN)[wire]
            url = server.url("rich") + path
            options = {"stream_options": {"include_usage": True}} if wire is Wire.CHAT and stream else {}
            asked = body(wire, stream=stream, **options)
            async with client.post(url, headers=showing(wire, "k"), json=asked) as answer:
                return await answer.read(), answer.headers["content-type"]

    return asyncio.run(live())


def metered(wire: Wire, pieces: Iterable[bytes], content_type: str, *, streams: bool = True) -> Reading:
    meter = Meter(wire)
    meter.begin(content_type, streams=streams)
    for piece in pieces:
        meter.feed(piece)
    return meter.end()


def cut(text: bytes, places: Sequence[int]) -> list[bytes]:
    edges = sorted({0, len(text), *(min(place, len(text)) for place in places)})
    return [text[start:end] for start, end in pairwise(edges)]


@WIRES
@pytest.mark.parametrize("stream", [True, False], ids=["stream", "whole"])
@given(places=CUTS)
@settings(max_examples=30, deadline=None)
def test_pieces_may_begin_and_end_anywhere(wire: Wire, stream: bool, places: list[int]) -> None:
    text, content_type = recorded(wire, stream)
    reading = metered(wire, cut(text, places), content_type)
    assert reading == metered(wire, [text], content_type)
    written = 300 if wire is Wire.ANTHROPIC else 0
    reasoning = 0 if wire is Wire.ANTHROPIC else 70
    assert (reading.sent, reading.cached, reading.written) == (5000, 1200, written)
    assert (reading.output, reading.reasoning, reading.model) == (777, reasoning, "fake-model")
    assert reading.told
    assert reading.final


@WIRES
def test_one_byte_at_a_time(wire: Wire) -> None:
    text, content_type = recorded(wire, stream=True)
    reading = metered(wire, (text[at : at + 1] for at in range(len(text))), content_type)
    assert (reading.sent, reading.output) == (5000, 777)


@WIRES
@pytest.mark.parametrize("ends", [b"\r", b"\r\n"])
def test_lines_may_end_in_each_way_of_the_standard(wire: Wire, ends: bytes) -> None:
    text, content_type = recorded(wire, stream=True)
    reading = metered(wire, cut(text.replace(b"\n", ends), range(0, 40_000, 7)), content_type)
    assert reading == metered(wire, [text], content_type)


@WIRES
@given(length=st.integers(min_value=0, max_value=40_000))
@settings(max_examples=30, deadline=None)
def test_of_a_cut_answer_what_came_is_known(wire: Wire, length: int) -> None:
    text, content_type = recorded(wire, stream=True)
    part = metered(wire, [text[:length]], content_type)
    whole = metered(wire, [text], content_type)
    assert part.letters <= whole.letters
    assert part.sent in {0, whole.sent}
    assert part.output <= whole.output
    assert part.told == bool(part.sent)
    if part.final:
        assert part.output == whole.output


@WIRES
def test_letters_are_near_what_was_written(wire: Wire) -> None:
    text, content_type = recorded(wire, stream=True)
    letters = metered(wire, [text], content_type).letters
    assert len(TEXT) <= letters <= 1.2 * len(TEXT) + 300


def event(**fields: Any) -> bytes:
    return f"data: {json.dumps(fields)}\n\n".encode()


@pytest.mark.parametrize("place", [0, 1, 2])
def test_usage_in_what_the_model_wrote_is_not_usage(place: int) -> None:
    """Tool arguments are the model's words: what stands there must not lower the bill."""
    lie = {"usage": {"input_tokens": 0, "output_tokens": 0}, "type": "message_delta"}
    events = [
        event(type="message_start", message={"usage": {"input_tokens": 50, "output_tokens": 1}}),
        event(type="content_block_delta", delta={"type": "text_delta", "text": "data: " + json.dumps(lie)}),
        event(type="message_delta", usage={"output_tokens": 40}),
    ]
    events.insert(place, event(type="content_block_start", content_block={"type": "tool_use", "input": lie}))
    reading = metered(Wire.ANTHROPIC, events, "text/event-stream")
    assert (reading.sent, reading.output) == (50, 40)
    whole = {"type": "message", "content": [{"input": lie}], "usage": {"input_tokens": 50, "output_tokens": 40}}
    reading = metered(Wire.ANTHROPIC, [json.dumps(whole).encode()], "application/json")
    assert (reading.sent, reading.output) == (50, 40)


@pytest.mark.parametrize(
    "usage",
    [None, 1, [], {"input_tokens": -5, "output_tokens": "7"}, {"input_tokens": True}, {"cache_creation": 3}],
)
def test_usage_that_makes_no_sense_does_no_harm(usage: object) -> None:
    reading = metered(Wire.ANTHROPIC, [event(type="message_delta", usage=usage)], "text/event-stream")
    assert (reading.sent, reading.output) == (0, 0)


@pytest.mark.parametrize(
    ("answer", "content_type"),
    [
        (b"<html>usage</html>", "text/html"),
        (b"", "application/json"),
        (b"[" * 100_000, "application/json"),
        (b"data: " + b"[" * 100_000 + b"\n\n", "text/event-stream"),
        (b'{"usage": ', "application/json"),
        (b"data\n:x\nevent: y\n\ndata:\n\ndata: [DONE]\n\n\xff\xfe", "text/event-stream"),
    ],
)
@WIRES
def test_what_is_no_answer_has_no_tokens(wire: Wire, answer: bytes, content_type: str) -> None:
    reading = metered(wire, [answer], content_type)
    assert (reading.sent, reading.output) == (0, 0)


def test_gemini_streams_an_array_where_no_events_are_asked_for() -> None:
    parts = [{"candidates": [{"content": {"parts": [{"text": "abc"}]}}], "usageMetadata": {"promptTokenCount": 9}}]
    parts += [{"candidates": [{"finishReason": "STOP"}], "usageMetadata": {"candidatesTokenCount": 4}}]
    reading = metered(Wire.GEMINI, [json.dumps(parts).encode()], "application/json; charset=UTF-8")
    assert (reading.sent, reading.output, reading.final) == (9, 4, True)


def test_a_price_by_the_hour_is_told_apart() -> None:
    usage = {"input_tokens": 5, "cache_creation_input_tokens": 30}
    usage["cache_creation"] = {"ephemeral_5m_input_tokens": 10, "ephemeral_1h_input_tokens": 20}  # type: ignore[assignment]  # JSON
    reading = metered(Wire.ANTHROPIC, [event(type="message_delta", usage=usage)], "text/event-stream")
    assert (reading.sent, reading.written, reading.written_long) == (35, 30, 20)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=30) | st.text(alphabet='"\\/u\n{[', max_size=30),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=20,
)


@given(value=JSON, places=CUTS, ascii_only=st.booleans())
def test_a_skeleton_is_the_value_where_nothing_is_long(value: Any, places: list[int], ascii_only: bool) -> None:
    text = json.dumps(value, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass")
    skeleton = Skeleton()
    for piece in cut(text, [place % (len(text) + 1) for place in places]):
        skeleton.feed(piece)
    assert skeleton.value() == json.loads(text.decode("utf-8", "replace"))
    assert (skeleton.left_out, skeleton.size) == (0, len(text))


@pytest.mark.parametrize("seed", range(5))
def test_long_strings_are_left_out_and_counted(seed: int) -> None:
    chance = random.Random(seed)
    long = "".join(chance.choice('ab"\\\n🦀') for _ in range(200_000))
    text = json.dumps({"a": [long, "x"], "usage": {"n": 7}, long[:20_000]: 1, "z": "y"}).encode()
    skeleton = Skeleton()
    for piece in cut(text, [chance.randrange(len(text)) for _ in range(300)]):
        skeleton.feed(piece)
    assert skeleton.value() == {"a": ["", "x"], "usage": {"n": 7}, "": 1, "z": "y"}
    assert skeleton.size == len(text)


def test_a_document_of_too_many_small_parts_is_given_up() -> None:
    skeleton = Skeleton()
    for _ in range(100):
        skeleton.feed(b'["a", 1, ' * 10_000)
    assert skeleton.value() is None
    assert len(skeleton._kept) < 5 << 20
