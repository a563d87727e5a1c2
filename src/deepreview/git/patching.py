"""A patch put into the user's own work tree, and into a commit of its own: only where the user asked for it.

The user's hooks do not run; whoever wants them commits by hand.
"""

from dataclasses import dataclass

from deepreview.git.run import complaint, encode, split_nul
from deepreview.git.source import Source
from deepreview.model.change import Sha


@dataclass(frozen=True, slots=True, kw_only=True)
class Patching:
    """One patch against one work tree."""

    source: Source
    patch: str

    def refused(self) -> str:
        """Why it does not apply to the work tree and the index; empty where it does."""
        return self._apply("--check")

    def apply(self) -> str:
        """Apply it to the work tree and the index; why not, or empty."""
        return self._apply()

    def _apply(self, *how: str) -> str:
        if self.source.bare:
            return "a bare repository has no work tree"
        done = self.source.git.attempt(
            "-C", str(self.source.top), "apply", "--index", "--whitespace=nowarn", *how, "-", stdin=self._bytes
        )
        return "" if done.code == 0 else complaint(done)

    @property
    def _bytes(self) -> bytes:
        return encode(self.patch if self.patch.endswith("\n") else f"{self.patch}\n")

    def commit(self, subject: str) -> Sha | str:
        """The commit that holds the patched files and nothing else that is staged; or why there is none."""
        git, top = self.source.git, str(self.source.top)
        listed = git.attempt("-C", top, "apply", "--numstat", "-z", "-", stdin=self._bytes)
        paths = [row.split("\t", 2)[2] for row in split_nul(listed.stdout)]
        done = git.attempt("-C", top, "commit", "--quiet", "-m", subject, "--only", "--", *map(encode, paths))
        return Sha(git.line("-C", top, "rev-parse", "HEAD")) if done.code == 0 else f"not committed: {complaint(done)}"
