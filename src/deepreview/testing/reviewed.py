"""A repository and a cache of its own: what a test asks for becomes a pinned change, as in a real run."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from deepreview.git.change import read_change
from deepreview.git.mirror import Mirror
from deepreview.git.target import Asked, Auto, Named, Pin, Place, pin
from deepreview.git.trees import GitTree
from deepreview.model.change import Change, FilePatch, RepoPath, Sha
from deepreview.testing.sandbox import Sandbox


@dataclass(frozen=True, kw_only=True)
class Reviewed:
    """One repository under review, with a home and a cache beside it."""

    root: Path
    box: Sandbox
    environ: dict[str, str] = field(default_factory=dict)

    @classmethod
    def at(cls, root: Path) -> "Reviewed":
        """A new repository in `root/repo`, a home in `root/home`, a cache in `root/cache`."""
        (root / "home").mkdir(parents=True, exist_ok=True)
        environ = {"PATH": os.defpath, "HOME": str(root / "home")}
        return cls(root=root, box=Sandbox(root / "repo"), environ=environ)

    def place(self, folder: Path | None = None, more: Mapping[str, str] | None = None) -> Place:
        """Where to look and what the caller's environment is."""
        environ = {**self.environ, **(more or {})}
        return Place(folder=folder or self.box.path, cache=self.root / "cache", environ=environ)

    def pin(self, asked: Asked | str = "", base: str = "", folder: Path | None = None) -> Pin:
        """Pin what is asked for; a text is a name, no text is what is reviewed by default."""
        return pin(_asked(asked), base, self.place(folder))

    def mirror(self, pinned: Pin) -> Mirror:
        """The mirror that holds the pinned commits."""
        return Mirror(path=pinned.mirror, environ=self.environ)

    def change(self, asked: Asked | str = "", base: str = "", folder: Path | None = None) -> Change:
        """The change that is asked for."""
        pinned = self.pin(asked, base, folder)
        return read_change(pinned, self.mirror(pinned))

    def patches(self, asked: Asked | str = "", base: str = "") -> Mapping[str, FilePatch]:
        """The patches of a change by their path at head."""
        return {patch.path: patch for patch in self.change(asked, base).patches}

    def files(self, asked: Asked | str = "", base: str = "") -> dict[str, bytes]:
        """The content of all files at the head of what is asked for."""
        pinned = self.pin(asked, base)
        return dict(self.tree(pinned.head, pinned).items())

    def tree(self, commit: Sha, pinned: Pin) -> Mapping[RepoPath, bytes]:
        """The content of the files of one commit."""
        tree = GitTree(self.mirror(pinned).git, commit)
        return tree.read(tree.entries())


def _asked(asked: Asked | str) -> Asked:
    if not isinstance(asked, str):
        return asked
    return Named(text=asked) if asked else Auto()
