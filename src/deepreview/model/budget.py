"""What may be spent, and what models cost."""

import math
import re
from dataclasses import dataclass

_FORM = re.compile(r"(\$?)(\d+(?:\.\d+)?)\s*([km]?)\s*(usd|\$|tokens?|)", re.IGNORECASE)
_TIMES = {"": 1, "k": 1_000, "m": 1_000_000}


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """The most that may be spent; None for no limit of that kind."""

    usd: float | None = None
    tokens: int | None = None
    """Sent, read from caches and written to them, and received, all counted alike."""

    @classmethod
    def read(cls, text: str) -> "Budget":
        """From `5usd`, `2.50`, `400k tokens`, or one of each with a comma; empty for none. Raises ValueError."""
        found: dict[str, float] = {}
        for part in (piece.strip() for piece in text.split(",")):
            match = _FORM.fullmatch(part)
            if match is None and part:
                raise ValueError(f"an amount such as 5usd, 2.50 or 400k tokens is wanted, not {part!r}")
            if match is not None:
                kind, amount = _amount(match)
                if kind in found:
                    raise ValueError(f"one amount of {kind} is wanted, not two: {text!r}")
                found[kind] = amount
        tokens = found.get("tokens")
        return cls(usd=found.get("usd"), tokens=None if tokens is None else round(tokens))

    def __str__(self) -> str:
        """As it is read; empty for none."""
        parts = [] if self.usd is None else [f"{self.usd:.10f}".rstrip("0").rstrip(".") + "usd"]
        return ", ".join(parts if self.tokens is None else [*parts, f"{self.tokens} tokens"])


def _amount(match: re.Match[str]) -> tuple[str, float]:
    dollar, number, times, unit = match[1], float(match[2]), match[3].lower(), match[4].lower()
    tokens = unit.startswith("token")
    if (dollar and (tokens or unit)) or (times and not tokens):
        raise ValueError(f"an amount such as 5usd, 2.50 or 400k tokens is wanted, not {match[0]!r}")
    amount = number * _TIMES[times]
    if amount < (1 if tokens else 1e-6) or not math.isfinite(amount):
        raise ValueError(f"an amount above 0 is wanted, not {match[0]!r}")
    return ("tokens" if tokens else "usd"), amount


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """What a model costs, in USD per million tokens."""

    model: str
    input: float
    output: float
    cached: float | None = None
    """Tokens read from the model's cache; as `input` where it is not told."""
    written: float | None = None
    """Tokens written to the model's cache; as `input` where it is not told."""
