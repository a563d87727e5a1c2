"""Which of the common defects a claim names, whatever its language: by its rule, in its title, else by CWE."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from deepreview.consolidate.lexicon import DEFECTS
from deepreview.model.claim import SAID, Claim

_READ = 300
"""Characters of a title."""
_BODY = 2_000
"""Characters of an explanation that are looked through for a number in CWE."""
_CWE = re.compile(r"CWE-\d+")
_RUN = re.compile(r"[a-z0-9]+|[^\x00-\x7f]+")
_RULE = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")
_MARKED = re.compile(r"`([^`\n]{1,80})`|'([\w.$]{1,80})'|\"([\w.$]{1,80})\"")
_NAME = re.compile(r"[A-Za-z]\w*(?:[._]\w+)+|[a-z]+[A-Z]\w*")
_TWIN = re.compile(r"s(\d{3})")
"""A rule of Ruff's that is Bandit's."""
_GATE = 3
Part = tuple[str, ...]
"""Ways to say one part of it."""


@dataclass(frozen=True, slots=True)
class _Way:
    defect: int
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class _Index:
    """The lexicon, by what a text has to hold so that an entry is worth a look."""

    codes: dict[str, int]
    latin: dict[str, list[_Way]]
    """By the first letters of a word."""
    other: list[tuple[str, _Way]]
    """By a part in another script."""
    words: list[frozenset[str]]
    """In which each defect is told."""


class Naming(dict[int, frozenset[int]]):
    """The defects that claims name, by the claims' place in a list; each is looked through when it is asked for."""

    def __init__(self, claims: Sequence[Claim]) -> None:
        super().__init__()
        self._claims = claims

    def __missing__(self, index: int) -> frozenset[int]:
        self[index] = found = named(self._claims[index])
        return found


def marked(title: str) -> set[str]:
    """The words that a title marks as code or quotes."""
    return {word for found in _MARKED.findall(title[:_READ]) for text in found for word in plain(text).split()}


def subjects(title: str, defects: Iterable[int]) -> set[str]:
    """What a title says it is about: words marked as code, and identifiers, without those that name these defects."""
    found = _NAME.findall(title[:_READ])
    every = marked(title) | {word for name in found for word in plain(name).split()}
    return every.difference(*(_index().words[defect] for defect in defects))


def named(claim: Claim) -> frozenset[int]:
    """The defects that the claim names, by their number in `DEFECTS`; none where it says nothing that is known."""
    rule = claim.kind.partition(":")[2] if claim.kind != SAID else ""
    if rule and (known := _by_code(_codes(rule))):
        return known
    text = claim.title[:_READ]
    return said(f"{text} {' '.join(_RULE.findall(rule))}") or _by_code(_CWE.findall(claim.body[:_BODY]))


def said(text: str) -> frozenset[int]:
    """The defects that a text names."""
    told = plain(text)
    index = _index()
    ways = [way for gate in {word[:_GATE] for word in told.split()} for way in index.latin.get(gate, ())]
    if not told.isascii():
        ways += [way for part, way in index.other if part in told]
    return frozenset([way.defect for way in ways if all(any(part in told for part in ways) for ways in way.parts)])


def plain(text: str) -> str:
    """Small letters without accents and marks, a blank around each run of one script."""
    small = text.casefold()
    if not small.isascii():
        small = "".join([c for c in unicodedata.normalize("NFKD", small) if not unicodedata.combining(c)])
    return f" {' '.join(_RUN.findall(small))} "


def _codes(rule: str) -> Iterable[str]:
    last = re.split(r"[./:]", rule)
    return [rule, *last]


def _by_code(codes: Iterable[str]) -> frozenset[int]:
    known = _index().codes
    small = [_TWIN.sub(r"b\1", code.lower()) for code in codes]
    return frozenset([known[code] for code in small if code in known])


@cache
def _index() -> _Index:
    words = [frozenset(plain(defect.said).split()) for defect in DEFECTS]
    index = _Index(codes={}, latin={}, other=[], words=words)
    for number, defect in enumerate(DEFECTS):
        index.codes.update((code.lower(), number) for code in defect.rules.split())
        for line in filter(None, map(str.strip, defect.said.splitlines())):
            _enter(index, number, [_part(part) for part in line.split("+")])
    return index


def _part(line: str) -> Part:
    return tuple(_worded(way.strip()) for way in line.split("|"))


def _worded(way: str) -> str:
    begun = plain(way.removesuffix("$")).strip()
    text = f" {begun}" if begun[0].isascii() else begun
    return f"{text} " if way.endswith("$") else text


def _enter(index: _Index, number: int, parts: Sequence[Part]) -> None:
    way = _Way(number, tuple(parts))
    for start in parts[0]:
        if start[0] == " ":
            known = index.latin.setdefault(start.split()[0][:_GATE], [])
            if way not in known:
                known.append(way)
        else:
            index.other.append((start, way))
