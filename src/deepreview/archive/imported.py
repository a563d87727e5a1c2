"""Published reports in the archive: the text of each as it came, read anew whenever it is needed.

<archive>/<owner>--<name>/<stem>/published.md    a text that was published again replaces it
<archive>/<owner>--<name>/<stem>/published-<hash>.md   and the earlier one is kept under its hash

Nothing is made of a report that its text does not say: there is no plan, no report.json, no round to resume.
"""

import hashlib
import os
import tempfile
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from deepreview.archive.folder import PLAN_FILE, writing
from deepreview.errors import UsageError

PUBLISHED_FILE = "published.md"


class Kept(Enum):
    """What came of keeping a text."""

    NEW = "new"
    SAME = "already there"
    REPLACED = "published again"


@dataclass(frozen=True, slots=True, kw_only=True)
class Publications:
    """The published reports of all repositories."""

    root: Path

    def all(self, shelf: str = "") -> tuple[Path, ...]:
        """Their folders, of one repository or of all; oldest first."""
        found = [text.parent for text in self.root.glob(f"{shelf or '*'}/*/{PUBLISHED_FILE}")]
        return tuple(sorted(found, key=lambda folder: (folder.name, str(folder))))

    def keep(self, shelf: str, name: str, content: bytes) -> Kept:
        """Keep a text under that name; raises UsageError where a round of our own has it."""
        folder = self.root / shelf / name
        if (folder / PLAN_FILE).exists():
            raise UsageError(f"{folder} is a round that was made here", hint="give the report's file another name")
        target = folder / PUBLISHED_FILE
        with writing(folder):
            folder.mkdir(parents=True, exist_ok=True)
            earlier = target.read_bytes() if target.exists() else None
            if earlier == content:
                return Kept.SAME
            if earlier is not None:
                _write(folder / f"published-{hashlib.sha256(earlier).hexdigest()[:12]}.md", earlier)
            _write(target, content)
        return Kept.NEW if earlier is None else Kept.REPLACED


def _write(target: Path, content: bytes) -> None:
    """Write it whole or leave what was there."""
    handle, fresh = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(fresh).replace(target)
    except BaseException:
        Path(fresh).unlink(missing_ok=True)
        raise
