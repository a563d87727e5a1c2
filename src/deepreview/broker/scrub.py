"""Takes a key out of what a service says, wherever the pieces of its answer begin and end."""

_SHORTEST = 8
"""Shorter ones are words of everyday text; nobody's account hangs on them."""


class Scrubber:
    """Replaces each occurrence of a key by as many asterisks. Holds back only what may be the beginning of one."""

    def __init__(self, key: str) -> None:
        self._key = key.encode() if len(key) >= _SHORTEST else b""
        self._stars = b"*" * len(self._key)
        self._held = b""

    def pass_on(self, piece: bytes) -> bytes:
        """The piece as it may be passed on."""
        if not self._key:
            return piece
        text = self._held + piece if self._held else piece
        if self._key in text:
            text = text.replace(self._key, self._stars)
        cut = self._beginning(text)
        self._held = text[cut:]
        return text[:cut]

    def rest(self) -> bytes:
        """What was held back when nothing more comes."""
        held, self._held = self._held, b""
        return held

    def text(self, text: str) -> str:
        """A text that is whole."""
        return text.replace(self._key.decode(), self._stars.decode()) if self._key else text

    def _beginning(self, text: bytes) -> int:
        """Where a key may begin that is not complete yet; the end where none does."""
        at = text.find(self._key[:1], max(0, len(text) - len(self._key) + 1))
        while at >= 0:
            if self._key.startswith(text[at:]):
                return at
            at = text.find(self._key[:1], at + 1)
        return len(text)
