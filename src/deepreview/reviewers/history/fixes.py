"""Earlier fixes whose lines the change deletes.

Judged one by one, few such deletions were mistakes; so they are one note that a reader can check in a minute, and only
small fixes count of which at least half goes away.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import islice

from deepreview.context.history import BlamedLine, History
from deepreview.context.pages import Page
from deepreview.context.scanner import Flavour, flavour_of
from deepreview.context.targets import foreign
from deepreview.model.change import FilePatch, Hunk, RepoPath, Sha, Side
from deepreview.reviewers.ground import LONGEST_LINE, Ground
from deepreview.reviewers.names.leftovers import is_test
from deepreview.reviewers.prose import code, count

_FIX = re.compile(
    r"\b(?:fix(?:e[sd]|ing)?|bug(?:fix)?|hotfix|regress\w{0,4}|crash(?:e[sd]|ing)?|race|deadlock|leak(?:s|ed|ing)?|"
    r"revert(?:s|ed)?|cve-\d+|vulnerab\w+|overflow|panic|hang(?:s|ing)?|corrupt\w*)\b",
    re.IGNORECASE,
)
_TRIFLE = re.compile(
    r"\b(?:typos?|spell\w*|lint\w*|docs?|documentation|readme|comments?|format\w*|style|whitespace|bump\w*|pins?|pinned|"
    r"upgrade\w*|dependenc\w+|deps|ci|workflow\w*|changelog|merge)\b",
    re.IGNORECASE,
)
_BOT = re.compile(r"\[bot\]|\bbot\b|dependabot|renovate|github-actions", re.IGNORECASE)
_DATA = re.compile(
    r"\.(?:ya?ml|toml|tf|hcl|conf|cfg|ini|service|properties|env|css|scss|sass|less)$|(?:^|/)go\.mod$", re.IGNORECASE
)
_MOST_IN_HUNK = 40
_MOST_IN_FILE = 200
_MOST_FILES = 16
_SIMILAR = 0.6
_FEWEST = 3
_WIDEST_FIX = 8
_LONGEST_FIX = 120
_SHARE = 0.5
_SHOWN = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Undone:
    """A fix of which the change deletes a good part."""

    commit: Sha
    subject: str
    deleted: int
    added: int
    """Lines of source that the fix had added."""
    tests: tuple[RepoPath, ...]
    """Tests that came with it and are still there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gone:
    """A line that the change takes away, with the lines that its hunk puts there."""

    number: int
    text: str
    rivals: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Deleted:
    """Lines of one file that the change takes away and puts nowhere else."""

    path: RepoPath
    lines: tuple[Gone, ...]


def deleted_lines(ground: Ground) -> tuple[list[Deleted], int]:
    """What is gone, the files that lose most first; and how many files were left out for their number."""
    patches = [p for p in ground.change.patches if p.removed_count and _source(p.old_path) and not is_test(p.old_path)]
    moved = {line.strip() for p in ground.change.patches for _, line in p.added()} if patches else set[str]()
    ground.base.load(patch.old_path for patch in patches)
    found = [one for patch in patches if (one := _deleted_in(ground, patch, moved)).lines]
    found.sort(key=lambda one: (-len(one.lines), one.path))
    return found[:_MOST_FILES], max(0, len(found) - _MOST_FILES)


def undone(ground: Ground, history: History, deleted: Sequence[Deleted]) -> list[Undone]:
    """The fixes that lose at least half of their lines, those without a test first."""
    blamed: Counter[Sha] = Counter()
    writers: dict[Sha, BlamedLine] = {}
    for one, lines in zip(deleted, _blame(history, deleted), strict=True):
        for gone in one.lines:
            line = lines.get(gone.number)
            # Comparing lines is the cost, so only those of a fix are compared.
            if line is not None and _fix(line) and not _lives_on(gone):
                blamed[line.commit] += 1
                writers[line.commit] = line
    fixes = [
        fix
        for sha, lost in sorted(blamed.items())
        if lost >= _FEWEST and (fix := _undone(ground, history, writers[sha], lost))
    ]
    return sorted(fixes, key=lambda fix: (bool(fix.tests), -fix.deleted, fix.commit))


