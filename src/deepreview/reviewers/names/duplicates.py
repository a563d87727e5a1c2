"""Text that stands twice in a row: a comment block (`duplicate-comment`), a word (`doubled-word`)."""

import re
from collections.abc import Iterator
from itertools import islice

from deepreview.context.pages import Page
from deepreview.context.scanner import Flavour
from deepreview.context.targets import is_target
from deepreview.model.claim import DefectClass, Place
from deepreview.reviewers.ground import LONGEST_LINE, Changed, Ground, Said
from deepreview.reviewers.prose import code, count

KIND = "duplicate-comment"
WORD_KIND = "doubled-word"
_SHORTEST = 6
_SIZES = range(8, 1, -1)
_CODE = re.compile(r"[;{}(),]$")
"""How a line of code ends that was switched off; it may well stand twice."""
_MOST_IN_FILE = 20
"""Doubled words of one file: with more of them it is no prose."""
_DOUBLED = re.compile(
    r"(?<![\w.$/@#*=+-])(?<!ed )(?<!listen )(?<!refer )(?<!belong )(?<!respond )(?P<first>"
    r"(?P<word>the|an?|to|of|in|and|for|with|from|by|or|at|be|are|if|we|you|they|this)"
    r"[ \t]++(?P=word)|into[ \t]++to|the[ \t]++an?|an?[ \t]++the)(?![\w$/*=+'’()-])"
)
_PARAMETER_LINE = re.compile(r"[@\\:](?:param|arg|tparam|typeparam)\b")
_PARAMETERS = frozenset({"to", "a", "by", "at"})
"""Of these words, those that programs use as names too and that are no keyword of a language."""
_BELOW = 6
_QUOTES = re.compile(r"""`[^`]{0,400}`|"[^"]{0,400}"|“[^”]{0,400}”|(?<!\w)'[^']{0,400}'(?!\w)""")


def comment_lines_added(ground: Ground) -> int:
    """How many added lines hold comment or prose."""
    return sum(1 for one in ground.authored for number in _own_lines(one) if one.page.comment_lines[number - 1].strip())


def duplicated(ground: Ground) -> list[Said]:
    """One claim for each block of comment lines that follows itself."""
    return [_block_said(one.page, *found) for one in ground.authored for found in _blocks(one)]


def doubled(ground: Ground) -> list[Said]:
    """One claim for each added line of comment or prose that says a small word twice."""
    targets = [one for one in ground.authored if is_target(one.patch.path)]
    old = {text.strip() for one in ground.changed for hunk in one.patch.hunks for _, text in hunk.removed()}
    return [
        _word_said(one.page, number, said)
        for one in targets
        for number, said in islice(_words(one), _MOST_IN_FILE)
        if one.page.line(number).strip() not in old
    ]


def _own_lines(one: Changed) -> Iterator[int]:
    yield from (number for number in sorted(one.added) if number <= len(one.page.lines))


def _runs(numbers: list[int]) -> Iterator[tuple[int, int]]:
    """First and last of each run of consecutive numbers."""
    start = 0
    for at in range(1, len(numbers) + 1):
        if at == len(numbers) or numbers[at] != numbers[at - 1] + 1:
            yield numbers[start], numbers[at - 1]
            start = at


def _blocks(one: Changed) -> Iterator[tuple[int, int]]:
    """Where a block begins that is written twice, and how many lines it has."""
    page = one.page
    if page.flavour is Flavour.PROSE:
        return
    plain = [number for number in _own_lines(one) if not page.code_lines[number - 1].strip()]
    for first, last in _runs(plain):
        lines = [page.comment_lines[number - 1].strip() for number in range(first, last + 1)]
        at = 0
        while at < len(lines):
            again = lines[at] in lines[at + 2 : at + 1 + _SIZES.start]
            size = next((size for size in _SIZES if _twice(lines, at, size)), 0) if again else 0
            if size:
                yield first + at, size
            at += 2 * size or 1


def _twice(lines: list[str], at: int, size: int) -> bool:
    if lines[at] != lines[min(at + size, len(lines) - 1)]:
        return False
    block = lines[at : at + size]
    if block != lines[at + size : at + 2 * size] or len(set(block)) < size or all(map(_CODE.search, block)):
        return False
    return all(len(line.strip("/*# \t")) > _SHORTEST for line in block)


def _block_said(page: Page, first: int, size: int) -> Said:
    return Said(
        kind=KIND,
        title=f"The same {size} comment lines stand twice in a row",
        body=f"Lines {first} to {first + size - 1} are repeated word for word right below, by this change.",
        unless="Fine if the repetition is meant, as in a table drawn in text.",
        method="Added comment lines compared with those that follow them.",
        places=(Place(path=page.path, first=first, last=first + 2 * size - 1),),
        quote=page.quote(first, first + 2 * size - 1),
        fix=f"Remove {count(size, 'line')} of the two blocks.",
        defect=DefectClass.ENHANCEMENT,
    )


def _words(one: Changed) -> Iterator[tuple[int, str]]:
    page = one.page
    for number in _own_lines(one):
        line = page.comment_lines[number - 1]
        if number in page.fenced or not line.strip() or _PARAMETER_LINE.search(line) or len(line) > LONGEST_LINE:
            continue
        match = _DOUBLED.search(line)
        if match and (match := _DOUBLED.search(_QUOTES.sub(" . ", line))) and not _a_name(page, number, match["first"]):
            yield number, match["first"]


def _a_name(page: Page, number: int, said: str) -> bool:
    """Whether the second word is what the code right below calls something: "writes it to to"."""
    word = said.rsplit(maxsplit=1)[-1]
    below = "\n".join(line[:LONGEST_LINE] for line in page.code_lines[number : number + _BELOW])
    return word in _PARAMETERS and re.search(rf"(?<!\w){word}(?!\w)", below) is not None


def _word_said(page: Page, number: int, said: str) -> Said:
    return Said(
        kind=WORD_KIND,
        title=f"Doubled word: {code(said)}",
        body=f"The added text says {code(said)}.",
        unless="Fine if the words belong to an example that is quoted without marks.",
        method="Added comments and documents searched for small words that follow themselves; quotes left out.",
        places=(Place(path=page.path, first=number, last=number),),
        quote=page.quote(number, number),
        fix="Drop one of the two words.",
        defect=DefectClass.ENHANCEMENT,
    )
