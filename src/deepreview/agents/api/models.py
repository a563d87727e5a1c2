"""The line to a model: pydantic-ai's clients, over a connection that leads to the guest's door and nowhere else.

Those clients look for keys, proxies, headers and addresses in the environment. What they find does not leave this
process: each request goes out with the headers named here, to the door's own address.
"""

import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import assert_never, cast

import httpx2
from anthropic import AsyncAnthropic
from openai import AsyncOpenAI
from pydantic_ai.models import Model
from pydantic_ai.models.anthropic import AnthropicModel
from pydantic_ai.models.google import GoogleModel
from pydantic_ai.models.openai import (
    OpenAIChatModel,
    OpenAIChatModelSettings,
    OpenAIResponsesModel,
    OpenAIResponsesModelSettings,
)
from pydantic_ai.providers.anthropic import AnthropicProvider
from pydantic_ai.providers.google import GoogleProvider
from pydantic_ai.providers.openai import OpenAIProvider
from pydantic_ai.settings import ModelSettings, ThinkingEffort

from deepreview.agents.base import Door, Spec, Wire

_PASSED = ("content-type", "content-length", "accept", "host", "user-agent", "anthropic-version", "anthropic-beta")
_LONGEST_SILENCE = 600
"""Seconds between two pieces of an answer; whoever asks has a shorter limit of its own."""
_MOST_OUTPUT = 32_000
"""Tokens of one answer that Anthropic, who wants a number, is asked for; lowered to what the model can."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A model, and how it is asked."""

    model: Model
    settings: ModelSettings


class DoorError(Exception):
    """A request that is not let out, or an answer that is none of a model's."""


class _ToTheDoor(httpx2.AsyncBaseTransport):
    """Lets only requests to one address through, with no headers but those known and the placeholder key."""

    def __init__(self, door: Door, wire: Wire) -> None:
        self._door = httpx2.URL(door.url)
        self._key = _key_header(wire, door.key)
        nobody = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # the door is plain; loading certificates takes 30 ms
        self._inner = httpx2.AsyncHTTPTransport(verify=nobody, trust_env=False)
        self._answers = list[httpx2.Response]()

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send it on."""
        if (request.url.scheme, request.url.netloc) != (self._door.scheme, self._door.netloc):
            raise DoorError(f"a request to {request.url.host} was not let out")
        kept = [(name, request.headers[name]) for name in _PASSED if name in request.headers]
        request.headers = httpx2.Headers([*kept, self._key])
        answer = await self._inner.handle_async_request(request)
        self._answers = [*(one for one in self._answers if not one.is_closed), answer]
        if answer.headers.get("content-type", "").startswith("text/html"):
            raise DoorError("a page of HTML came back where a model's answer was wanted")
        return answer

    async def aclose(self) -> None:
        """Close its connections, and the answers that the clients have left half read."""
        for answer in self._answers:
            await answer.aclose()
        await self._inner.aclose()


def _key_header(wire: Wire, key: str) -> tuple[str, str]:
    match wire:
        case Wire.ANTHROPIC:
            return "x-api-key", key
        case Wire.RESPONSES | Wire.CHAT:
            return "authorization", f"Bearer {key}"
        case Wire.GEMINI:
            return "x-goog-api-key", key
        case _:
            assert_never(wire)


@asynccontextmanager
async def opened(spec: Spec, wire: Wire, door: Door) -> AsyncIterator[Line]:
    """The line to a model, until the context is left."""
    limits = httpx2.Timeout(_LONGEST_SILENCE, connect=10)
    async with httpx2.AsyncClient(transport=_ToTheDoor(door, wire), timeout=limits, trust_env=False) as client:
        yield Line(model=_model(spec.model, wire, door, client), settings=_settings(spec.effort, wire))


def _model(name: str, wire: Wire, door: Door, client: httpx2.AsyncClient) -> Model:
    match wire:
        case Wire.ANTHROPIC:
            anthropic = AsyncAnthropic(api_key=door.key, base_url=door.url, http_client=client, max_retries=0)
            return AnthropicModel(name, provider=AnthropicProvider(anthropic_client=anthropic))
        case Wire.RESPONSES:
            return OpenAIResponsesModel(name, provider=_openai(door, client))
        case Wire.CHAT:
            return OpenAIChatModel(name, provider=_openai(door, client))
        case Wire.GEMINI:
            google = GoogleProvider(api_key=door.key, base_url=door.url, http_client=client)
            return GoogleModel(name, provider=google)
        case _:
            assert_never(wire)


def _openai(door: Door, client: httpx2.AsyncClient) -> OpenAIProvider:
    openai = AsyncOpenAI(api_key=door.key, base_url=f"{door.url}/v1", http_client=client, max_retries=0)
    return OpenAIProvider(openai_client=openai)


def _settings(effort: str, wire: Wire) -> ModelSettings:
    """How the model is asked; an endpoint of the user's is sent nothing that it may not know."""
    settings = ModelSettings()
    if wire is Wire.ANTHROPIC:
        settings = ModelSettings(max_tokens=_MOST_OUTPUT, cache=True)
    elif wire is Wire.RESPONSES:
        settings = OpenAIResponsesModelSettings(openai_store=False)  # else the vendor keeps what was reviewed
    if not effort:
        return settings
    wanted = cast("ThinkingEffort", effort)
    if wire is Wire.CHAT:  # said outright: what an unknown model can is not known either
        return OpenAIChatModelSettings(openai_reasoning_effort=wanted)
    return {**settings, "thinking": wanted}
