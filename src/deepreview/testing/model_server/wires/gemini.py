"""Gemini's `generateContent` and `streamGenerateContent`."""

from collections.abc import Iterator, Mapping
from typing import Any

from deepreview.testing.model_server.encode import PLACE, event, in_pieces
from deepreview.testing.model_server.script import Asked, Because, Refused, Result, Stop, Usage, Wire
from deepreview.testing.model_server.wires.base import Body, Event, Saying, turns_of

_KINDS = {
    400: ("INVALID_ARGUMENT", "Request contains an invalid argument."),
    401: ("UNAUTHENTICATED", "Request had invalid authentication credentials."),
    403: ("PERMISSION_DENIED", "The caller does not have permission"),
    404: ("NOT_FOUND", "The model is not found for API version v1beta."),
    429: ("RESOURCE_EXHAUSTED", "Resource has been exhausted (e.g. check quota)."),
    500: ("INTERNAL", "An internal error has occurred."),
    529: ("UNAVAILABLE", "The model is overloaded. Please try again later."),
}
_QUOTA = "You exceeded your current quota, please check your plan and billing details."
_METRIC = "generativelanguage.googleapis.com/generate_content_free_tier_requests"


def read(body: Body, path: str) -> Asked:
    """What is asked; the model and whether to stream are in the path."""
    model, _, method = path.rpartition("/")[2].partition(":")
    contents = body.get("contents", ())
    settings = body.get("generationConfig") or {}
    declared = [one for tool in body.get("tools") or () for one in tool.get("functionDeclarations", ())]
    return Asked(
        wire=Wire.GEMINI,
        model=model,
        stream=method == "streamGenerateContent",
        system=_text(body.get("systemInstruction") or {}),
        prompt=next((said for said in map(_user_text, reversed(contents)) if said), ""),
        turn=turns_of(content.get("role") == "model" for content in contents),
        results=tuple(_results(contents)),
        tools={one["name"]: one.get("parametersJsonSchema") or one.get("parameters") or {} for one in declared},
        schema=settings.get("responseJsonSchema") or settings.get("responseSchema"),
    )


def _text(content: Mapping[str, Any]) -> str:
    return "\n".join(part["text"] for part in content.get("parts", ()) if "text" in part)


def _user_text(content: Mapping[str, Any]) -> str:
    return _text(content) if content.get("role", "user") == "user" else ""


def _results(contents: Any) -> Iterator[Result]:
    for content in contents:
        for part in content.get("parts", ()):
            if answer := part.get("functionResponse"):
                given = answer.get("response", {})
                text = given.get("error") or given.get("output") or given.get("return_value") or ""
                yield Result(tool=answer["name"], text=str(text), error="error" in given)


def _usage(usage: Usage) -> dict[str, int]:
    return {
        "promptTokenCount": usage.input,
        "cachedContentTokenCount": usage.cached,
        "candidatesTokenCount": usage.output - usage.reasoning,
        "thoughtsTokenCount": usage.reasoning,
        "totalTokenCount": usage.input + usage.output,
    }


def _answer(saying: Saying, parts: list[dict[str, Any]], finish: str = "") -> dict[str, Any]:
    candidate: dict[str, Any] = {"index": 0, "content": {"role": "model", "parts": parts}}
    answer: dict[str, Any] = {"candidates": [candidate], "modelVersion": saying.asked.model}
    answer["responseId"] = f"resp{saying.asked.nth:06d}"
    if finish:
        candidate["finishReason"] = finish
        answer["usageMetadata"] = _usage(saying.turn.usage)
    return answer


def _finish(saying: Saying) -> str:
    return {Stop.DONE: "STOP", Stop.LENGTH: "MAX_TOKENS", Stop.REFUSAL: "SAFETY"}[saying.turn.stop]


def _called(saying: Saying) -> list[dict[str, Any]]:
    number = saying.asked.nth
    return [
        {"functionCall": {"id": f"call{number:06d}{index:02d}", "name": call.name, "args": call.arguments}}
        for index, call in enumerate(saying.calls)
    ]


def _thoughts(saying: Saying) -> list[dict[str, Any]]:
    return [{"text": saying.turn.thought, "thought": True}] if saying.turn.thought else []


def events(saying: Saying) -> Iterator[Event]:
    """The turn as a stream; its last event has the figures."""
    for thought in _thoughts(saying):
        yield event(_answer(saying, [thought]))
    for piece in saying.turn.pieces():
        yield event(_answer(saying, [{"text": piece}]))
    yield event(_answer(saying, _called(saying), _finish(saying)))


def whole(saying: Saying) -> Iterator[bytes]:
    """The turn as one answer."""
    said = [{"text": PLACE}] if saying.turn.text else []
    return in_pieces(
        _answer(saying, [*_thoughts(saying), *said, *_called(saying)], _finish(saying)), saying.turn.pieces()
    )


def failed(saying: Saying) -> Event:
    """An error object in place of an answer."""
    del saying
    return event({"error": {"code": 500, "message": "An internal error has occurred.", "status": "INTERNAL"}})


def refused(refused: Refused) -> tuple[Body, Mapping[str, str]]:
    """An error object; a quota is told with the rule that was broken."""
    status, message = _KINDS.get(refused.status, ("UNKNOWN", "Unknown error."))
    error: dict[str, Any] = {"code": refused.status, "message": message, "status": status}
    if refused.because is not Because.STATUS:
        rule = {
            "quotaMetric": _METRIC,
            "quotaId": "GenerateRequestsPerDayPerProjectPerModel-FreeTier",
            "quotaValue": "50",
        }
        error["message"] = f"{_QUOTA}\n* Quota exceeded for metric: {_METRIC}, limit: 50"
        error["details"] = [{"@type": "type.googleapis.com/google.rpc.QuotaFailure", "violations": [rule]}]
    elif "retry-after" in refused.headers:
        delay = f"{refused.headers['retry-after']}s"
        error["details"] = [{"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": delay}]
    return {"error": error}, {}
