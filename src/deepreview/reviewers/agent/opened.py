"""Which files of the repository, and which parts of the diff, an agent's tool calls name."""

import fnmatch
import json
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from deepreview.model.agent import ToolCall
from deepreview.model.change import RepoPath

_DIVIDES = re.compile(r"[\s\"'`;|&()<>{},:=\[\]\\]+")
_PART = re.compile(r"(?:^|/)(?:\.deepreview/)?diff/(\d{3,4}|\*|\d*\*\d*)\.patch$|(?:^|/)(\d{3,4})\.patch$")
_GLOB = re.compile(r"[*?\[]")
_MOST_CALLS = 10_000
"""Different ones that are looked at."""
_MOST_WORDS = 400
"""Words of one call that are looked at."""
_MOST_PATTERNS = 50
"""Of all calls: each is held against every path."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """What tool calls name: that is not yet read, but what none of them names was not read."""

    paths: frozenset[RepoPath]
    parts: frozenset[int]


def opened(calls: Iterable[ToolCall], known: Collection[RepoPath], parts: int) -> Opened:
    """The known paths and the numbers of parts, up to `parts`, in the arguments of the calls."""
    files = frozenset(known)
    folders = frozenset(folder for path in files for folder in _above(path))
    named, numbers, patterns = set[RepoPath](), set[int](), set[str]()
    for arguments in islice(dict.fromkeys(call.arguments for call in calls), _MOST_CALLS):
        words = list(dict.fromkeys(_words(arguments)))[:_MOST_WORDS]
        numbers.update(number for word in words for number in _parts(word, parts))
        inside = ["", *(f"{folder}/" for word in words if (folder := _known(word, folders)))]
        for word in words:
            if found := next((path for at in inside if (path := _known(f"{at}{word}", files))), None):
                named.add(RepoPath(found))
            elif _GLOB.search(word) and "/" in word and len(patterns) < _MOST_PATTERNS:
                patterns.add(word.removeprefix("./"))
    named.update(RepoPath(path) for pattern in patterns for path in fnmatch.filter(files, pattern))
    return Opened(paths=frozenset(named), parts=frozenset(numbers))


def _above(path: str) -> Iterator[str]:
    while "/" in path:
        path = path.rpartition("/")[0]
        yield path


def _words(arguments: str) -> Iterator[str]:
    """Every string in the arguments, whole and in words: paths may hold blanks, commands hold paths."""
    for text in _strings(arguments):
        yield text
        yield from (word for word in _DIVIDES.split(text) if word)


def _strings(arguments: str) -> Iterator[str]:
    try:
        left: list[object] = [json.loads(arguments)]
    except (ValueError, RecursionError):
        yield arguments  # cut off, or no JSON
        return
    while left:
        value = left.pop()
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict):
            left.extend(value.values())
        elif isinstance(value, list):
            left.extend(value)


def _known(word: str, known: Collection[str]) -> str:
    """The word as a known path, from whatever folder an absolute one begins at; empty for none."""
    plain = word.removeprefix("./").rstrip("/")
    if not plain.startswith("/"):
        return next((one for one in (plain, plain.removeprefix("a/"), plain.removeprefix("b/")) if one in known), "")
    rest = plain
    while "/" in rest:
        rest = rest.partition("/")[2]
        if rest in known:
            return rest
    return ""


def _parts(word: str, most: int) -> Iterator[int]:
    found = _PART.search(word)
    pattern = (found[1] or found[2]) if found else ""
    if pattern.isdigit():
        yield from (number for number in (int(pattern),) if 0 < number <= most)
    elif pattern:
        yield from (number for number in range(1, most + 1) if fnmatch.fnmatchcase(f"{number:03}", pattern))
