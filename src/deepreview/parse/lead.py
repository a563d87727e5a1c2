"""What a finding's opening line begins with: an id, a number, a word for its severity, a coloured mark."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from deepreview.model.claim import DefectClass, Severity
from deepreview.parse.vocabulary import class_of, severity_of


class Mark(Enum):
    """What a heading is recognised by: the surest first."""

    LETTER = "letter"
    WORD = "word"
    NUMBER = "number"
    BARE = "bare"


@dataclass(frozen=True, slots=True)
class Lead:
    """The id of a finding, in whatever form."""

    mark: Mark
    series: str
    """The letter that is counted, where it is none of ours: `H` of `H2`."""
    severity: Severity | None
    number: int
    """0 where none is written."""
    end: int
    """Of the lead in its text."""


@dataclass(frozen=True, slots=True)
class Grade:
    """Severity and class as they stand before a title, and the title."""

    severity: Severity | None
    defect: DefectClass | None
    rest: str


_LETTERS = {
    "C": Severity.CRITICAL,
    "I": Severity.IMPORTANT,
    "S": Severity.SUGGESTION,
    "B": Severity.CRITICAL,
    "H": Severity.IMPORTANT,
    "M": Severity.SUGGESTION,
    "L": Severity.SUGGESTION,
    "N": Severity.SUGGESTION,
}
_OURS = "CIS"
_COUNTED = {"finding", "issue", "problem", "comment", "vuln"}
_LEAD = re.compile(
    r"^[\[(`]{0,2}(?:"
    r"(?P<letter>[CISHMLNBcis])[-#.]?(?P<count>\d{1,3})"
    r"|(?P<roman>[IVX]{1,5})(?=\.)|(?P<small>[a-z])(?=\))"
    r"|(?P<word>[A-Za-z]{3,12}|[Pp][0-4])(?:[ ](?:severity|priority|impact|risk)\b)?(?:[ ]?[#-]?(?P<nth>\d{1,3}))?"
    r"|#?(?P<above>\d{1,2}\.)?(?P<number>\d{1,3})"
    r")(?P<mark>[\])`]{0,2}(?:\\?[.:)]|[ ]?[—–|]|[ ]-(?=[ ])|(?=$|[ ])))(?:\s+|$)",
)
_OWN = re.compile(
    r"^[\[(`]{0,2}(?:(?:Finding|Issue)[ ])?"
    r"(?P<own>(?:[A-Za-z]{1,12}\d{0,2}-)?[A-Z]{1,6})[-.#]?(?P<number>0{0,3}\d{1,2})"
    r"(?P<mark>[\])`]{1,2}(?:[.:]|(?=$|[ ]))|[.:)]|(?=$|[ ]))(?:\s+|$)",
)
_GRADE = re.compile(
    r"^(?P<open>[\[({`*_]{0,4})(?P<word>[A-Za-z][A-Za-z-]{1,12}|[Pp][0-4])"
    r"(?:[ ](?:severity|priority|impact|risk)\b)?(?P<more>[ ]?[,/][ ]?[A-Za-z]{2,12})?"
    r"(?P<close>[\])}`*_]{0,4})(?P<apart>[ ]?[:|—–][*_]{0,2}|[ ]-(?=[ ]))?\s+(?=\S)"
)
_LIGHT = {"error", "bug", "note", "warning", "warn", "info", "information", "style", "hint", "optional", "imp", "sug"}
"""Words that a title may well begin with."""
_SIGN = re.compile(
    "^[\u2190-\u2bff\U0001f000-\U0001faff\ufe0f\u200d]{1,6}\\s*(?=\\S)",
)
_COUNT = re.compile(r"^#?\d{1,3}[.):]\s+(?=\S)")
_TERMS = {"UTF", "UCS", "SHA", "MD", "AES", "RSA", "HTTP", "TLS", "SSL", "RFC", "CVE", "CWE", "PEP", "ISO", "ES"}
"""What stands before a number in a name."""
_ROMAN = ("", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII", "XIII", "XIV", "XV")


def sign(text: str) -> tuple[Severity | None, str]:
    """What a picture at the start says of the severity, and the text without it."""
    found = None if text.isascii() else _SIGN.match(text)
    return (severity_of(found[0].strip("\ufe0f\u200d ")), text[found.end() :]) if found else (None, text)


def lead(text: str, *, bold: bool) -> Lead | None:
    """The lead of a text that is, or is not, bold as a whole; None where there is none."""
    return _usual(text, bold=bold) or _owned(text, bold=bold)


def _usual(text: str, *, bold: bool) -> Lead | None:
    found = _LEAD.match(text)
    if found is None:
        return None
    if letter := found["letter"]:
        return _lettered(found, letter)
    if found["number"] or found["roman"] or found["small"]:
        return _numbered(found)
    severity, word = severity_of(found["word"]), found["word"].lower()
    framed = found[0][0] in "[(`" or found["nth"] or found["mark"] or (bold and found.end() >= len(text))
    if (found[0][0] == "`" and found["word"] in _LIGHT) or (word == "suggestions" and not found["nth"]):
        return None  # a name in code, as in "`error` is thrown"; a word for many
    if not framed or (severity is None and not (found["nth"] and word in _COUNTED)):
        return None
    return Lead(Mark.WORD, "", severity, int(found["nth"] or 0), found.end())


def _lettered(found: re.Match[str], letter: str) -> Lead | None:
    known = letter.upper()
    if letter != known and not found["mark"]:
        return None
    mark, series = (Mark.LETTER, "") if known in _OURS else (Mark.NUMBER, known)
    return Lead(mark, series, _LETTERS[known], int(found["count"]), found.end())


def _owned(text: str, *, bold: bool) -> Lead | None:
    """An id of the reviewer's own making, `F1.` or `SEC-01:`; marked as one, or before a title in bold."""
    found = _OWN.match(text)
    if found is None or found["own"] in _TERMS:
        return None
    if not (found["mark"] or (bold and found.end() >= len(text)) or text.startswith(("**", "__"), found.end())):
        return None
    return Lead(Mark.NUMBER, found["own"], None, int(found["number"]), found.end())


