"""What a claim says, as words and identifiers that can be compared."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from deepreview.model.claim import Claim

LONGEST = 1_500
"""Characters of an explanation that are compared: more adds nothing, 600 lose two of a hundred pairs."""
_HEAD = 400
"""Characters of a title that are compared."""
_WORDY = 20
"""Characters beyond which no explanation begins with the title's words by chance."""
TITLE = 2
"""How often a word of the title counts."""
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*|[^\W\d_a-zA-Z]+")
_PART = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|[^\W\d_a-zA-Z]+")
_FENCE = re.compile(r"^[ \t]*(`{3,}|~{3,})[^\n]*\n(?:.*\n)*?[ \t]*\1[ \t]*$", re.MULTILINE)
_PIECES = bytes(byte if not chr(byte).isascii() or chr(byte).isalnum() or byte in b"_." else 32 for byte in range(256))
"""Blanks instead of the ASCII that is in no word and no name; other characters stay as they are."""
_ENDINGS = ("ations", "ation", "ings", "ing", "edly", "ies", "ied", "ers", "er", "ed", "es", "s", "ly", "e")
_BY_LAST = {last: tuple(end for end in _ENDINGS if end[-1] == last) for last in {end[-1] for end in _ENDINGS}}
_STEM = 3
_TELLING = 6
_LONGEST_WORD = 120
_MOST_LINES = 60
_COMMON = frozenset(
    """
    the a an of to in is and or that this it for on with as by be are not from at but if so when which
    has have its can will no does do only into any all than then also still would should could may might
    one two there their they was were been being use used uses using code line lines file function
    method call calls called
    """.split()  # noqa: SIM905 - easier to read than two hundred quotes
)


class Vocabulary(dict[str, tuple[int, ...]]):
    """The stems in each piece of text, as numbers; filled by asking, so that no piece is taken apart twice.

    Numbers go by who asks first: they depend on the texts and their order only, unlike the order of a set of strings.
    """

    def __init__(self) -> None:
        super().__init__()
        self.numbers: dict[str, int] = {}
        """Of stems, names and lines."""
        self.names = _Names(self.numbers)

    def __missing__(self, piece: str) -> tuple[int, ...]:
        plain = piece.strip(".")
        if plain.isascii() and plain.isalpha() and plain[1:].islower():  # what the expressions would find, sooner
            part = plain[:_LONGEST_WORD].lower()
            parts = [] if part in _COMMON else [part]
        else:
            words = _words(piece)
            self.names.add(piece, words)
            found = [part.lower() for word in words for part in _PART.findall(word)]
            parts = [part for part in found if part not in _COMMON and len(part) > 1]
        self[piece] = own = tuple([self.number(_stem(part)) for part in parts])
        return own

    def number(self, text: str) -> int:
        """The same for the same text."""
        return self.numbers.setdefault(text, len(self.numbers))


class _Names(dict[str, tuple[int, ...]]):
    """The identifiers in pieces of text, by their last parts in small letters; asking for a piece takes it apart.

    `get` gives what is known of pieces whose stems were asked for: nothing where they have no name.
    """

    def __init__(self, numbers: dict[str, int]) -> None:
        super().__init__()
        self._numbers = numbers

    def __missing__(self, piece: str) -> tuple[int, ...]:
        self[piece] = ()
        self.add(piece, _words(piece))
        return self[piece]

    def add(self, piece: str, words: Iterable[str]) -> None:
        """Note the identifiers among the words of a piece."""
        numbers = self._numbers
        names = [word.rpartition(".")[2].lower() for word in words if _is_name(word)]
        if names:
            self[piece] = tuple([numbers.setdefault(name, len(numbers)) for name in names])


