"""What a model's service said about its end: an answer's, a request's, and the tokens."""

import json
from collections.abc import Iterator
from dataclasses import replace

from pydantic_ai import ModelResponse, ToolCallPart
from pydantic_ai.exceptions import (
    ContentFilterError,
    ModelAPIError,
    ModelConnectionError,
    ModelHTTPError,
    ModelQuotaExceededError,
    ModelTimeoutError,
    UnexpectedModelBehavior,
)
from pydantic_ai.usage import RequestUsage

from deepreview.agents.api.models import DoorError
from deepreview.agents.json_lines import table, word
from deepreview.agents.troubles import broke
from deepreview.model.agent import Broke, Failure, Usage

_KINDS = (
    (ModelQuotaExceededError, Failure.QUOTA),
    (ContentFilterError, Failure.REFUSED),
    (ModelTimeoutError, Failure.SILENT),
    (ModelConnectionError, Failure.CUT_OFF),
    (ModelAPIError, Failure.MALFORMED),  # the others have a status, so this is an answer that cannot be decoded
    (UnexpectedModelBehavior, Failure.MALFORMED),
)
_SURE = {Failure.QUOTA, Failure.REFUSED, Failure.SILENT}


def unfinished(response: ModelResponse, text: str) -> Broke | None:
    """Why a response is no end and nothing to go on with, by the reason that the service gave for its end."""
    if response.finish_reason == "content_filter":
        return Broke(failure=Failure.REFUSED, message=text.split("\n", 1)[0][:300] or "the model declined to answer")
    if response.finish_reason == "length":
        return Broke(failure=Failure.CUT_OFF, message="the answer was cut at the model's limit of output tokens")
    if response.finish_reason == "error":
        return broke(text or "the service ended the answer with an error", otherwise=Failure.SERVER)
    if response.finish_reason is None:
        return Broke(failure=Failure.CUT_OFF, message="the answer ended before its end was told")
    if not text and not any(isinstance(part, ToolCallPart) for part in response.parts):
        return Broke(failure=Failure.EMPTY, message="the model answered nothing")
    return None


def usage_of(used: RequestUsage) -> Usage:
    """What a request used; no money: the broker has the prices, for every agent alike."""
    details = used.details or {}
    reasoning = details.get("reasoning_tokens") or details.get("thoughts_tokens") or 0
    return Usage(
        input=max(0, used.input_tokens - used.cache_read_tokens - used.cache_write_tokens),
        cached=used.cache_read_tokens,
        written=used.cache_write_tokens,
        output=used.output_tokens,
        reasoning=reasoning,
        requests=1,
    )


def why_of(error: Exception) -> Broke:
    """What an error of a client library means: by the service's own words and status first, then by its class."""
    kind = next((failure for known, failure in _KINDS if isinstance(error, known)), Failure.ERROR)
    if ours := next((one for one in _chain(error) if isinstance(one, DoorError)), None):
        return Broke(failure=Failure.MALFORMED, message=str(ours))
    if not isinstance(error, ModelAPIError | UnexpectedModelBehavior):
        return broke(f"{type(error).__name__}: {error}")
    status = error.status_code if isinstance(error, ModelHTTPError) else 0
    body = error.body if isinstance(error, ModelAPIError) else None
    told = broke(json.dumps(body, default=str) if body else str(error), status=status, otherwise=kind)
    failure = kind if kind in _SURE and told.failure is not Failure.BUDGET else told.failure
    asked = error.retry_after if isinstance(error, ModelAPIError) else None
    return replace(told, failure=failure, message=_message(body) or told.message, wait=asked or told.wait)


def _message(body: object) -> str:
    """The first line of what a service says in its refusal."""
    said = word((table(table(body).get("error")) or table(body)).get("message")).strip()
    return said.split("\n", 1)[0][:300]


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
