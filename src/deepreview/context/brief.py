"""What a reviewer is given to read. Everything that comes from the change is data, never instruction."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from deepreview.model.change import Change


@dataclass(frozen=True, slots=True, kw_only=True)
class Brief:
    """The change and what surrounds it."""

    change: Change
    companions: tuple[str, ...]
    """Files that usually change together with changed ones but did not, as sentences: context, not findings."""

    def as_markdown(self) -> str:
        """The brief without the hunks, for a person or an agent that reviews by hand; kept in the round's folder."""
        change = self.change
        parts = [f"# {change.title or change.slug}", f"{change.how}: `{change.base}` to `{change.head}`."]
        if change.commits:
            parts += ["## Commits", _fenced(f"{commit.sha[:9]} {commit.subject}" for commit in change.commits)]
        parts += ["## Changed files", _fenced(f"{patch.kind.value:9} {patch.path}" for patch in change.patches)]
        if self.companions:
            parts += ["## Usually changed with these, and not here", "\n".join(f"- {one}" for one in self.companions)]
        return "\n\n".join(parts) + "\n"


def _fenced(lines: Iterable[str]) -> str:
    """Lines of the change as data: in a fence that none of them can close, one line each."""
    shown = [line.encode("unicode_escape").decode() if not line.isprintable() else line for line in lines]
    fence = "`" * max(3, *(1 + _longest(line) for line in shown)) if shown else "```"
    return "\n".join([fence, *shown, fence])


def _longest(line: str) -> int:
    return max((len(run) for run in re.findall(r"`+", line)), default=0)
