"""What the two protocols of OpenAI share: their error objects."""

from collections.abc import Mapping
from typing import Any

from deepreview.testing.model_server.script import Because, Refused
from deepreview.testing.model_server.wires.base import Body

_KINDS = {
    400: ("invalid_request_error", None, "Invalid value for 'input'."),
    401: ("invalid_request_error", "invalid_api_key", "Incorrect API key provided."),
    403: ("invalid_request_error", "model_not_allowed", "Project does not have access to this model."),
    404: ("invalid_request_error", "model_not_found", "The model does not exist or you do not have access to it."),
    429: ("requests", "rate_limit_exceeded", "Rate limit reached: Limit 50, Used 50, Requested 1."),
    500: ("server_error", None, "The server had an error while processing your request."),
}
_LIMITS = {
    Because.QUOTA: ("insufficient_quota", "insufficient_quota", "You exceeded your current quota; check your plan."),
    Because.USAGE_LIMIT: ("usage_limit_reached", None, "The usage limit has been reached"),
}


def refused(refused: Refused) -> tuple[Body, Mapping[str, str]]:
    """An error object; a limit of a subscription names the plan and when it ends."""
    unknown = ("server_error", None, "Overloaded.")
    kind, code, message = _LIMITS.get(refused.because) or _KINDS.get(refused.status, unknown)
    error: dict[str, Any] = {"message": message, "type": kind, "param": None, "code": code}
    if refused.because is Because.USAGE_LIMIT:
        error |= {"plan_type": "plus", "resets_in_seconds": 3600}
    return {"error": error}, {"x-request-id": "req_000000"}
