"""What a check is and what it may look at."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from deepreview.context.history import BlamedLine
from deepreview.context.tree import Tree
from deepreview.model.change import Change, RepoPath, Side
from deepreview.model.evidence import Evidence
from deepreview.model.finding import Finding, Fingerprint


class Bench(Protocol):
    """Everything that a check may look at."""

    @property
    def change(self) -> Change:
        """The change under review."""
        ...

    def tree(self, side: Side) -> Tree:
        """The files at base or head."""
        ...

    def written(self, wanted: Mapping[RepoPath, Sequence[int]]) -> Mapping[RepoPath, Mapping[int, BlamedLine]]:
        """Who wrote lines of head, looking no further back than base; lines older than that are boundaries."""
        ...


class Check(Protocol):
    """Observes one thing about many findings at once."""

    @property
    def name(self) -> str:
        """Short, lower case."""
        ...

    def examine(self, findings: Sequence[Finding], bench: Bench) -> Mapping[Fingerprint, Evidence]:
        """What was observed, by finding; those that it does not apply to are left out."""
        ...
