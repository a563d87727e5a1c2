"""A new definition that nothing uses (`unused-definition`)."""

import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from deepreview.context.pages import Page
from deepreview.context.scanner import Flavour
from deepreview.context.words import encoded
from deepreview.model.change import RepoPath
from deepreview.model.claim import DefectClass, Place
from deepreview.reviewers.ground import LONGEST_LINE, Changed, Ground, Said
from deepreview.reviewers.names.definitions import defined_on
from deepreview.reviewers.prose import code, count

KIND = "unused-definition"
_GO = re.compile(r"^(?:func|type)[ \t]++(?P<name>[A-Za-z_]\w*+)")
_RUST = re.compile(
    r"^(?:pub(?:\([a-z]{1,20}\))?[ \t]++)?(?:(?:async|const|unsafe)[ \t]++)*+(?:fn|struct|enum|trait|type)[ \t]++"
    r"(?P<name>[A-Za-z_]\w*+)"
)
_SCRIPT = re.compile(
    r"^(?:export[ \t]++)?(?:declare[ \t]++)?(?:abstract[ \t]++)?(?:async[ \t]++)?"
    r"(?:function\*?|class|interface|type|enum)[ \t]++(?P<name>[A-Za-z_]\w*+)"
)
_PYTHON = re.compile(r"^(?:(?:async[ \t]++)?def[ \t]++|class[ \t]++(?=_))(?P<name>[A-Za-z_]\w*+)")
_SHELL_FUNCTION = re.compile(r"^(?:function[ \t]++)?(?P<name>[A-Za-z_]\w*+)[ \t]*+(?:\(\)[ \t]*+)?\{")
_SHELL_LOCAL = re.compile(r"^[ \t]++local[ \t]++(?!-)(?P<name>[A-Za-z_]\w*+)(?:=|[ \t]*+$)")
_PATTERNS = {
    "go": (_GO,),
    "rs": (_RUST,),
    **dict.fromkeys(("ts", "tsx", "js", "jsx", "mjs", "cjs", "mts", "cts"), (_SCRIPT,)),
    "py": (_PYTHON,),
    **dict.fromkeys(("sh", "bash", "bats"), (_SHELL_FUNCTION, _SHELL_LOCAL)),
}
_CALLED_BY_OTHERS = re.compile(
    r"(?:_{0,2}(?:test|Test|Benchmark|Example|Fuzz|pytest_|get_|set_|visit_|handle_|do_)\w*|main|init|setup|teardown|"
    r"setup_\w+|teardown_\w+|setUp|tearDown|__\w+__|_)"
)
_ATTRIBUTE = re.compile(r"[ \t]*+(?:@|#!?\[|//[ \t]*+(?:go:|export[ \t]|\+|nolint)|\[\w)")
_TESTS = re.compile(r"(?:^|/)(?:tests?|__tests__|spec|e2e|testing|fixtures)/|[._-](?:test|spec)\.\w+$|(?:^|/)test_")
_SHELL_FILES = (".sh", ".bash", ".bats")
_SHORTEST = 3
_LIBRARY = 3
"""New names without a use in one file that make it a library for later, not a place where a use was forgotten."""
MOST = 10
"""Unused names in one change that are still mistakes; with more of them, a code base moved in."""
_MOST_SHELL_FILES = 400
_LOOKED_AT_FIRST = 3
"""Files of each name that are read together: a name that is used is nearly always used in one of these."""
_PREFIX = re.compile(r"(?<![\w$])(?P<fixed>[A-Za-z]\w*_)\$")
_SUFFIX = re.compile(r"\$(?:\w++|\{\w++\})(?P<fixed>_\w++)")


@dataclass(frozen=True, slots=True, kw_only=True)
class New:
    """A definition on an added line."""

    page: Page
    line: int
    name: str
    local: bool


def new_definitions(ground: Ground) -> list[New]:
    """The functions, types and shell locals that the change defines and no removed line defined."""
    gone = {one.name for line in ground.removed for one in defined_on(line.code, quoted=False)}
    return [new for one in ground.authored for new in _new_in(one, gone)]


