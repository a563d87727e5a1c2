"""What a rule is given and what it says."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

from deepreview.model.published import Published
from deepreview.model.review import Review
from deepreview.parse.review import Author, parse_review


class Code(Protocol):
    """The reviewed commit."""

    def lines(self, path: str) -> tuple[str, ...] | None:
        """The lines of a file, also where only the end of its path is written; None where there is no such text."""
        ...

    def refuses(self, patch: str) -> str:
        """Why a patch does not apply; empty where it does."""
        ...

    def order(self, shas: Sequence[str]) -> Sequence[str] | None:
        """Abbreviated commits, oldest first; None where one of them is not known."""
        ...


@dataclass(frozen=True, kw_only=True)
class Given:
    """A report and what is known of its surroundings."""

    report: Published
    code: Code | None = None
    without_code: str = "no repository is given"
    """Why there is no code."""
    earlier: tuple[Published, ...] | None = None
    """The reports of the earlier rounds, oldest first; None where nothing is known of them."""
    page: str | None = None
    """The same report as HTML."""

    @cached_property
    def originals(self) -> tuple[Review, ...]:
        """The reviews in the appendix, understood."""
        return tuple(
            parse_review(original.text, Author(name=original.name, family=original.name, number=original.number))
            for original in self.report.originals
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Something that breaks a rule."""

    rule: int
    where: str
    """`I1`, or the name of a section or row."""
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unchecked:
    """A rule, or a part of one, that could not be checked."""

    rule: int
    reason: str


Checked = Iterable[Problem | Unchecked]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One of the ten."""

    number: int
    text: str
    check: Callable[[Given], Checked]
