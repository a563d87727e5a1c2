"""A comment or document that still names what the change removed (`stale-name`)."""

import builtins
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from deepreview.context.pages import Page
from deepreview.context.scanner import Flavour
from deepreview.context.targets import is_target
from deepreview.context.words import encoded, words
from deepreview.model.change import RepoPath
from deepreview.model.claim import Place
from deepreview.reviewers.ground import LONGEST_LINE, MOST_PLACES, Ground, RemovedLine, Said, speaks_of_the_past
from deepreview.reviewers.names.definitions import Defined, defined_on, distinctive, worth_tracking
from deepreview.reviewers.names.leftovers import is_test
from deepreview.reviewers.prose import block, code, count, listed, where

KIND = "stale-name"
_MOST_PLAIN = 3
MOST_NAMES = 1_000
"""Names that are looked for line by line; a change that leaves more of them behind was not made by hand."""
_MOST_FILES = 40
"""A name in the comments of more files than this is a word of the trade."""
_CONTEXT = 3
_BUILT_IN = frozenset(dir(builtins))
_IMPORT = re.compile(r"\s*(?:pub\s+)?(?:use|import|from|export\s*\{)\b|\s*export\s*\{")
_IMPORT_LINES = 40
_TAKEN = re.compile(
    r"""(?:^|\W)(?:from[ \t]+|import\b[^"']{1,200}\bfrom[ \t]+["']@?)(?P<root>\w[\w-]*)"""
    r"""(?=[\w./-]*(?:[ \t]+import\b|["']))"""
)
_SAFE_PATH = re.compile(r"[A-Za-z0-9_./@+-]+")
_FILE_END = re.compile(r"\.(?:[a-z]{1,4}|html|json|yaml|toml)(?![\w(])")
_SWITCHED_OFF = re.compile(r"(?:(?:const|let|var)\s+)?[\w.]+(?:,\s*\w+)?\s*:?=\s*[\w.]+\(.*\)?[;,{]?$")
_COMMENT_MARKS = " \t#/*;-<!>\r"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Candidate:
    defined: Defined
    line: RemovedLine


@dataclass(frozen=True, slots=True, kw_only=True)
class _Mention:
    page: Page
    line: int


def candidates(ground: Ground) -> dict[str, _Candidate]:
    """The names that removed lines defined, each with the first such line."""
    found: dict[str, _Candidate] = {}
    for line in ground.removed:
        for defined in defined_on(line.code):
            if defined.name in _BUILT_IN or (not defined.keyword and _said_only(defined, line)):
                continue
            known = found.get(defined.name)
            if worth_tracking(defined) and (known is None or _rank(defined) > _rank(known.defined)):
                found[defined.name] = _Candidate(defined=defined, line=line)
    return found


def _said_only(defined: Defined, line: RemovedLine) -> bool:
    """Whether the name is a variable of the environment, an argument of a test, or somebody else's."""
    return defined.name.isupper() or is_test(line.path) or _in_import(line)


def _in_import(line: RemovedLine) -> bool:
    """Whether an item of a list stands in an import: the name is somebody else's."""
    above = [one[1:] for one in line.hunk.lines if one[:1] in {"-", " "}][: max(0, line.number - line.hunk.old_start)]
    for text in reversed(above[-_IMPORT_LINES:]):
        if _IMPORT.match(text):
            return True
        if not text.rstrip().endswith((",", "{", "(", "::{")):
            return False
    return False


def _rank(defined: Defined) -> tuple[bool, bool]:
    """A name that is known outside its file beats one that is not, one with a keyword one without."""
    return not defined.local, defined.keyword


