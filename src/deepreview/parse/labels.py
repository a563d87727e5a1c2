"""What stands before a remark and is not of it: pictures, words for how bad it is, the names of its sort."""

import re
from dataclasses import dataclass
from enum import Enum

from deepreview.model.claim import Severity
from deepreview.parse.lead import sign
from deepreview.parse.vocabulary import severity_of


class Sort(Enum):
    """What a remark is, by its label or its words."""

    CLAIM = "claim"
    PRAISE = "praise"
    QUESTION = "question"


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """A remark without its labels."""

    text: str
    sort: Sort
    severity: Severity | None
    found: bool
    """Whether there was any label."""


_SORTS = {
    "potential issue": Severity.IMPORTANT,
    "potential_issue": Severity.IMPORTANT,
    "issue": Severity.IMPORTANT,
    "bug_risk": Severity.IMPORTANT,
    "security": Severity.IMPORTANT,
    "blocking": Severity.CRITICAL,
    "refactor suggestion": Severity.SUGGESTION,
    "refactor_suggestion": Severity.SUGGESTION,
    "verification agent": None,
    **dict.fromkeys(("todo", "chore", "thought", "typo", "polish", "nitpick", "quick win"), Severity.SUGGESTION),
    **dict.fromkeys(("logic", "syntax", "heavy lift", "outside diff range", "functional correctness"), None),
    **dict.fromkeys(("question", "praise"), None),
}
"""Names of sorts of remarks that are no severities, and the severity that they speak for where nothing else is said."""
_BARE = {"nit", "nitpick", "logic", "style", "syntax", "praise", "question"}
"""Names that are labels also where nothing sets them apart."""
_PICTURE = re.compile(r"^(?P<bold>\*{0,2})\s*!\[(?P<said>[^\]\n]{1,60})\]\([^)\s]{0,400}\)\s*")
_ONE = r"(?:_[^_\n]{2,40}_|[^\w\s`*]{1,4}[ ][A-Za-z][A-Za-z ]{2,30})"
_ITALIC = re.compile(rf"^{_ONE}(?:[ ]?\|[ ]?{_ONE}){{0,4}}$")
_BOLD = re.compile(r"^[*_]{2}\[?(?P<said>[^*\n]{2,30}?)\]?(?:[ ]severity)?[*_]{2}:?[ \t]*$", re.IGNORECASE)
_NAMED = re.compile(
    r"^[*_]{0,2}(?:[^\w\s`*(\[]{1,4}\s?)?\[?(?P<name>[A-Za-z]{3,12})\]?(?:[ ]?\((?P<more>[\w, /-]{2,40})\))?"
    r"(?::[*_]{0,2}|[*_]{2}:)[ \t]*(?=\S|$)"
)
_RATED = re.compile(
    r"^(?:\*\*\[?(?P<bold>[A-Za-z]{3,10}|[Pp][0-4])\]?\*\*|\[(?P<framed>[A-Za-z]{3,10}|[Pp][0-4])\])[ \t]+(?=\S)"
)
_MOST = 5
_PRAISE = re.compile(
    r"^[\W_]*(?:lgtm|looks? (?:good|great|fine|right|ok|okay|correct|solid)(?: to me)?"
    r"|nice(?:ly done| work| catch| one| touch)?"
    r"|good (?:catch|job|work|idea|call|stuff)|great (?:work|job|stuff)|well done|all good"
    r"|no (?:issues|problems|concerns|objections)"
    r"|fine by me|ship it|approved?|thanks|thank you|\+1)\b(?P<more>[^\n]{0,80})$",
    re.IGNORECASE,
)
_BUT = re.compile(r"\b(?:but|however|although|except|though|yet|until|unless|if|should|not)\b|n['’]t\b", re.IGNORECASE)
_FURTHER = re.compile(r"\?|[.!;:—–]\W*\w")
_QUESTION = re.compile(
    r"^[\W_]*(?:why|what|how|who|when|where|which|is|are|was|were|do|does|did|can|could|would|will|has"
    r"|have|am|any reason)\b"
    r"[^?\n]{3,300}\?[\W_]*$",
    re.IGNORECASE,
)
_HINTS = re.compile(r"\bwhat (?:if|happens)\b|n['’]t\b|\bnot\b", re.IGNORECASE)


def unlabelled(text: str) -> Labelled:
    """The first line or paragraph of a remark without what stands before its words."""
    severity, sort, found, hinted = None, Sort.CLAIM, False, None
    for _ in range(_MOST):
        words, rest = _label(text)
        if rest is None:
            break
        text, found = rest, True
        severity = severity or next(filter(None, map(_rating, words)), None)
        hinted = hinted or next(filter(None, (_SORTS.get(word) for word in words)), None)
        sort = next((one for one in (Sort.PRAISE, Sort.QUESTION) if one.value in words), sort)
    return Labelled(text=text.strip(), sort=sort, severity=severity or hinted, found=found)


def _rating(word: str) -> Severity | None:
    return None if word in _SORTS else severity_of(word) or severity_of(word.rpartition("-")[2].rpartition(" ")[2])


def _label(text: str) -> tuple[list[str], str | None]:
    """The words of the label that a text begins with, and the text behind it; None where there is none."""
    line, _, below = text.partition("\n")
    line = line.strip()[:2000]
    if found := _PICTURE.match(line):
        words = [found["said"].lower().removesuffix(" badge")]
        rest = line[found.end() :]
        return words, f"{rest.removesuffix('**') if found['bold'] else rest}\n{below}"
    if _ITALIC.match(line) and (words := [w.strip("_ ").lower() for w in line.split("|")]):
        plain = [sign(word)[1].strip("\ufe0f ").lower() for word in words]
        return (plain, below) if all(map(_known, plain)) else ([], None)
    if (found := _BOLD.match(line)) and _known(found["said"].lower().removesuffix(" severity")):
        return [found["said"].lower().removesuffix(" severity")], below
    if (found := _NAMED.match(line)) and _known(found["name"].lower()) and _is_set_apart(line, found):
        words = [*re.split(r"[,/]\s*", (found["more"] or "").lower()), found["name"].lower()]
        return [word.strip() for word in words if word], f"{line[found.end() :]}\n{below}"
    if (found := _RATED.match(line)) and severity_of(word := found["bold"] or found["framed"]):
        return [word.lower()], f"{line[found.end() :]}\n{below}"
    return [], None


def _is_set_apart(line: str, found: re.Match[str]) -> bool:
    """Whether a name before a colon is a label: a title may well begin with `Typo: `."""
    return bool(found["more"]) or line.startswith(("**", "__")) or found["name"].lower() in _BARE


def severity_of_sort(name: str) -> Severity | None:
    """The severity that the name of a sort of remarks speaks for: `potential issue`, `nitpick`."""
    return severity_of(name) or _SORTS.get(name)


def _known(word: str) -> bool:
    return word in _SORTS or severity_of(word) is not None


def is_label(line: str) -> bool:
    """Whether a line holds labels and nothing else."""
    told = unlabelled(line)
    return told.found and not told.text


def is_praise(text: str) -> bool:
    """Whether a text only approves."""
    found = _PRAISE.match(text.strip())
    return bool(found and not _BUT.search(found["more"]) and not _FURTHER.search(found["more"]))


def is_question(text: str) -> bool:
    """Whether a text only asks, and does not by asking say that something is wrong."""
    return bool(_QUESTION.match(text.strip())) and not _HINTS.search(text)


def sort_of(text: str) -> Sort:
    """What a remark is by its words, where no label says it."""
    return Sort.PRAISE if is_praise(text) else Sort.QUESTION if is_question(text) else Sort.CLAIM
