"""What review tools write around what they have to say: names of their sections, and what is no remark."""

import re
from enum import Enum, auto

from deepreview.model.claim import Severity
from deepreview.parse.labels import severity_of_sort
from deepreview.parse.places import is_path


class Fold(Enum):
    """What the title of a fold, or of a section, opens."""

    FILE = auto()
    REMARKS = auto()
    PRAISE = auto()
    FILES = auto()
    FURNITURE = auto()
    PLACES = auto()
    OTHER = auto()


SIGNATURE = re.compile(
    r"actionable comments posted:|\bcomments suppressed due to low confidence|\bsuppressed comments \(\d"
    r"|copilot reviewed \d|^(?:<[^<>\n]{1,20}>){0,2}greptile (?:summary|overview)|pr reviewer guide"
    r"|pr code suggestions"
    r"|suggestion importance\[1-10\]|^locations start|<!-- locations start|^#{2,4} bug: "
    r"|^#{1,4} comment \d+\s*\n+<location"
    r"|!\[p[0-4] badge\]|!\[(?:security-)?(?:critical|high|medium|low)\]\(|code review agent run|!\[category \w"
    r"|\*\*draft comment\b|_(?:⚠️|🛠️|🧹|💡)[^_\n|]{3,30}_|^type: (?:potential_issue|nitpick|refactor_suggestion)"
    r"|(?:nitpick|outside diff range|duplicate|additional|minor|major|critical) comments \(\d+\)"
    r"|^\d{1,2}\. [^\n]{5,500}\n\s{0,5}https?://[^\s/]{1,80}/[^\s]{1,200}/blob/"
    r"|^(?:[\w.@+-]{1,60}/){0,20}[\w.@+-]{1,60}\.\w{1,12} \(\d+\)\s{1,5}\**`?\d+-\d+`?\**:"
    r"|^#{2,6} (?:[^\w\n]{1,4} )?lines? \d+(?:-\d+)?[:.]? \S"
    r"|^\*\*(?:issue|suggestion|nitpick|praise|question|todo|thought|chore|typo)(?: \([\w, -]{2,30}\)):",
    re.IGNORECASE | re.MULTILINE,
)
"""What a text of a review tool has somewhere, and others hardly do."""
_MARKS = re.compile(r"^[\W_]+|[\W_]+$")
_FILE = re.compile(r"^[*`]{0,3}(?P<path>[^\s`*]+?)[*`]{0,3}(?:\s+(?:\(\d+\)|-\s+\d+))?$")
_RANGED = re.compile(r"(\.\w{1,12})-\d+(?:-\d+)?$")
_COUNTED = re.compile(r"^[^\n]{0,60}?\s*(?:\(\d{1,4}\)|-\s\d{1,4})\W*$")
_REMARKS = re.compile(
    r"\b(?:comments?|suggestions?|issues?|nitpicks?|findings)\b(?: suppressed due to low confidence)?$", re.IGNORECASE
)
_PRAISE = re.compile(r"🔇|additional comments not posted|\blgtm\b|verified", re.IGNORECASE)
_FILES = re.compile(r"\bfiles? (?:selected|reviewed|changed)|important files|per file|\bfile changes", re.IGNORECASE)
_PLACES = re.compile(r"^(?:additional )?locations?$", re.IGNORECASE)
_FURNITURE = re.compile(
    r"prompt for|ai agents|review (?:details|info|profile)|run configuration|additional context|\btools\b"
    r"|learnings|commits"
    r"|files? (?:ignored|skipped|not reviewed)|committable|analysis chain|script executed|^about |\btips\b"
    r"|finishing touches"
    r"|pre-merge|sequence diagram|\bpoem\b|related (?:issues|prs)|suggested (?:labels|reviewers)"
    r"|suggestion importance"
    r"|feedback|\bhelp\b|is free for|configuration|previous suggestions|review triggered|references|fix all"
    r"|recent review",
    re.IGNORECASE,
)
_LINE = re.compile(
    r"^\W*(?:useful\? react|generated (?:with|by)|if this code review|actionable comments posted"
    r"|copilot reviewed|cursor bugbot"
    r"|bugbot |found \d+ |review completed|starting |connecting |setting up$|summarizing$|reviewing$"
    r"|please address|reported by"
    r"|review profile|here are some key|explore these|skipped |looked at `?\d|reviewed everything"
    r"|reviewed by \[?cursor"
    r"|estimated effort|apply / chat|\d+ files? reviewed|comment:$|prompt for ai"
    r"|hey\b[^\n]{0,20}\bi['’]ve (?:found|reviewed)"
    r"|changes requested|‼️|committable suggestion|no security concerns identified|category$|suggestion$|impact$)",
    re.IGNORECASE,
)


def fold_of(title: str) -> tuple[Fold, str, Severity | None]:
    """What a title opens, the file that it names, and the severity of what stands in it."""
    plain = title.replace("**", "").lstrip("# ").strip()
    if (named := _FILE.match(plain)) and is_path(named["path"]) and re.search(r"[./]", named["path"]):
        return Fold.FILE, _RANGED.sub(r"\1", named["path"]), None
    name = re.sub(r"\s*(?:\(\d+\)|-\s\d+)\W*$", "", plain)
    bare = _MARKS.sub("", name)
    if _PRAISE.search(name):
        return Fold.PRAISE, "", None
    if _FILES.search(name):
        return Fold.FILES, "", None
    if _PLACES.match(bare):
        return Fold.PLACES, "", None
    if _REMARKS.search(bare) and not _FURNITURE.search(name):
        words = bare.lower()
        return Fold.REMARKS, "", severity_of_sort(words.rsplit(" ", 1)[0]) or severity_of_sort(words.split(" ")[0])
    return (Fold.FURNITURE if _FURNITURE.search(name) else Fold.OTHER), "", None


def is_section(line: str) -> bool:
    """Whether a line of text is the title of a section of remarks: it tells how many."""
    return bool(_COUNTED.match(line)) and fold_of(line)[0] in {Fold.REMARKS, Fold.PRAISE}


def is_furniture(line: str) -> bool:
    """Whether a line says nothing about the change."""
    return bool(_LINE.match(line)) or not re.search(r"\w", line)