def stale(ground: Ground, removed: Mapping[str, _Candidate]) -> list[Said]:
    """One claim for each removed name that no code holds any more and a comment or document still names."""
    spoken = _only_spoken(ground, removed)
    said = []
    lines = _lines_naming(ground, spoken)
    added = {one.patch.path: one.added for one in ground.changed}
    stems = {part.partition(".")[0] for path in ground.index.paths for part in path.split("/")} | {
        "self",
        "this",
        "cls",
    }
    defined = _newly_defined(ground) if spoken else frozenset()
    for name in sorted(spoken)[:MOST_NAMES]:
        mentions = list(_mentions(removed[name], spoken[name], lines[name], stems, added))
        plain = not distinctive(name)
        if not mentions or (plain and len(mentions) > _MOST_PLAIN):
            continue
        new = renamed_to(lines[name], name)
        if removed[name].defined.keyword and new not in defined:
            new = ""  # what stands in its place is no definition of this change: another way to do it
        said.append(_said(ground, removed[name], mentions, new))
    return said


def _newly_defined(ground: Ground) -> frozenset[str]:
    """The names that a keyword introduces on an added line."""
    return frozenset(
        defined.name
        for one in ground.authored
        for number in one.added
        if number <= len(one.page.lines)
        for defined in defined_on(one.page.code_lines[number - 1][:LONGEST_LINE], quoted=False)
        if defined.keyword
    )


def _lines_naming(ground: Ground, names: Collection[str]) -> Mapping[str, list[RemovedLine]]:
    """The removed lines by the names that they hold, found in one pass."""
    keys: dict[bytes, list[str]] = defaultdict(list)
    for name in names:
        keys[words(encoded(name))[0]].append(name)
    found: dict[str, list[RemovedLine]] = {name: [] for name in names}
    for line in ground.removed if keys else ():
        for word in keys.keys() & set(words(encoded(line.text))):
            for name in keys[word]:
                found[name].append(line)
    return found


def _only_spoken(ground: Ground, removed: Mapping[str, _Candidate]) -> dict[str, list[Page]]:
    """The names without any occurrence in code at head, with the files that hold them."""
    first = {one.patch.path for one in ground.changed}
    everywhere = ground.index.holding_all({name: words(encoded(name)) for name in removed})
    holders = {name: paths for name, paths in everywhere.items() if len(paths) <= _MOST_FILES}
    running: set[str] = set()
    by_path: dict[RepoPath, list[str]] = defaultdict(list)
    for name, paths in holders.items():
        for path in paths:
            by_path[path].append(name)
    ground.head.load(by_path)
    for path in sorted(by_path, key=lambda path: (path not in first, path)):
        open_names = [name for name in by_path[path] if name not in running]
        page = ground.head.get(path) if open_names else None
        if page is not None:
            running.update(name for name in open_names if _runs(page, name))
    silent = {name: ground.head.all(sorted(paths)) for name, paths in holders.items() if name not in running}
    large = ground.in_large(silent)
    return {name: pages for name, pages in silent.items() if name not in large}


def _runs(page: Page, name: str) -> bool:
    if "-" not in name:
        return encoded(name) in page.code_words
    return page.flavour is not Flavour.PROSE and re.search(rf"(?<![\w-]){name}(?![\w-])", page.code) is not None


def _mentions(
    candidate: _Candidate,
    pages: Sequence[Page],
    removed: Sequence[RemovedLine],
    stems: Collection[str],
    added: Mapping[RepoPath, Collection[int]],
) -> Iterator[_Mention]:
    name = candidate.defined.name
    pattern = _pattern(name)
    behind = {_bare(line.text) for line in removed}
    for page in pages:
        outside = _told_elsewhere(candidate, page)
        if outside or not is_target(page.path) or page.generated or _defines_itself(page, name):
            continue
        if _imported(page, name, stems):
            continue
        for number in page.lines_with(name, spoken=True):
            if number in added.get(page.path, ()):
                continue  # written knowing that the name goes: of twelve such lines read, none was a mistake
            line = page.comment_lines[number - 1]
            if len(line) > LONGEST_LINE or not pattern.search(line):
                continue
            if (
                _of_another(line, name, stems)
                or _written_anew(page, line, name, behind)
                or speaks_of_the_past(page.lines, number)
            ):
                continue
            yield _Mention(page=page, line=number)


