"""Rules 1 and 2: what is cited is there, what is proposed applies, and what was run can be run again."""

import re
from collections.abc import Iterable

from deepreview.lint.base import Checked, Given, Problem, Unchecked
from deepreview.model.claim import Place
from deepreview.model.published import PublishedFinding
from deepreview.parse.lines import read_lines
from deepreview.parse.places import places_in, written
from deepreview.parse.statement import Block, blocks, statement
from deepreview.verify.anchor import anchor

NEAR = 10
"""Lines that a quote may stand away from what is cited."""
_PRIVATE = re.compile(r"(?:/home/|/Users/|/root/|/private/|/tmp/|/var/folders/|[A-Z]:\\Users\\)[\w.-]+")
_SAVED = re.compile(r"\bsave\b.{0,40}\bas\b|\bsave-as\b|\bfile:", re.IGNORECASE)
_RUN = re.compile(r"\brun\b|\$ ", re.IGNORECASE)
_HEAD = 12
"""Lines of a reproducer within which it says how to run it."""


def cited(given: Given) -> Checked:
    """Each cited file and range exists at the reviewed commit, and the quoted code stands there."""
    if given.code is None:
        yield Unchecked(rule=1, reason=given.without_code)
        return
    for finding in given.report.findings:
        yield from _cited(given, finding)


def _cited(given: Given, finding: PublishedFinding) -> Checked:
    assert given.code is not None
    said = statement(read_lines(finding.text, lambda _: False))
    stood = []
    for place in finding.places:
        lines = given.code.lines(place.path)
        if lines is None:
            yield Problem(rule=1, where=finding.alias, message=f"the reviewed commit has no file {place.path}")
        elif place.last > len(lines):
            message = f"{written([place])} is beyond the {len(lines)} lines of that file"
            yield Problem(rule=1, where=finding.alias, message=message)
        else:
            stood.append((place, lines))
    if said.quote and stood and not any(_stands(place, said.quote, lines) for place, lines in stood):
        yield Problem(
            rule=1, where=finding.alias, message=f"the quoted code does not stand at {written([stood[0][0]])}"
        )
    for place in places_in(said.text):
        lines = given.code.lines(place.path)
        if lines is not None and place.last > len(lines):
            message = f"the text cites {written([place])}, and that file has {len(lines)} lines"
            yield Problem(rule=1, where=finding.alias, message=message)


def _stands(place: Place, quote: str, lines: tuple[str, ...]) -> bool:
    found = anchor(place, quote, lines)
    if found is None:
        return False
    return not place.first or (found.first <= place.last + NEAR and place.first - NEAR <= found.last)


def proofs(given: Given) -> Checked:
    """Each patch applies; each reproducer says how to run it and what it printed, without a private path."""
    for finding in given.report.findings:
        parts = list(blocks(read_lines(finding.text, lambda _: False)))
        patches = [part.code + "\n" for part in parts if (part.fence or "").split()[:2] == ["diff", "patch"]]
        for patch in patches if given.code else ():
            assert given.code is not None
            if why := given.code.refuses(patch):
                yield Problem(rule=2, where=finding.alias, message=f"its patch does not apply: {why}")
        if patches and given.code is None:
            yield Unchecked(rule=2, reason=f"{finding.alias} holds a patch, and {given.without_code}")
        yield from _reproducers(finding, parts)


def _reproducers(finding: PublishedFinding, parts: Iterable[Block]) -> Checked:
    told = [part for part in parts if part.fence and "repro" in part.fence]
    for number, part in enumerate(told):
        if "repro-output" in (part.fence or ""):
            if private := _PRIVATE.search(part.code):
                yield Problem(rule=2, where=finding.alias, message=f"its output shows a private path, {private[0]}")
            continue
        head = "\n".join(part.code.split("\n")[:_HEAD])
        if not (_SAVED.search(head) and _RUN.search(head)):
            message = "its reproducer does not say what to save it as and how to run it"
            yield Problem(rule=2, where=finding.alias, message=message)
        following = told[number + 1] if number + 1 < len(told) else None
        if following is None or "repro-output" not in (following.fence or ""):
            yield Problem(rule=2, where=finding.alias, message="its reproducer has no output")