def _numbered(found: re.Match[str]) -> Lead | None:
    if found["number"] and not (found["mark"] or found["above"] or found[0].startswith(("[", "#"))):
        return None
    roman, small = found["roman"] or "", found["small"] or ""
    if roman and roman not in _ROMAN:
        return None
    number = _ROMAN.index(roman) if roman else ord(small) - ord("a") + 1 if small else int(found["number"])
    return Lead(Mark.NUMBER, "", None, number, found.end())


def grade(text: str) -> Grade:
    """The words before a title that rate it: `[High] `, `**Minor:** `, `(important, gap) `; a red mark."""
    hue, text = sign(text)
    found = _GRADE.match(text)
    if found is None or not _rates(found):
        return Grade(hue, None, text)
    more = (found["more"] or "").strip(" ,/")
    severity = severity_of(found["word"]) or severity_of(more) or hue
    return Grade(severity, class_of(more) or class_of(found["word"]), text[found.end() :])


def _rates(found: re.Match[str]) -> bool:
    words = [found["word"], *filter(None, [(found["more"] or "").strip(" ,/")])]
    if not all(map(_is_tag, words)):
        return False
    if found["open"].strip("*_") and found["close"].strip("*_"):
        return True
    framed = found["open"] and (found["close"] or "*" in (found["apart"] or ""))
    return words[0].lower() not in _LIGHT and bool(framed or (found["apart"] and not found["open"]))


def _is_tag(word: str) -> bool:
    return bool(severity_of(word) or class_of(word))


def are_tags(words: Iterable[str]) -> bool:
    """Whether all words name a severity or a class, and there are some."""
    said = list(words)
    return bool(said) and all(map(_is_tag, said))


def without_count(text: str) -> str:
    """Without the number that stands behind a word: `[High] 3. title`."""
    return _COUNT.sub("", text)
