"""Why a hit is not shown as a finding: a comment for the tool, a house idiom, a fixture; and what excuses one."""

import re
from collections import Counter
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass

from deepreview.context.tree import Tree, binary, text
from deepreview.model.change import RepoPath
from deepreview.reviewers.static.files import language
from deepreview.reviewers.static.hit import Hit, Laid, squeezed

IDIOM = 3
"""From so many copies in the base on, the project has decided."""
HABIT = 8
"""From so many places in the base that are written like it on, too."""
_BUDGET = 60_000_000
"""Bytes of the base tree that are looked through for idioms and words."""
_LARGEST = 500_000
_ANSWER = re.compile(
    r"nolint|\bnoqa\b|eslint-disable|biome-ignore|shellcheck disable|hadolint ignore|zizmor: ?ignore"
    r"|#nosec|NOSONAR"
    r"|@SuppressWarnings|typos:|pylint: ?disable|type: ?ignore|@ts-(ignore|expect-error)|ast-grep-ignore|nosemgrep"
)
_REASON = re.compile(
    r"(?i)best[ -]?effort|ignor(e|ing)|fall(s|ing)? ?back"
    r"|don'?t (fail|care|block)"
    r"|do not (fail|block)|not (fatal|critical)"
    r"|non-?(fatal|critical)|optional|on purpose"
    r"|deliberate|intentional|intended|swallow|harmless|safe to|expected|never"
    r"|(that'?s|is) (fine|ok)\b|cannot (fail|happen)|can'?t (fail|happen)"
    r"|no-?op|tolerat|continu(e|ing)|skipping|regardless|anyway"
)
_COMMENT = re.compile(r"(//|#|/\*|<!--)(?P<text>.*)")


def explains(code: str) -> bool:
    """Whether the words in it, for instance of a log message, say that going on is meant."""
    return bool(_REASON.search(code))


def answered(hit: Hit, laid: Laid) -> str:
    """The comment with which the author has answered a tool at this place, or empty."""
    for number in range(max(1, hit.first - 1), min(hit.first + 1, len(laid.lines)) + 1):
        line = laid.lines[number - 1]
        if number > hit.last or not _ANSWER.search(line):
            continue
        if number >= hit.first or line.lstrip().startswith(("//", "#", "/*", "*", "@")):
            return line.strip()[:120]
    return ""


def excuse(hit: Hit, laid: Laid, *, any_comment: bool) -> str:
    """A comment in or just above the place that explains the choice, as it stands there; empty when there is none."""
    first = max(1, hit.first - 2)
    for number in range(first, min(hit.last, len(laid.lines)) + 1):
        line = laid.lines[number - 1]
        if number < hit.first and not line.lstrip().startswith(("//", "#", "/*", "*")):
            continue
        comment = _COMMENT.search(line)
        if comment and (_REASON.search(comment["text"]) or (any_comment and number >= hit.first)):
            return line.strip()[:200]
    return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """What is looked for in the base, all of it without white space."""

    code: Mapping[str, frozenset[str]]
    """Pieces of code by language."""
    habits: Mapping[str, frozenset[str]]
    """Regular expressions for a way of writing, by language."""
    words: frozenset[str]
    """Words of any text, in any case."""


def occurrences(tree: Tree, sought: Sought) -> Counter[str]:
    """How often the base holds each thing that is sought."""
    code = {spoken: {squeezed(piece) for piece in pieces} for spoken, pieces in sought.code.items()}
    habits = {spoken: {p: re.compile(p) for p in patterns} for spoken, patterns in sought.habits.items()}
    words = {word.lower() for word in sought.words}
    found: Counter[str] = Counter()
    if not words and not any(code.values()) and not any(habits.values()):
        return found
    for path, content in _contents(tree, {*code, *habits}, everything=bool(words)):
        source = text(content)
        spoken = language(path, source.partition("\n")[0])
        if spoken in code or spoken in habits:
            dense = squeezed(source)
            found.update({piece: dense.count(piece) for piece in code.get(spoken, ())})
            found.update({p: len(habit.findall(dense)) for p, habit in habits.get(spoken, {}).items()})
        if words:
            lower = source.lower()
            found.update({word: lower.count(word) for word in words})
    return found


def _contents(tree: Tree, wanted: Container[str], *, everything: bool) -> Iterable[tuple[RepoPath, bytes]]:
    paths, size = [], 0
    for path, entry in tree.entries().items():
        if not entry.regular or entry.size > _LARGEST:
            continue
        if not (everything or language(path, "") in wanted or "." not in path.rpartition("/")[2]):
            continue  # a script without an extension says what it is in its first line
        size += entry.size
        if size > _BUDGET:
            break
        paths.append(path)
    for start in range(0, len(paths), 500):
        for path, content in tree.read(paths[start : start + 500]).items():
            if not binary(content):
                yield path, content
