"""Quoted code held against files, whatever its indentation: the same measure by which fingerprints are made."""

import difflib
from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

from deepreview.model.change import Commit, Sha, Side
from deepreview.model.finding import Finding


class Code(Protocol):
    """The reviewed code, and what git still has of earlier rounds."""

    def lines(self, commit: Sha, path: str) -> tuple[str, ...] | None:
        """A file of any round's commit; empty for one that is no text, None where it is not there or not known."""
        ...

    def renames(self, commit: Sha) -> Mapping[str, str]:
        """What files of an earlier round's commit are called now, by their names then; only those renamed since."""
        ...

    def left(self, commit: Sha, path: str, code: Sequence[str]) -> Commit | None:
        """The newest commit since that one, or of this change, that removed the code from the file, if one did."""
        ...

    def uses(self, commit: Sha, symbol: str) -> Mapping[str, str] | None:
        """Each line of code that names a symbol, without white space, with one of its places; None if too many do."""
        ...

    def commit(self, sha: Sha) -> Commit | None:
        """A commit's text; None where git does not have it any more."""
        ...


_CUT = 400
"""Characters at which a stored quote's lines are cut."""


def plain(lines: Sequence[str]) -> tuple[str, ...]:
    """The lines without indentation and blank ones."""
    return tuple(bare for line in lines if (bare := " ".join(line.split())))


def code_of(finding: Finding) -> tuple[str, ...]:
    """The code at its main place; empty for a whole file or none."""
    return plain(finding.main.quote.splitlines()) if finding.main else ()


def at_base(finding: Finding) -> bool:
    """Whether it tells of what the change removed."""
    return finding.main is not None and finding.main.side is Side.BASE


def stands(code: Sequence[str], lines: Sequence[str]) -> bool:
    """Whether the code, as `code_of` gives it, is in the file without a gap."""
    return first_line(code, lines) > 0


def first_line(code: Sequence[str], lines: Sequence[str]) -> int:
    """The number of the line where the code begins; 0 where it does not stand in the file."""
    return next(_begins(code, lines), 0)


def all_lines(code: Sequence[str], lines: Sequence[str]) -> tuple[int, ...]:
    """The numbers of all lines where the code begins."""
    return tuple(_begins(code, lines))


def _begins(code: Sequence[str], lines: Sequence[str]) -> Iterator[int]:
    numbered = [(number, bare) for number, line in enumerate(lines, 1) if (bare := " ".join(line.split()))]
    for at in range(len(numbered) - len(code) + 1) if code else ():
        if all(_same(wanted, numbered[at + offset][1]) for offset, wanted in enumerate(code)):
            yield numbered[at][0]


def _same(quoted: str, line: str) -> bool:
    return line.startswith(quoted) if len(quoted) >= _CUT else line == quoted


def alike(one: Sequence[str], other: Sequence[str]) -> float:
    """How far two pieces of code are the same, from 0 to 1."""
    return difflib.SequenceMatcher(None, "\n".join(one), "\n".join(other), autojunk=False).ratio()
