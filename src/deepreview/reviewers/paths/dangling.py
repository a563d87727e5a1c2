"""A path in an added comment or document that the tree does not have (`dangling-path`)."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from deepreview.context.pages import Page
from deepreview.context.targets import is_target
from deepreview.model.claim import DefectClass, Place
from deepreview.reviewers.ground import LONGEST_LINE, Changed, Ground, Said, speaks_of_the_past
from deepreview.reviewers.paths.layout import Layout
from deepreview.reviewers.prose import code, count

KIND = "dangling-path"
_LINK_TEXT = re.compile(r"\[[^\[\]]{0,300}\](?=\()")
_URL = re.compile(r"\b[a-z][a-z0-9+.-]{0,20}:[^\s)>\]]++|\bwww\.[^\s)>\]]++")
_PATH = re.compile(
    r"(?<![\w./@$~{}<>:%*#=+^\\-])(?:\./)?(?P<path>[A-Za-z0-9_.@-]++(?:/[A-Za-z0-9_.@+-]++)++)(?P<after>.?)"
)
_KNOWN = re.compile(
    r"\.(?:c|cc|cpp|h|hpp|cs|java|kt|scala|go|rs|py|pyi|rb|php|swift|js|jsx|mjs|cjs|ts|tsx|vue|svelte|sh|bash|bats|ps1|"
    r"md|mdx|rst|txt|adoc|html|css|scss|json|ya?ml|toml|ini|cfg|sql|proto|tf|nix|mk|xml|gradle|lua|ex|exs|tmpl)$"
)
_EXAMPLES = frozenset(
    [
        *("path", "to", "example", "examples", "foo", "bar", "baz", "qux", "your"),
        *("yourname", "my", "mymodule", "tmp", "temp", "home", "user", "username", "some"),
        *("name", "xxx", "xyz", "dir", "file", "filename", "folder", "subdir", "sample"),
        *("dist", "build", "target", "out", "output", "node_modules", "bin", "obj", "coverage"),
        *("cache", "venv", "env", ".venv", ".git", ".cache", "__pycache__", "site", "public"),
        *("generated", "gen", "etc", "usr", "var", "opt", "vendor", "log", "logs"),
        *("release", "debug"),
    ]
)
_LONG = 3
_OWN_WORDS = frozenset(
    {
        "the",
        "file",
        "files",
        "folder",
        "directory",
        "module",
        "package",
        "script",
        "path",
        "test",
        "tests",
        "also",
        "our",
    }
)
_NOT_SAID = re.compile(
    r"\b(?:for example|for instance|e\.g\.|such as|something like)|[├└│]|^\s*(?:///?!?|\*|#)\s*(?://|#\s)",
    re.IGNORECASE,
)
"""An example, a drawing, a comment inside code that is itself inside a comment."""
_ODD = set("<{*$([|%=\\:@")


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A path in added text."""

    page: Page
    line: int
    path: str


def written_paths(ground: Ground, layout: Layout) -> list[Written]:
    """The paths in added comments and documents that begin with a folder of the root."""
    targets = (one for one in ground.authored if is_target(one.patch.path))
    return [written for one in targets for written in _written_in(one, layout)]


def dangling(
    ground: Ground, layout: Layout, found: Collection[Written], told: Collection[tuple[str, int]]
) -> list[Said]:
    """One claim for each path that head has not in any form; `told` are lines of which more is known."""
    claims: dict[str, Said] = {}
    for one in found:
        if one.path in claims or (one.page.path, one.line) in told or layout.knows(one.path, one.page.path):
            continue
        if not layout.ignored(one.path) and not speaks_of_the_past(one.page.lines, one.line):
            claims[one.path] = _said(ground, one)
    return list(claims.values())


def _written_in(one: Changed, layout: Layout) -> Iterator[Written]:
    page = one.page
    for number in sorted(one.added):
        line = page.comment_lines[number - 1] if number <= len(page.lines) else ""
        if "/" not in line or len(line) > LONGEST_LINE or number in page.fenced or _NOT_SAID.search(line):
            continue
        plain = _URL.sub(" ", _LINK_TEXT.sub(" ", line))
        for match in _PATH.finditer(plain):
            path = match["path"].rstrip(".")
            if (
                match["after"] not in _ODD
                and not _of_another(plain[: match.start()])
                and "..." not in path
                and _worth(path, layout)
            ):
                yield Written(page=page, line=number, path=path)


def _of_another(before: str) -> bool:
    """Whether the words in front name another project as the path's owner: "see k3s pkg/agent/tunnel.go"."""
    owner = re.search(r"\b(?:[Ss]ee|[Ff]rom|[Ii]n|of|[Cc]f\.?)\s+(?:the\s+)?`?(\w[\w.-]*)`?(?:'s)?\s+`?$", before)
    return owner is not None and owner[1].lower() not in _OWN_WORDS


def _worth(path: str, layout: Layout) -> bool:
    parts = path.split("/")
    if parts[0] not in layout.tops or parts[0] in {".", ".."} or not _EXAMPLES.isdisjoint(parts):
        return False
    return _KNOWN.search(path) is not None or len(parts) >= _LONG


def _said(ground: Ground, one: Written) -> Said:
    top = one.path.partition("/")[0]
    return Said(
        kind=KIND,
        title=f"{code(one.path)} does not exist at head",
        body=(
            f"The added text sends its reader to {code(one.path)}. The folder {code(top)} is there, but nothing in it, "
            "and nothing else in the tree, goes by that path."
        ),
        unless="Fine if a build makes the file, or the text speaks of another repository.",
        method=(
            "Paths in added comments and documents, outside examples, against all "
            f"{count(len(ground.head_tree.entries()), 'path')} at head: in full, by their end, relative to the file."
        ),
        places=(Place(path=one.page.path, first=one.line, last=one.line),),
        quote=one.page.quote(one.line, one.line),
        fix="Write the path that is meant.",
        defect=DefectClass.GAP,
    )
