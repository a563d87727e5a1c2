"""What is kept of a text that comes in pieces: as much as is ever read of one, however long it goes on."""

from dataclasses import dataclass, field

MOST = 2_000_000
"""Characters, as many as `parse` reads of one text."""


@dataclass(eq=False, slots=True)
class Kept:
    """The beginning of a text; what follows is only in the journal."""

    pieces: list[str] = field(default_factory=list)
    size: int = 0

    def add(self, text: str) -> None:
        """Take the next piece."""
        if text and self.size < MOST:
            self.pieces.append(text[: MOST - self.size])
            self.size += len(self.pieces[-1])

    @property
    def text(self) -> str:
        """All that is kept."""
        return "".join(self.pieces)
