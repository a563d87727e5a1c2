"""The words of the broker: what it is given, and what it tells."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Literal

from deepreview.agents.base import Wire
from deepreview.model.agent import Usage
from deepreview.model.budget import Budget

UNLIMITED = Budget()


class Form(Enum):
    """How a key is presented to a model's service."""

    X_API_KEY = "x-api-key"
    BEARER = "authorization"
    X_GOOG = "x-goog-api-key"
    NONE = ""
    """A server that wants no key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """Access to one model service."""

    wire: Wire
    base_url: str
    """As clients of that protocol take it: with the version part for OpenAI's, without for the others."""
    form: Form
    key: str = field(repr=False)
    provider: str = ""
    """Whose list prices hold; empty where the address alone may tell."""
    name: str = ""
    """Of an endpoint that the user configured; empty for the vendors' own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Budgets:
    """What may be spent."""

    run: Budget = UNLIMITED
    reviewer: Budget = UNLIMITED
    """Each of them."""
    month: Budget = UNLIMITED
    """In a calendar month (UTC) over all runs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What a request may cost, or did cost."""

    usd: float = 0.0
    tokens: int = 0

    def __add__(self, other: "Cost") -> "Cost":
        """Both together."""
        return Cost(usd=self.usd + other.usd, tokens=self.tokens + other.tokens)


NOTHING = Cost()


@dataclass(frozen=True, slots=True, kw_only=True)
class Metered:
    """One request that went to a model, when it is over."""

    reviewer: str
    wire: Wire
    model: str
    """As the request named it."""
    usage: Usage
    estimated: tuple[str, ...]
    """Which figures of the usage are our estimate, since the answer did not tell them: `input`, `output`."""
    status: int
    """What the service answered; 0 where it did not answer at all."""
    ending: Literal["complete", "cut", "left", "failed"]
    """Whole; ended by the service's side; ended by the client's side; refused by the service or never answered."""
    seconds: float
    id: str = ""
    """That of its `Sent`."""
    kind: Literal["metered"] = "metered"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """One request that is about to go to a model: all that is known of it where the process is killed meanwhile."""

    reviewer: str
    id: str
    most: Usage
    """What it may use and cost at most."""
    kind: Literal["sent"] = "sent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Denial:
    """Something that was not forwarded, or not all of it."""

    reviewer: str
    """Empty where the placeholder was unknown."""
    asked: str
    """Method and path, never the query."""
    reason: str
    kind: Literal["denial"] = "denial"


Told = Sent | Metered | Denial
Observer = Callable[[Told], None]


def nobody(_told: Told) -> None:
    """The observer that does not listen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pass:
    """What a placeholder stands for."""

    reviewer: str
    reached: Mapping[Wire, Credential]
