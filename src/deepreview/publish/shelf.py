"""The rounds of one repository on this machine: what can be published, and where those of others are put."""

import hashlib
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from deepreview import wire
from deepreview.archive.folder import REPORT_FILE, Archive, RoundFolder, writing
from deepreview.archive.resolutions import FILE, Resolutions
from deepreview.errors import UsageError
from deepreview.model.resolution import Resolution
from deepreview.publish.content import resolution_file, round_files


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """One repository's part of the archive."""

    archive: Archive
    name: str

    @property
    def path(self) -> Path:
        """Its folder."""
        return self.archive.root / self.name

    @property
    def resolutions(self) -> Resolutions:
        """What became of its findings."""
        return Resolutions(path=self.path / FILE)

    def finished(self) -> tuple[RoundFolder, ...]:
        """The rounds that have a report, oldest first."""
        return tuple(folder for folder in self.archive.rounds(self.name) if folder.finished)

    def contents(self, rounds: Iterable[RoundFolder]) -> dict[str, bytes]:
        """All that there is to publish of these rounds, and every resolution."""
        found: dict[str, bytes] = {}
        for folder in rounds:
            raw = _read(folder.path / REPORT_FILE)
            files = round_files(raw, wire.load_report(raw, folder.path.name))
            found |= {f"rounds/{folder.path.name}/{name}": content for name, content in files.items()}
        return found | dict(resolution_file(said) for said in self.resolutions.all())

    def lacks(self, rounds: Mapping[str, str]) -> tuple[str, ...]:
        """Which of these rounds, given with the object of each report, may not be here.

        A name that is taken is looked into only where a second round has it.
        """
        twins = {name.partition("~")[0] for name in rounds if "~" in name}
        here = {folder.path.name for folder in self.archive.rounds(self.name)}
        return tuple(name for name in rounds if name not in here or name.partition("~")[0] in twins)

    def take_in(self, name: str, raw: bytes) -> bool:
        """Keep a report of somebody else's round; False where it is here already.

        Only its JSON is taken: whatever is shown of it is rendered here. Raises UsageError where it cannot be read.
        """
        place = self._free(name, raw)
        if place is None:
            return False
        wire.load_report(raw, f"the published round {name}")
        with writing(self.path):
            self.path.mkdir(parents=True, exist_ok=True)
            fresh = Path(tempfile.mkdtemp(prefix=".fetched-", dir=self.path))
            try:
                (fresh / REPORT_FILE).write_bytes(raw)
                fresh.chmod(0o755)
                fresh.rename(place)  # whole or not at all
            except OSError:
                if place.exists():  # another process was first
                    return False
                raise
            finally:
                shutil.rmtree(fresh, ignore_errors=True)
        return True

    def hear(self, said: Iterable[Resolution]) -> int:
        """Keep what others said about findings; how many of it was new."""
        known = set(self.resolutions.all())
        new = [one for one in dict.fromkeys(said) if one not in known]
        if new:
            self.resolutions.append(sorted(new, key=lambda one: one.at))
        return len(new)

    def _free(self, name: str, raw: bytes) -> Path | None:
        digest = hashlib.sha1(b"blob %d\0%b" % (len(raw), raw), usedforsecurity=False).hexdigest()
        for place in (self.path / name, self.path / f"{name.partition('~')[0]}~{digest[:8]}"):
            if not place.exists():
                return place
            report = place / REPORT_FILE
            if report.exists() and report.read_bytes() == raw:
                return None
        return None


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(
            f"{path} cannot be read: {error.strerror}", hint="`deepreview list` shows the rounds"
        ) from error
