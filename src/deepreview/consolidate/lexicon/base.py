"""What an entry of the lexicon is."""

from dataclasses import dataclass
from enum import Enum


class Told(Enum):
    """What tells two claims about one line apart that name the same kind of defect."""

    NOTHING = "nothing"
    """A line has one of these."""
    NAMES = "names"
    """The names that both mark as code, where they differ."""
    MISSING = "missing"
    """That no name in one is marked as code in the other: a line may well have several."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Defect:
    """A kind of defect that has a name."""

    name: str
    rules: str = ""
    """Names of rules, and numbers in CWE; a rule of Ruff's that is Bandit's with another letter is not listed."""
    said: str
    told: Told = Told.NOTHING
    exploit: bool = False
    """Whether who finds it can do more than what the program is for: run code, read what is not theirs."""
