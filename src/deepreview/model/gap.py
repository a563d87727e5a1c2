"""What no test would notice and no document says: no defect at a place, and yet something to answer."""

from dataclasses import dataclass

from deepreview.model.claim import Section
from deepreview.model.finding import Fingerprint, Since, State


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """One numbered item of what reviewers say of tests or documents."""

    alias: str
    """`TG1` of tests, `DG2` of documents: unique in one report, not across rounds."""
    fingerprint: Fingerprint
    """The same in all rounds that have it."""
    section: Section
    """Testing or documentation."""
    text: str
    """Markdown, as the newest round with it says it."""
    reviewers: tuple[str, ...]
    state: State
    reason: str
    """Why it was declined, where it is followed up, or why it is open again, as part of a sentence; may be empty."""
    since: Since | None
    """The first round that has it; None where this one is the first."""
    again: bool
    """Whether this round says it; if not it is carried from an earlier one."""

    @property
    def title(self) -> str:
        """Its first sentence or its bold part, without marks."""
        first = self.text.strip().split("\n", 1)[0]
        bold = first.split("**")
        return (bold[1] if first.startswith("**") and len(bold) > 1 else first).strip(" .:")