def note(fixes: Sequence[Undone]) -> str:
    """One paragraph about all of them."""
    items = "\n".join(f"- {_item(fix)}" for fix in fixes[:_SHOWN])
    more = f"\n- and {count(len(fixes) - _SHOWN, 'more fix', 'more fixes')}" if len(fixes) > _SHOWN else ""
    return (
        f"This change deletes most of {count(len(fixes), 'earlier fix', 'earlier fixes')}; "
        f"check that what {'it' if len(fixes) == 1 else 'they'} cured stays cured:\n\n{items}{more}"
    )


def _item(fix: Undone) -> str:
    test = f"its test {code(fix.tests[0])} is still there" if fix.tests else "no test came with it"
    return f"{code(fix.commit[:10])} {code(fix.subject)}: {fix.deleted} of {count(fix.added, 'line')}; {test}"


def _source(path: str) -> bool:
    return flavour_of(path) not in {Flavour.PROSE, Flavour.DATA} and not _DATA.search(path) and not foreign(path)


def _deleted_in(ground: Ground, patch: FilePatch, moved: set[str]) -> Deleted:
    page = ground.base.get(patch.old_path)
    if page is None or page.generated:
        return Deleted(path=patch.old_path, lines=())
    gone = (line for hunk in patch.hunks for line in _gone_from(hunk, page, moved))
    return Deleted(path=patch.old_path, lines=tuple(islice(gone, _MOST_IN_FILE)))


def _gone_from(hunk: Hunk, page: Page, moved: set[str]) -> Iterator[Gone]:
    added = tuple(
        text.strip() for _, text in hunk.added()[:_MOST_IN_HUNK] if len(text) <= LONGEST_LINE and text.strip()
    )
    for number, text in hunk.removed()[: _MOST_IN_HUNK if added else _MOST_IN_FILE]:
        bare = text.strip()
        running = number <= len(page.lines) and page.code_lines[number - 1].strip()
        if running and bare not in moved and len(bare) <= LONGEST_LINE:
            yield Gone(number=number, text=bare, rivals=added)


def _lives_on(gone: Gone) -> bool:
    """Whether a line that took its place is still much the same."""
    matcher = SequenceMatcher(None, "", gone.text, autojunk=False)
    for rival in gone.rivals:
        matcher.set_seq1(rival)
        if matcher.real_quick_ratio() > _SIMILAR and matcher.quick_ratio() > _SIMILAR and matcher.ratio() > _SIMILAR:
            return True
    return False


def _blame(history: History, deleted: Sequence[Deleted]) -> list[Mapping[int, BlamedLine]]:
    """Each is a process that waits for git, so two at a time."""

    def ask(one: Deleted) -> Mapping[int, BlamedLine]:
        return history.blame(one.path, [gone.number for gone in one.lines], Side.BASE)

    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(ask, deleted))


def _fix(line: BlamedLine) -> bool:
    if line.boundary or _BOT.search(line.author):
        return False
    return _FIX.search(line.subject) is not None and _TRIFLE.search(line.subject) is None


def _undone(ground: Ground, history: History, line: BlamedLine, gone: int) -> Undone | None:
    files = history.files(line.commit)
    sources = {path: added for path, (added, _) in files.items() if _source(path) and not is_test(path)}
    added = sum(sources.values())
    if len(sources) > _WIDEST_FIX or not 0 < added <= _LONGEST_FIX or gone < _SHARE * added:
        return None
    head = ground.head_tree.entries()
    tests = tuple(sorted(path for path, (more, _) in files.items() if more and is_test(path) and path in head))
    return Undone(commit=line.commit, subject=line.subject, deleted=min(gone, added), added=added, tests=tests)
