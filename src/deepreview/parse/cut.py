"""Whether a review stops before its end: an agent that ran out of words says nothing of it."""

import re
from collections.abc import Sequence

from deepreview.parse.lines import Line, read_lines

_LAST = 1_000
_LONGEST = 60
_OPEN_END = re.compile(r"[,;(\[{—–+=/\\&]$|(?<=\w)-$")
_DANGLING = re.compile(
    r"\b(?:the|a|an|and|or|but|nor|because|unless|although|whether|its|their|every|e\.g|i\.e)$", re.IGNORECASE
)
_UNFINISHED = re.compile(
    r"\b(?:of|to|in|on|at|by|for|from|with|without|into|than|that|which|whose|since|when|while|if|until|is|are|was|were"
    r"|be|been|has|have|can|could|should|would|will|must|may|might|this|these|those|as)$",
    re.IGNORECASE,
)
"""Words that a sentence does not end with; an item of a list may well."""
_ENDED = re.compile(r"(?:[.!?:…)\]}>*_`|\"”'’~=-]|[^\x00-\u2100])\s*$")
_SENTENCES = re.compile(r"[.!?][)*_`\"”]{0,3}\s+\S")
_ITEM = re.compile(r"^\s*(?:[-*+•]|\d{1,3}[.)])\s")
_WORDS = 8


def cut_off(text: str) -> str:
    """A sentence that says where a text stops in the middle of something; empty where it ends, or may."""
    lines = read_lines(text, lambda _: False)
    while lines and not lines[-1].text.strip():
        lines = lines[:-1]
    if not lines or not _stops(lines):
        return ""
    words = " ".join(lines[-1].text.split())
    return f"The text seems cut off; it ends with “{words[-_LONGEST:].strip()}”."


def _stops(lines: Sequence[Line]) -> bool:
    last = lines[-1]
    if last.fenced:
        return _fence_stays_open(lines)
    said = last.text.rstrip()[-_LAST:]
    if said.lstrip().startswith("|"):
        return not said.endswith("|") and len(lines) > 1 and lines[-2].text.rstrip().endswith("|")
    bare = re.sub(r"(`+)[^`]*\1", "x", said.removesuffix("```"))
    open_marks = bare.count("`") % 2 or bare.replace("\\*", "").count("**") % 2
    plain = bare.rstrip("*_ ")
    if said.lstrip().startswith("#") or open_marks or _OPEN_END.search(plain) or _DANGLING.search(plain):
        return True
    if _ENDED.search(bare) or _ITEM.match(said):
        return False
    return bool(_UNFINISHED.search(plain)) or _is_prose(lines)


def _fence_stays_open(lines: Sequence[Line]) -> bool:
    """Whether the fence at the end was opened and not closed."""
    opened = next((at for at in range(len(lines) - 1, -1, -1) if lines[at].opens is not None), None)
    if opened is None:
        return False
    mark = lines[opened].text.strip()[:3]
    return opened == len(lines) - 1 or not lines[-1].text.strip().startswith(mark)


def _is_prose(lines: Sequence[Line]) -> bool:
    """Whether the last paragraph has sentences that ended before, or is a long one itself."""
    gathered = list[str]()
    for line in reversed(lines[-20:]):
        if line.fenced or not line.text.strip() or line.text.lstrip().startswith(("#", "|")):
            break
        gathered.insert(0, line.text.strip())
        if _ITEM.match(line.text):
            return False
    paragraph = " ".join(gathered)[-_LAST:]
    return bool(_SENTENCES.search(paragraph)) and len(paragraph.split()) >= _WORDS
