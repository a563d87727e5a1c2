"""Python, by ruff: a list of rules that were worth reading, without any configuration of the change."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from deepreview.errors import how_to_add
from deepreview.reviewers.base import Output
from deepreview.reviewers.static.hit import Hit, Laid, Unreadable, line_key
from deepreview.reviewers.static.reports import document, ended, laid_of

_SYMBOL = re.compile(r"`([^`]+)`")
_BY_SYMBOL = frozenset({"F401", "F811", "F821", "F822", "F841"})


@dataclass(frozen=True, slots=True)
class Ruff:
    """Runs `ruff check` on the codes that are switched on."""

    codes: frozenset[str] = field(default=frozenset())
    name: str = "ruff"
    program: str = "ruff"
    install: str = how_to_add("static")

    def wants(self, laid: Laid) -> bool:
        """Python, stubs included."""
        return laid.language == "python" and laid.name.endswith((".py", ".pyi"))

    def argv(self, names: Sequence[str], kit: Path) -> Sequence[str]:
        """Isolated: no configuration is looked for, neither the change's nor the user's."""
        del kit
        select = ",".join(sorted(self.codes - {"invalid-syntax"})) or "E902"
        options = ["--isolated", "--no-cache", "--preview", "--output-format", "json", "--target-version", "py313"]
        return ["check", *options, "--select", select, "--", *names]

    def parse(self, output: Output, files: Mapping[str, Laid]) -> Sequence[Hit]:
        """One hit for each diagnostic."""
        ended(output, 0, 1)
        try:
            return [self._hit(item, files) for item in document(output)]
        except (KeyError, TypeError, AttributeError) as error:
            raise Unreadable(f"printed JSON of another form: {error!r}") from error

    def _hit(self, item: Mapping[str, object], files: Mapping[str, Laid]) -> Hit:
        laid = laid_of(files, str(item["filename"]))
        code = str(item.get("code") or "invalid-syntax")
        message = str(item["message"])
        first, last = _row(item, "location"), _row(item, "end_location")
        symbol = _SYMBOL.search(message)
        by_symbol = code in _BY_SYMBOL and symbol is not None
        return Hit(
            kind=f"ruff:{code}",
            path=laid.path,
            first=min(first, len(laid.lines) or 1),
            last=min(max(first, last), len(laid.lines) or 1),
            key=symbol[1] if by_symbol and symbol else line_key(laid, first),
            message=message,
            names={"symbol": symbol[1] if symbol else ""},
        )


def _row(item: Mapping[str, object], key: str) -> int:
    place = item[key]
    if not isinstance(place, dict):
        raise TypeError(key)
    return max(1, int(place["row"]))
