"""A comment whose first word names another thing than the definition below it (`wrong-header`)."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from deepreview.context.pages import Page
from deepreview.context.scanner import Flavour
from deepreview.context.words import encoded
from deepreview.model.change import RepoPath
from deepreview.model.claim import Place
from deepreview.reviewers.ground import LONGEST_LINE, Changed, Ground, Said
from deepreview.reviewers.names.definitions import distinctive, parts_of
from deepreview.reviewers.prose import block, code, count

KIND = "wrong-header"
_MOST_LINES = 60
_DEFINITION = re.compile(
    r"^[ \t]*+(?:(?:export|default|async|pub(?:\([a-z]{1,20}\))?|public|private|protected|static|abstract|declare|"
    r"unsafe|final|inline|extern|override|readonly)[ \t]++)*+"
    r"(?:func|function\*?|fn|class|type|struct|enum|interface|trait|const|let|var|val|fun)[ \t]++"
    r"(?:\([^()\n]{0,200}\)[ \t]*+)?(?P<name>[A-Za-z_]\w*+)"
)
_SHELL = re.compile(r"^[ \t]*+(?:function[ \t]++)?(?P<name>[A-Za-z_][\w-]*+)[ \t]*+\(\)[ \t]*+(?:\{|$)")
_FIRST = re.compile(r"[\s/*#!`]*+(?P<word>[A-Za-z_]\w*+)(?P<after>.?)")
_TEST = re.compile(r"Test|Benchmark|Fuzz|Example|test_")
_BRANDS = re.compile(
    r"GitHub|GitLab|JavaScript|TypeScript|CoffeeScript|GraphQL|PostgreSQL|MySQL|SQLite|OpenAPI|"
    r"OpenSSL|OpenSSH|macOS|DevTools|WebSocket|WebSockets|OAuth|YouTube|LinkedIn|BitBucket|"
    r"StackOverflow|PowerShell|NodeJS|IntelliJ|TensorFlow|NumPy|PyPI|FastAPI|MongoDB|DynamoDB|"
    r"CloudFront|AppArmor|BusyBox|QuickTime|FreeBSD|OpenBSD|NetBSD|IPv4|IPv6|UTF8|JavaDoc|"
    r"JSDoc|ESLint|WebAssembly|ChatGPT|OpenAI|LaTeX|VMware|VirtualBox|containerD"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """A comment directly above a definition that the change touched."""

    page: Page
    first: int
    line: int
    """Where the definition stands."""
    name: str
    word: str


def headers(ground: Ground) -> list[Header]:
    """The headers of the change whose first word is a name."""
    return [header for one in ground.authored for header in _headers_of(one)]


def wrong(ground: Ground, found: list[Header]) -> list[Said]:
    """One claim for each header that begins with another name that resembles the defined one."""
    other = [header for header in found if _names_another(header)]
    holders = ground.index.holders(encoded(header.word) for header in other) if other else {}
    return [_said(ground, header, sorted(holders.get(encoded(header.word), ()))) for header in other]


def _headers_of(one: Changed) -> Iterator[Header]:
    page = one.page
    if page.flavour not in {Flavour.C, Flavour.RUST, Flavour.HASH} or not one.added:
        return
    pattern = _SHELL if page.flavour is Flavour.HASH else _DEFINITION
    for number, line in enumerate(page.code_lines, 1):
        match = pattern.match(line) if len(line) <= LONGEST_LINE else None
        first = _top(page, number) if match else number
        if match is None or first == number or _local(line, match) or one.added.isdisjoint(range(first, number + 1)):
            continue
        opening = next((at for at in range(first, number) if _says_something(page, at)), first)
        start = _FIRST.match(page.comment_lines[opening - 1][:LONGEST_LINE])
        if (
            start
            and "`" not in start.group()
            and distinctive(start["word"])
            and start["after"] not in {".", "/", "-", "@", ":"}
            and not (opening == number - 1 and _alone(page.comment_lines[opening - 1], start["word"]))
        ):
            yield Header(page=page, first=opening, line=number, name=match["name"], word=start["word"])


def _alone(comment: str, word: str) -> bool:
    """Whether the word is the whole comment: then it is an argument, or a heading."""
    return comment.strip("/*#!: \t\r") == word


def _local(line: str, match: re.Match[str]) -> bool:
    """Whether it is a variable inside something: what stands above it speaks of the step, not of the name."""
    return line[:1] in {" ", "\t"} and re.search(r"\b(?:const|let|var|val)\s", match.group()) is not None


def _top(page: Page, number: int) -> int:
    """The first line of the comment directly above a line; the line itself when there is none."""
    first = number
    while first > max(1, number - _MOST_LINES) and _whole_comment(page, first - 1):
        first -= 1
    return first


def _whole_comment(page: Page, number: int) -> bool:
    return not page.code_lines[number - 1].strip() and bool(page.comment_lines[number - 1].strip())


def _says_something(page: Page, number: int) -> bool:
    """Whether a comment line holds more than its marks."""
    return bool(page.comment_lines[number - 1].strip("/*#! \t\r"))


def _names_another(header: Header) -> bool:
    word, page = header.word, header.page
    if word == header.name or _BRANDS.fullmatch(word) or not parts_of(word) & parts_of(header.name):
        return False
    if _TEST.match(header.name):
        return False  # a comment above a test may speak of what is tested
    if "_" in word.strip("_") and "_" not in header.name:
        return False  # a name of another language: `btree_info_t` above `btreeInfoSize`
    if word[0].isupper() and "_" not in word and header.name.islower() and "_" in header.name:
        return False  # a type or a mode above a function that works on it: `FuzzyMulti` above `toggle_fuzzy_multi`
    below = "\n".join(line[:LONGEST_LINE] for line in page.lines[header.line - 1 : header.line + 2])
    opening = page.lines[header.first - 1][:LONGEST_LINE]
    return not _holds(below, word) and not _holds(opening, header.name)


def _holds(text: str, name: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text) is not None


def _said(ground: Ground, header: Header, holders: Sequence[RepoPath]) -> Said:
    page, word, name = header.page, header.word, header.name
    running = any(encoded(word) in one.code_words for one in ground.head.all(holders))
    what = f"{code(word)} is another definition" if running else f"no code in the tree is called {code(word)}"
    between = ["…"] if header.line > header.first + 1 else []
    body = (
        f"The comment begins with {code(word)}, but the definition below it is {code(name)}, and {what}:\n\n"
        f"{block([page.line(header.first), *between, page.line(header.line)])}\n\n"
        "Documentation tools and readers take the first word for the name of what follows."
    )
    return Said(
        kind=KIND,
        title=f"The comment above {code(name)} describes {code(word)}",
        body=body,
        unless=f"Fine if the comment means to compare {code(name)} with {code(word)}.",
        method=(
            f"First word of the comment against the definition below it; word index of "
            f"{count(len(ground.index.paths), 'file')} at head."
        ),
        places=(Place(path=page.path, first=header.first, last=header.line),),
        quote=page.quote(header.first, header.line),
        fix=f"Begin the comment with {code(name)}, or move it to what it describes.",
    )
