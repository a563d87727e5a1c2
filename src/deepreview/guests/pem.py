"""Private keys in PEM, found in whatever wraps them: quotes, escapes, a diff's signs, line numbers, a missing end.

A marker alone is no secret, nor is code that looks for one: something is taken out only where words of a key stand
between two markers, or beside the one that is left of a key that was cut off. A text is read in time linear in its
length.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

_MARK = r"-----(BEGIN|END) [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----"
_WORD = re.compile(
    r"\\{1,20}(?:[nrt]|u000[aAdD])"  # white space, as a string in a string has it
    r"|\d{1,6}(?=[ \t:|;→])"  # the number of a line
    r"|(?P<word>(?:[A-Za-z0-9+/]|\\{1,20}/)+={0,2})"
)
_LABEL = r"(?:\\{1,20}[nrt]|[^A-Za-z\\]){0,40}+[A-Z][A-Za-z]{1,12}(?:-[A-Z][a-z]{1,8})?: [^\n\\]{0,200}+"
_LABELS = re.compile(rf"(?:{_LABEL}){{0,6}}+")
"""`Proc-Type: 4,ENCRYPTED`, `DEK-Info: ...`, `Version: GnuPG ...`: what stands before the key itself."""
_BODY = re.compile(r"[A-Za-z0-9+/]{64,}={0,2}")
"""All of a key, in lines however short, or in hexadecimal."""
_HEX = re.compile(r"[0-9a-f]+")
_PLAIN = re.compile(r"[A-Za-z]?[a-z]*")
_LETTER = re.compile(r"[A-Za-z0-9]")
_DIGIT = re.compile(r"[0-9+/=]")
_LONG, _LINE, _REST = 16, 40, 8
"""Letters of a word of a key, at least; of one without a digit; of what may be left of one at a cut."""
_FURTHEST = 60
"""Letters between two words of one key."""
_SHARE = 3
"""A key is at least one part in so many of what stands between its markers."""


class _Word(NamedTuple):
    start: int
    end: int
    text: str


class _Mark(NamedTuple):
    kind: str
    start: int
    end: int


def without_keys(text: str, hidden: str) -> str:
    """The text with `hidden` in the place of each private key; doing it twice changes nothing more."""
    if "PRIVATE KEY" not in text:
        return text
    found = re.finditer(f"{_MARK}|{re.escape(hidden)}", text)
    marks = [_Mark("", 0, 0), *(_Mark(one[1] or "", *one.span()) for one in found), _Mark("", len(text), len(text))]
    pieces, at = [], 0
    for before, after in pairwise(marks):
        for start, end in _keys(text, before, after):
            pieces += [text[at:start], hidden]
            at = end
    return "".join([*pieces, text[at:]])


def _keys(text: str, before: _Mark, after: _Mark) -> Iterator[tuple[int, int]]:
    """Where keys stand between two marks, with those marks that belong to them."""
    begins, ends = before.kind == "BEGIN", after.kind == "END"
    if begins or ends:
        words = list(_words(text, before.end, after.start))
        if begins and ends:
            yield from _between(text, before, after, words)
        elif begins:
            labels = _LABELS.match(text, before.end, after.start)
            start = labels.end() if labels else before.end
            end = _run([word for word in words if word.start >= start], start)
            if end is not None:
                yield before.start, end
        else:
            end = _run([_Word(-word.end, -word.start, word.text) for word in reversed(words)], -after.start)
            if end is not None:
                yield -end, after.end


def _words(text: str, start: int, end: int) -> Iterator[_Word]:
    for one in _WORD.finditer(text, start, end):
        if one["word"] and _LETTER.search(one["word"]):
            yield _Word(*one.span(), one["word"])


def _between(text: str, before: _Mark, after: _Mark, words: Sequence[_Word]) -> Iterator[tuple[int, int]]:
    """All from mark to mark; of code that holds both and more, only the words of a key."""
    bare = "".join(text[before.end : after.start].split())
    found = [word for word in words if _keylike(word.text)]
    if _BODY.fullmatch(bare) or (found and sum(len(word.text) for word in found) * _SHARE >= len(bare)):
        yield before.start, after.end
    else:
        yield from ((word.start, word.end) for word in found)


def _run(words: Sequence[_Word], at: int) -> int | None:
    """Where the key ends that begins at a place; None where there is none. Backwards, places are negative."""
    count = 0
    for number, word in enumerate(words):
        keylike = _keylike(word.text)
        if word.start - at > _FURTHEST or (number and not keylike and _PLAIN.fullmatch(word.text)):
            break
        at = word.end
        count = number + 1 if keylike else count
    if 0 < count < len(words) and _left_of_one(words[count].text, last=count == len(words) - 1):
        near = words[count].start - words[count - 1].end <= _FURTHEST
        count += near
    return words[count - 1].end if count else None


def _keylike(word: str) -> bool:
    """Whether it is a line of base64 and no name, number or hash."""
    if len(word) < _LONG or word.isupper() or word.islower() or _HEX.fullmatch(word):
        return False
    return bool(_DIGIT.search(word)) or len(word) >= _LINE or (word.startswith("M") and word[1].isupper())


def _left_of_one(word: str, *, last: bool) -> bool:
    """Whether a short word after those of a key is its end."""
    long = len(word) >= _REST and bool(_DIGIT.search(word))
    return not _PLAIN.fullmatch(word) and (last or long or word.endswith("="))
