"""What every command needs from the outside: the environment, the clock, the folder."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from deepreview import wiring
from deepreview.archive.folder import Archive, shelf_of
from deepreview.config.load import Loaded, load
from deepreview.errors import UsageError
from deepreview.git.mirror import mirror_path
from deepreview.git.source import open_source
from deepreview.git.target import Place

TOOL = f"deepreview {version('deepreviewer')}"


def environment() -> Mapping[str, str]:
    """The process's environment: the one place that reads it."""
    return dict(os.environ)  # noqa: TID251 - cli/ is where the environment comes in


def now() -> datetime:
    """The time, in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """The options that every command shares."""

    repo: Path
    archive: Path | None
    config: Path | None

    def place(self) -> Place:
        """Where to look and where to keep."""
        environ = environment()
        return Place(folder=self.repo.absolute(), cache=wiring.folders(environ)[0], environ=environ)

    def loaded(self) -> Loaded:
        """The settings without a project's file."""
        return load({"archive": self.archive}, environment(), wiring.named_file(self.config))

    def rounds(self) -> Archive:
        """The archive."""
        return wiring.archive(self.loaded().settings, environment())

    def shelf(self) -> str:
        """Where in the archive this repository's rounds are; empty outside a repository."""
        place = self.place()
        try:
            source = open_source(place.folder, place.environ)
        except UsageError:
            return ""
        return shelf_of(source.name, mirror_path(place.cache, source.name, source.key))