def _told_elsewhere(candidate: _Candidate, page: Page) -> bool:
    """Whether nobody speaks of the name there: of a variable outside its file, of what a test made in a document."""
    of_test = is_test(candidate.line.path) and page.flavour is Flavour.PROSE
    return of_test or (candidate.defined.local and page.path != candidate.line.path)


def _pattern(name: str) -> re.Pattern[str]:
    """How a mention of the name is written; a plain word must look like code to be one."""
    if distinctive(name):
        return re.compile(rf"(?<![\w$/-]){re.escape(name)}(?![\w$/-])(?!{_FILE_END.pattern})")
    return re.compile(rf"`{name}(?:\(\))?`|(?<![\w$/.-]){name}\(\)|\b[a-z]\w{{1,30}}\.{name}(?![\w.(/-])")


def _written_anew(page: Page, line: str, name: str, behind: set[str]) -> bool:
    """Code behind a comment mark: it was switched off, and does not speak of anything."""
    if page.flavour is Flavour.PROSE:
        return False
    bare = line.strip(_COMMENT_MARKS)
    if _SWITCHED_OFF.match(bare) or (line.rstrip().endswith(";") and page.flavour in {Flavour.C, Flavour.RUST}):
        return True
    if bare.startswith(("[", "@")) or "::" in bare.split(name)[0][-2:]:
        return True  # an attribute that was switched off, or a member of somebody else's module
    return _bare(line) in behind or any(one.name == name for one in defined_on(bare, quoted=False))


def _bare(line: str) -> str:
    """A line without comment marks, white space and what ends it."""
    return "".join(line.strip(_COMMENT_MARKS).split()).rstrip(",;")


def _of_another(line: str, name: str, stems: Collection[str]) -> bool:
    """Whether every mention in the line is a member of a module that the tree does not have: `redis.from_url`."""
    owners = re.findall(rf"(?<![\w$.])([a-z][\w$]*+)\.(?={re.escape(name)}(?!\w))", line)
    return len(owners) == line.count(name) and not any(owner in stems for owner in owners)


def _imported(page: Page, name: str, stems: Collection[str]) -> bool:
    """Whether the page's own example takes the name from a package that is not in the tree."""
    for number in page.lines_with(name, spoken=True):
        match = _TAKEN.search(page.comment_lines[number - 1][:LONGEST_LINE])
        if match and match["root"] not in stems:
            return True
    return False


def _defines_itself(page: Page, name: str) -> bool:
    """A document or comment whose own example defines the name speaks of its example."""
    numbers = page.lines_with(name, spoken=True)
    prose = page.flavour is Flavour.PROSE
    lines = [page.comment_lines[number - 1] for number in numbers if not prose or number in page.fenced]
    return any(
        name in line
        and (
            re.search(rf"\|[^|]{{0,80}}\b{re.escape(name)}\b[^|]{{0,80}}\|", line[:LONGEST_LINE])
            or any(one.name == name for one in defined_on(line[:LONGEST_LINE].strip(_COMMENT_MARKS), quoted=False))
        )
        for line in lines
    )


def renamed_to(removed: Iterable[RemovedLine], name: str) -> str:
    """The one name that stands in its place wherever a hunk pairs an old line with a new one; else empty."""
    found = {new for line in removed if name in line.code for new in _successors(line, name)}
    return found.pop() if len(found) == 1 else ""


def _successors(line: RemovedLine, name: str) -> Iterator[str]:
    pieces = re.split(rf"(?<![\w$]){re.escape(name)}(?![\w$])", line.text)
    if len(pieces) < len("ab"):
        return
    word = r"(--[a-z][a-z0-9-]*+)" if name.startswith("--") else r"([A-Za-z_]\w*+)"
    pattern = re.compile(word.join(re.escape(piece) for piece in pieces))
    for _, text in line.hunk.added():
        match = pattern.fullmatch(text) if len(text) <= LONGEST_LINE else None
        if match and len(set(match.groups())) == 1 and match.group(1) != name:
            yield match.group(1)