def unused(ground: Ground, found: Collection[New]) -> list[New]:
    """The new names that stand exactly once in all code at head, files that bring a whole library left out."""
    holders = ground.index.holders(encoded(new.name) for new in found)
    ground.head.load(path for paths in holders.values() for path in sorted(paths)[:_LOOKED_AT_FIRST])
    alone = [new for new in found if _alone(ground, new, sorted(holders.get(encoded(new.name), ())))]
    large = ground.in_large(new.name for new in alone)
    made = _put_together(ground) if any(new.page.flavour is Flavour.HASH for new in alone) else _Made()
    alone = [new for new in alone if new.local or not (new.name in large or made.could_be(new))]
    in_file = Counter(new.page.path for new in alone)
    return [new for new in alone if in_file[new.page.path] < _LIBRARY]


def claims(ground: Ground, found: Sequence[New]) -> list[Said]:
    """One claim for each unused name."""
    return [_said(ground, new) for new in found]


def _new_in(one: Changed, gone: Collection[str]) -> Iterator[New]:
    page = one.page
    patterns = _PATTERNS.get(one.patch.path.rpartition(".")[2], ())
    if page.path.endswith(".d.ts"):
        return
    if _TESTS.search(page.path) and not page.path.endswith(_SHELL_FILES):
        return  # what a test file defines may be its whole purpose: a type that must compile, a fixture found by name
    for number in sorted(one.added) if patterns else ():
        line = page.code_lines[number - 1] if number <= len(page.lines) else ""
        for pattern in patterns if len(line) <= LONGEST_LINE else ():
            match = pattern.match(line)
            local = pattern is _SHELL_LOCAL
            if match and (local or _own(page, number, match["name"])) and match["name"] not in gone:
                yield New(page=page, line=number, name=match["name"], local=local)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Made:
    """What shell code puts names together from: `install_$os`, `${name}_test`."""

    starts: tuple[str, ...] = ()
    ends: tuple[str, ...] = ()

    def could_be(self, new: New) -> bool:
        """Whether the name of a shell function could come out."""
        return new.page.flavour is Flavour.HASH and (new.name.startswith(self.starts) or new.name.endswith(self.ends))


def _put_together(ground: Ground) -> _Made:
    shell = [path for path in ground.index.paths if path.endswith(_SHELL_FILES)]
    code = [page.code for page in ground.head.all(shell[:_MOST_SHELL_FILES])]
    return _Made(
        starts=tuple(sorted({match["fixed"] for text in code for match in _PREFIX.finditer(text)})),
        ends=tuple(sorted({match["fixed"] for text in code for match in _SUFFIX.finditer(text)})),
    )


def _own(page: Page, number: int, name: str) -> bool:
    """Whether nothing but code of this tree would call it."""
    if len(name) < _SHORTEST or _CALLED_BY_OTHERS.fullmatch(name):
        return False
    above = page.lines[max(0, number - 6) : number - 1]
    for line in reversed(above):
        if _ATTRIBUTE.match(line[:LONGEST_LINE]):
            return False
        if not line.strip() or line[:1] == "}" or (line[:1] == ")" and not page.path.endswith(".py")):
            return True
    return True


def _alone(ground: Ground, new: New, paths: Sequence[RepoPath]) -> bool:
    word = encoded(new.name)
    if new.local:
        return new.page.code_words[word] == 1
    if new.page.code_words[word] != 1:
        return False
    for path in paths:
        page = ground.head.get(path) if path != new.page.path else None
        if page is None:
            continue
        if word in page.code_words or (page.flavour is Flavour.PROSE and new.page.flavour is Flavour.PYTHON):
            return False
    return True


def _said(ground: Ground, new: New) -> Said:
    page = new.page
    what = "variable" if new.local else "definition"
    scope = "this file" if new.local else f"all {count(len(ground.index.paths), 'text file')} of the tree"
    return Said(
        kind=KIND,
        title=f"{code(new.name)} is new and nothing uses it",
        body=(
            f"The change adds this {what}, and its name stands nowhere else in the code of {scope}: no call, no test, "
            "no reference in a string. Either a use was forgotten, or it can go."
        ),
        unless=_unless(new),
        method=f"Word index of {count(len(ground.index.paths), 'file')} at head, comments left out: one occurrence.",
        places=(Place(path=page.path, first=new.line, last=new.line),),
        quote=page.quote(new.line, new.line),
        fix=f"Use {code(new.name)} or remove it.",
        defect=DefectClass.GAP,
    )


def _unless(new: New) -> str:
    if new.local:
        return "Fine if a program that this shell starts reads it from the environment."
    return "Fine if code outside this repository calls it, or its name is put together at run time."
