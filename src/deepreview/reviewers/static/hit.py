"""What passes between the files on disk, the analysers and the comparison."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from deepreview.model.change import RepoPath
from deepreview.reviewers.base import Output


class Unreadable(Exception):  # noqa: N818 - the output is what cannot be read
    """An analyser printed something else than its report; the text says what."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Laid:
    """A file of one side, on disk under a neutral name: nothing in a path can steer a tool or configure it."""

    path: RepoPath
    """Where it really is at its side."""
    name: str
    """Relative to the side's folder, the same at both sides."""
    language: str
    """As in `trees.LANGUAGES`, or `dockerfile`, `prose`, `other`."""
    lines: tuple[str, ...]
    content: bytes

    def quote(self, first: int, last: int) -> str:
        """The source of these lines as it stands in the file."""
        return "\n".join(self.lines[first - 1 : last])


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One thing that one analyser said about one side."""

    kind: str
    """`ruff:F821`, or the name of a rule of our own."""
    path: RepoPath
    first: int
    last: int
    key: str
    """What it is about, without white space, place or version: equal hits of base and head have equal keys."""
    message: str
    """In the analyser's words; empty for our own rules."""
    node: str = ""
    """The matched code, of tree rules."""
    names: Mapping[str, str]
    """What the texts of the finding may quote."""
    reach: tuple[int, int] = (0, 0)
    """Lines of which one must be new, where they are not `first` to `last`."""
    edits: tuple["Edit", ...] = ()
    """A correction that is certain."""

    @property
    def lines(self) -> range:
        """The lines of which one must be new: of a long node only its beginning."""
        if self.reach != (0, 0):
            return range(self.reach[0], self.reach[1] + 1)
        return range(self.first, min(self.last, self.first + 3) + 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """Replace part of one line; columns count characters from 0."""

    line: int
    start: int
    end: int
    text: str


class Analyser(Protocol):
    """One program that reads files and prints what is wrong with them."""

    @property
    def name(self) -> str:
        """As shown and as used for switching it off."""
        ...

    @property
    def program(self) -> str:
        """The name of the executable."""
        ...

    @property
    def install(self) -> str:
        """How to add it, as a command."""
        ...

    def wants(self, laid: Laid) -> bool:
        """Whether it can read this file."""
        ...

    def argv(self, names: Sequence[str], kit: Path) -> Sequence[str]:
        """Arguments after the program, run in the side's folder; `kit` holds configuration of our own."""
        ...

    def parse(self, output: Output, files: Mapping[str, Laid]) -> Sequence[Hit]:
        """The hits, by the neutral names of the files; raises Unreadable."""
        ...


def squeezed(text: str) -> str:
    """The text without any white space."""
    return "".join(text.split())


def line_key(laid: Laid, line: int) -> str:
    """The source line as identity of what a line-based tool said about it."""
    return squeezed(laid.lines[line - 1]) if 0 < line <= len(laid.lines) else ""
