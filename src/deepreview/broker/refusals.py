"""Refusals in the words of each protocol, so that every client reads our sentence and not a parse error."""

import json
from dataclasses import dataclass
from typing import Any, assert_never

from deepreview.agents.base import Wire
from deepreview.agents.troubles import OUR_BUDGET

BROKER = "deepreview broker"
"""Begins every other refusal of ours."""

_SERVER = 500
_ANTHROPIC = {
    400: "invalid_request_error",
    401: "authentication_error",
    403: "permission_error",
    413: "request_too_large",
}
_GOOGLE = {400: "INVALID_ARGUMENT", 401: "UNAUTHENTICATED", 403: "PERMISSION_DENIED", 413: "INVALID_ARGUMENT"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why a request is not forwarded, or its answer is not passed on."""

    status: int
    message: str

    def body(self, wire: Wire) -> bytes:
        """The refusal as JSON."""
        return json.dumps(self._shaped(wire)).encode()

    def _shaped(self, wire: Wire) -> dict[str, Any]:
        match wire:
            case Wire.ANTHROPIC:
                kind = _ANTHROPIC.get(self.status, "api_error")
                return {"type": "error", "error": {"type": kind, "message": self.message}}
            case Wire.RESPONSES | Wire.CHAT:
                kind = "invalid_request_error" if self.status < _SERVER else "server_error"
                code = self.message.partition(":")[0].replace(" ", "_")
                return {"error": {"message": self.message, "type": kind, "param": None, "code": code}}
            case Wire.GEMINI:
                state = _GOOGLE.get(self.status, "UNAVAILABLE")
                return {"error": {"code": self.status, "message": self.message, "status": state}}
            case _:
                assert_never(wire)


def spent(message: str, wire: Wire) -> Refusal:
    """Money is the reason.

    With this status each command line gives up after one request. Measured: Claude Code asks six times after 400, and
    Codex once more after 402.
    """
    return Refusal(status=402 if wire is Wire.ANTHROPIC else 400, message=f"{OUR_BUDGET}: {message}")


def denied(message: str) -> Refusal:
    """It is not for a guest."""
    return Refusal(status=403, message=f"{BROKER}: {message}")


def unclear(message: str) -> Refusal:
    """The request cannot be understood."""
    return Refusal(status=400, message=f"{BROKER}: {message}")


def unreachable(message: str) -> Refusal:
    """The service did not answer, or not in a way that can be passed on."""
    return Refusal(status=502, message=f"{BROKER}: {message}")


STRANGER = Refusal(status=401, message=f"{BROKER}: the placeholder key of a running review is wanted")
TOO_LARGE = Refusal(status=413, message=f"{BROKER}: the request is larger than 32 MB")
