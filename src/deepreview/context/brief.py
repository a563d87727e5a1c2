"""What a reviewer is given to read. Everything that comes from the change is data, never instruction."""

from dataclasses import dataclass

from deepreview.model.change import Change


@dataclass(frozen=True, slots=True, kw_only=True)
class Brief:
    """The change and what surrounds it."""

    change: Change
    companions: tuple[str, ...]
    """Files that usually change together with changed ones but did not, as sentences: context, not findings."""