def _said(ground: Ground, candidate: _Candidate, mentions: Sequence[_Mention], new: str) -> Said:
    name, line = candidate.defined.name, candidate.line
    first = mentions[0]
    what = "document" if first.page.flavour is Flavour.PROSE else "comment"
    places = tuple(Place(path=one.page.path, first=one.line, last=one.line) for one in mentions[:MOST_PLACES])
    done = f"renames to {code(new)}" if new else "removes"
    return Said(
        kind=KIND,
        title=f"A {what} still names {code(name)}, which this change {done}",
        body=_body(candidate, mentions, places, new),
        unless=f"Fine where {code(name)} is defined outside this repository, or the text tells how things were.",
        method=(
            f"Word index of {count(len(ground.index.paths), 'file')} at head: `{name}` is defined on a removed line "
            f"({line.path}:{line.number} at base) and stands in no code at head."
        ),
        places=places,
        quote=first.page.quote(first.line, first.line),
        fix=f"Write {code(new)} there." if new else f"Name what took over from {code(name)}, or drop the mention.",
        patch=_patch(mentions, name, new) if new else "",
    )


def _body(candidate: _Candidate, mentions: Sequence[_Mention], places: Sequence[Place], new: str) -> str:
    line = candidate.line
    more = len(mentions) - len(places)
    rest = f" and {count(more, 'more line')}" if more else ""
    fate = f"It is now {code(new)}." if new else "No code at head holds the name any more."
    return (
        f"The change takes this line away ({where(line.path, line.number)} at base):\n\n{block([line.text])}\n\n"
        f"{fate} Still named at {listed(places)}{rest}: whoever follows the name there finds nothing."
    )


def _patch(mentions: Sequence[_Mention], name: str, new: str) -> str:
    """A diff that writes the new name at every mention; empty where a path or file end cannot be written plainly."""
    by_page: dict[RepoPath, list[_Mention]] = defaultdict(list)
    for mention in mentions:
        by_page[mention.page.path].append(mention)
    pages = [group[0].page for group in by_page.values()]
    if any(one.line in one.page.fenced for one in mentions):
        return ""  # an example may show somebody else's interface
    if not all(_SAFE_PATH.fullmatch(page.path) and page.text.endswith("\n") for page in pages):
        return ""
    return "".join(_file_patch(group, name, new) for _, group in sorted(by_page.items()))


def _file_patch(mentions: Sequence[_Mention], name: str, new: str) -> str:
    page = mentions[0].page
    pattern = re.compile(rf"(?<![\w$/-]){re.escape(name)}(?![\w$/-])")
    changed = {one.line: pattern.sub(new, page.lines[one.line - 1]) for one in mentions}
    hunks = "".join(_hunk(page.lines[:-1], changed, numbers) for numbers in _together(sorted(changed)))
    return f"--- a/{page.path}\n+++ b/{page.path}\n{hunks}"


def _together(numbers: Sequence[int]) -> Iterator[list[int]]:
    """Lines that are near enough to share their context."""
    group: list[int] = []
    for number in numbers:
        if group and number - group[-1] > 2 * _CONTEXT:
            yield group
            group = []
        group.append(number)
    yield group


def _hunk(lines: Sequence[str], changed: Mapping[int, str], numbers: Sequence[int]) -> str:
    first = max(1, numbers[0] - _CONTEXT)
    last = min(len(lines), numbers[-1] + _CONTEXT)
    body = "".join(
        f"-{lines[at - 1]}\n+{changed[at]}\n" if at in changed else f" {lines[at - 1]}\n"
        for at in range(first, last + 1)
    )
    span = f"{first},{last - first + 1}"
    return f"@@ -{span} +{span} @@\n{body}"
