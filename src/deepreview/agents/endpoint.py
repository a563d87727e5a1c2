"""Servers of the user's own that speak a model's protocol."""

from dataclasses import dataclass

from deepreview.agents.base import Wire


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One such server, by the name that the user gave it."""

    name: str
    url: str
    """The base URL as clients of that protocol take it: with the version part for OpenAI's, without for the others."""
    wire: Wire
    variable: str
    """The environment variable that holds its key; empty for a server that wants none."""
