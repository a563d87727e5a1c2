"""What a claim says, as words and identifiers that can be compared."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from deepreview.model.claim import Claim, Place

LONGEST = 1_500
"""Characters of an explanation that are compared: more adds nothing, 600 lose two of a hundred pairs."""
TITLE = 2
"""How often a word of the title counts."""
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*|[^\W\d_a-zA-Z]+")
_PART = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|[^\W\d_a-zA-Z]+")
_FENCE = re.compile(r"^[ \t]*(`{3,}|~{3,})[^\n]*\n(?:.*\n)*?[ \t]*\1[ \t]*$", re.MULTILINE)
_ENDINGS = ("ations", "ation", "ings", "ing", "edly", "ies", "ied", "ers", "er", "ed", "es", "s", "ly", "e")
_STEM = 3
_TELLING = 6
_MOST_LINES = 60
_COMMON = frozenset(
    """
    the a an of to in is and or that this it for on with as by be are not from at but if so when which
    has have its can will no does do only into any all than then also still would should could may might
    one two there their they was were been being use used uses using code line lines file function
    method call calls called
    """.split()  # noqa: SIM905 - easier to read than two hundred quotes
)


@dataclass(frozen=True, slots=True, eq=False)
class Said:
    """A claim, ready to be compared."""

    words: Mapping[str, int]
    """Stems of title and explanation, identifiers taken apart, with how often each occurs."""
    title: frozenset[str]
    names: frozenset[str]
    """Identifiers of title, explanation and quoted code."""
    quote: frozenset[str]
    """Telling lines of the quoted code, without white space."""
    places: tuple[Place, ...]
    files: frozenset[str]
    """The last part of each path: half a path may be written."""
    reviewer: str
    severity: int
    """3 for critical, 2 for important, 1 for a suggestion."""
    ruled: bool
    """Whether a rule stands behind it, not prose."""


def said(claim: Claim, *, ruled: bool) -> Said:
    """The words of a claim; linear in the length that is compared."""
    title, names = _read(claim.title[:400])
    words, more = _read(_prose(claim.body))
    for word, count in title.items():
        words[word] = words.get(word, 0) + TITLE * count
    quoted = claim.quote[: 2 * LONGEST]
    return Said(
        words=words,
        title=frozenset(title),
        names=frozenset((*names, *more, *_names(quoted[:800]))),
        quote=frozenset(list(_telling(quoted))[:_MOST_LINES]) if quoted else frozenset(),
        places=claim.places[:20],
        files=frozenset([place.path.rpartition("/")[2] for place in claim.places[:20]]),
        reviewer=claim.reviewer,
        severity=claim.severity.weight,
        ruled=ruled,
    )


def _prose(body: str) -> str:
    """The explanation without fenced code, as far as it is compared."""
    begun = body[: 4 * LONGEST]
    return (_FENCE.sub(" ", begun) if "```" in begun or "~~~" in begun else begun)[:LONGEST]


def _read(text: str) -> tuple[dict[str, int], list[str]]:
    stems, names = dict[str, int](), list[str]()
    for word, count in Counter(_WORD.findall(text)).items():
        parts, name = _parted(word)
        for part in parts:
            stems[part] = stems.get(part, 0) + count
        if name:
            names.append(name)
    return stems, names


def _names(text: str) -> Iterable[str]:
    return (name for word in _WORD.findall(text) if (name := _parted(word)[1]))


@lru_cache(maxsize=65_536)
def _parted(word: str) -> tuple[tuple[str, ...], str]:
    """The stems in a word, and its last part in small letters where it is an identifier."""
    word = word[:120]
    stems = tuple(
        _stem(part) for found in _PART.findall(word) if (part := found.lower()) not in _COMMON and len(part) > 1
    )
    named = "_" in word or "." in word or (not word.isupper() and any(letter.isupper() for letter in word[1:]))
    return stems, word.rpartition(".")[2].lower() if named else ""


def _stem(word: str) -> str:
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _STEM:
            return word[: -len(ending)]
    return word


def _telling(quote: str) -> Iterable[str]:
    for line in quote.split("\n"):
        bare = "".join(line.split())
        if len(bare) >= _TELLING and not bare.startswith(("//", "#", "...", "…")):
            yield bare
