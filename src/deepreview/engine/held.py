"""Text that comes in pieces, passed on in whole lines: a secret that comes in two pieces is told by neither."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from deepreview.model.agent import AgentEvent, Text

_LONGEST = 20_000
"""Characters that are held back at most."""
_BLOCK, _BLOCK_ENDS = "-----BEGIN ", "-----END "


@dataclass(eq=False, kw_only=True)
class Held:
    """What an agent has begun to write and not yet ended."""

    _pieces: list[str] = field(default_factory=list)
    _size: int = 0

    def take(self, event: AgentEvent) -> Iterator[AgentEvent]:
        """The event behind what was held back before it; of a text, the lines that are whole by now."""
        if not isinstance(event, Text):
            yield from self._passed(end=True)
            yield event
            return
        self._pieces.append(event.text)
        self._size += len(event.text)
        if "\n" in event.text or self._size > _LONGEST:
            yield from self._passed(end=False)

    def _passed(self, *, end: bool) -> Iterator[Text]:
        text = "".join(self._pieces)
        at = len(text) if end else _cut(text)
        self._pieces, self._size = [text[at:]], len(text) - at
        if at:
            yield Text(text=text[:at])


def _cut(text: str) -> int:
    """Where whole lines end, a key's block of lines counting as one; in a line that is too long, at a blank."""
    at = text.rfind("\n") + 1
    begun = text.rfind(_BLOCK, 0, at)
    if begun >= 0 and _BLOCK_ENDS not in text[begun:at]:
        at = text.rfind("\n", 0, begun) + 1
    if len(text) - at <= _LONGEST:
        return at
    return max(at, text.rfind(" ") + 1) or len(text)
