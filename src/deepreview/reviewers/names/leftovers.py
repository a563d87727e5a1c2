"""A call that stops or prints for a debugger, left in code that ships (`debugger-left`)."""

import re

from deepreview.context.pages import Page
from deepreview.model.claim import Answer, Place
from deepreview.reviewers.ground import LONGEST_LINE, Changed, Ground, Said
from deepreview.reviewers.prose import code

KIND = "debugger-left"
_SCRIPT = re.compile(r"(?<![\w.$])debugger[ \t]*+(?:;|$)")
_PYTHON = re.compile(r"(?<![\w.])(?:breakpoint\(\)|(?:i?pdb|pudb)\.set_trace\(\))")
_RUST = re.compile(r"(?<![\w.])dbg!\(")
_RUBY = re.compile(r"(?<![\w.])(?:binding\.(?:pry|irb)|byebug)[ \t]*+$")
_PATTERNS = {
    **dict.fromkeys(("js", "jsx", "mjs", "cjs", "ts", "tsx", "mts", "cts", "vue", "svelte"), _SCRIPT),
    "py": _PYTHON,
    "rs": _RUST,
    **dict.fromkeys(("rb", "rake"), _RUBY),
}
_TEST = re.compile(
    r"(?:^|/)(?:tests?|specs?|__tests__|e2e|examples?|debug)/|(?:^|/)(?:test_[^/]*|conftest\.py)$|[._-](?:test|spec)s?\.\w+$",
    re.IGNORECASE,
)


def is_test(path: str) -> bool:
    """Whether the file is a test by its name."""
    return _TEST.search(path) is not None


def leftovers(ground: Ground) -> list[Said]:
    """One claim for each added line of code outside tests that calls a debugger."""
    return [said for one in ground.authored if not is_test(one.patch.path) for said in _in(one)]


def _in(one: Changed) -> list[Said]:
    page = one.page
    pattern = _PATTERNS.get(one.patch.path.rpartition(".")[2])
    if pattern is None:
        return []
    bare = page.bare.split("\n")
    found = []
    for number in sorted(one.added):
        line = bare[number - 1] if number <= len(bare) else ""
        match = pattern.search(line.rstrip()) if len(line) <= LONGEST_LINE else None
        if match:
            found.append(_said(page, number, match.group().strip(" \t(;")))
    return found


def _said(page: Page, number: int, call: str) -> Said:
    return Said(
        kind=KIND,
        title=f"{code(call)} is left in the code",
        body="The line stops or prints for whoever was debugging; in use it halts the program or clutters its output.",
        unless="Fine if stopping here is a documented feature of a development mode.",
        method="Added code outside tests, comments and strings searched for calls of debuggers.",
        places=(Place(path=page.path, first=number, last=number),),
        quote=page.quote(number, number),
        fix="Remove the call.",
        silent=Answer.NO,
    )