@dataclass(frozen=True, slots=True, eq=False)
class Said:
    """A claim, ready to be compared with others of the same vocabulary."""

    words: Mapping[int, int]
    """Stems of title and explanation, identifiers taken apart, with how often each occurs."""
    stems: frozenset[int]
    """The words alone."""
    title: frozenset[int]
    names: frozenset[int]
    """Identifiers of title, explanation and quoted code."""
    quote: frozenset[int]
    """Telling lines of the quoted code, without white space."""
    placed: bool
    files: frozenset[str]
    """The last part of each path: half a path may be written."""
    spots: tuple[tuple[str, int, int], ...]
    """The lines it names, each behind the last part of its path; a file as a whole is no line."""
    reviewer: str
    number: str
    """Which of that reviewer's passes; empty where it makes none."""
    severity: int
    """3 for critical, 2 for important, 1 for a suggestion."""
    ruled: bool
    """Whether a rule stands behind it, not prose."""

    @property
    def voice(self) -> tuple[str, str]:
        """Who says it, in which pass: one that says a thing once."""
        return self.reviewer, self.number

    def meets(self, other: "Said") -> bool:
        """Whether the two have a file in common, or neither names any."""
        return not (self.placed or other.placed) or not self.files.isdisjoint(other.files)


def said(claim: Claim, vocabulary: Vocabulary, *, ruled: bool) -> Said:
    """The words of a claim; linear in the length that is compared."""
    head, rest = _parts(claim)
    title, told = _pieces(head), _pieces(rest)
    first = list(chain.from_iterable(map(vocabulary.__getitem__, title)))
    words = Counter(chain(chain.from_iterable(map(vocabulary.__getitem__, told)), *[first] * TITLE))
    names = set(chain.from_iterable(filter(None, map(vocabulary.names.get, chain(told, title)))))
    if quoted := claim.quote[: 2 * LONGEST]:
        names.update(chain.from_iterable(map(vocabulary.names.__getitem__, _pieces(quoted[:800]))))
    return Said(
        words=words,
        stems=frozenset(words),
        title=frozenset(first),
        names=frozenset(names),
        quote=frozenset(map(vocabulary.number, list(_telling(quoted))[:_MOST_LINES])) if quoted else _NOTHING,
        placed=bool(claim.places),
        files=frozenset([place.path.rpartition("/")[2] for place in claim.places[:20]]),
        spots=tuple([(at.path.rpartition("/")[2], at.first, at.last) for at in claim.places[:20] if at.first]),
        reviewer=claim.reviewer,
        number=_pass_of(claim.id),
        severity=claim.severity.weight,
        ruled=ruled,
    )


def _parts(claim: Claim) -> tuple[str, str]:
    """Title and explanation; where that only begins with the title again, it is one text, and its beginning the title.

    A comment has no title of its own: what it begins with would count three times, and all else once.
    """
    begun = claim.title[:_HEAD]
    prose = _prose(claim.body)
    if len(begun) > _WORDY and prose.startswith(begun.removesuffix("…")):
        return prose[:_HEAD], prose[_HEAD:]
    return begun, prose


def _pass_of(identity: str) -> str:
    parts = identity.split("/")
    return parts[1] if len(parts) > 2 and parts[1].isdecimal() else ""  # noqa: PLR2004 - `claude/2/I1`


_NOTHING = frozenset[int]()


def _pieces(text: str) -> list[str]:
    """Text between blanks and marks: words and names are never across two of them."""
    return text.encode("utf-8", "surrogatepass").translate(_PIECES).decode("utf-8", "surrogatepass").split()


def _prose(body: str) -> str:
    """The explanation without fenced code, as far as it is compared."""
    begun = body[: 4 * LONGEST]
    return (_FENCE.sub(" ", begun) if "```" in begun or "~~~" in begun else begun)[:LONGEST]


def _words(piece: str) -> Sequence[str]:
    plain = piece.strip(".")
    if plain.isascii() and plain.isidentifier():
        return (plain[:_LONGEST_WORD],)
    return [word[:_LONGEST_WORD] for word in _WORD.findall(piece)]


def _is_name(word: str) -> bool:
    return "_" in word or "." in word or (not word.isupper() and any(map(str.isupper, word[1:])))


def _stem(word: str) -> str:
    for ending in _BY_LAST.get(word[-1], ()):
        if word.endswith(ending) and len(word) - len(ending) >= _STEM:
            return word[: -len(ending)]
    return word


def _telling(quote: str) -> Iterable[str]:
    for line in quote.split("\n"):
        bare = "".join(line.split())
        if len(bare) >= _TELLING and not bare.startswith(("//", "#", "...", "…")):
            yield bare
