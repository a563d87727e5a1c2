"""The archive as a branch of the repository, and of its remotes.

Any number of people and processes publish to one branch: each joins what it has with what is there, and where the
branch moved meanwhile it does so again. A process that is killed leaves the branch as it was or as it wanted it.
"""

import random
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from deepreview.collector import without_collector
from deepreview.errors import MachineError, UsageError
from deepreview.git.press import Files, Moved, Press
from deepreview.model.change import Sha
from deepreview.model.resolution import Resolution
from deepreview.publish.content import (
    FORM,
    MARK,
    REPORT,
    entry_anew,
    is_archive,
    joined,
    read_resolution,
    rounds_of,
)
from deepreview.publish.pages import ENTRY, INDEX, bind
from deepreview.publish.shelf import Shelf
from deepreview.render.wording import counted
from deepreview.site.about import About

BRANCH = "reviews"
_PATIENCE = 300.0
"""Seconds that a publisher goes on while others keep being first."""
_PAUSE = 0.4
_STUBBORN = 4
"""Refusals in a row by a remote whose branch has not moved, after which it means it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Remote:
    """A remote to publish to."""

    name: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """Where a branch is now."""

    commit: Sha | None
    """None where there is nothing anywhere."""
    rounds: tuple[str, ...]
    """The rounds that were not there before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What came of the rounds of others."""

    rounds: int
    """Those that are kept now."""
    refused: tuple[str, ...]
    """A sentence for each report that cannot be read; it is not kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Archivist:
    """Writes one branch."""

    press: Press
    branch: str
    about: About

    def publish(self, contents: Mapping[str, bytes], remote: Remote | None = None) -> Published:
        """Add contents to the branch, and with `remote` to its branch too, whatever others add meanwhile."""
        self.press.refuse_checked_out(self.branch)
        own = self.press.store(contents)
        with self.press.turn():
            return self._publish(own, remote)

    def _publish(self, own: Files, remote: Remote | None) -> Published:
        patience = _Patience(until=time.monotonic() + _PATIENCE)
        while True:
            self.press.refuse_left_locked(self.branch)
            before = self.press.tip(self.branch)
            theirs = self.press.fetch(remote.url, self.branch) if remote else None
            done = self._joined(own, before, theirs, theirs if remote else before)
            if done.commit is None:
                return done
            if remote and done.commit != theirs:
                refused = self.press.push(remote.url, self.branch, done.commit)
                if refused:
                    patience.refused(f"{remote.name} refuses {self.branch}: {refused}", theirs)
                    continue
            if self.press.move(self.branch, done.commit, before) is Moved.DONE:
                return done
            patience.wait(f"others keep writing {self.branch}")

    def fetch(self, remote: Remote) -> Published:
        """Bring the branch of a remote together with the one here."""
        self.press.refuse_checked_out(self.branch)
        patience = _Patience(until=time.monotonic() + _PATIENCE)
        while True:
            self.press.refuse_left_locked(self.branch)
            before = self.press.tip(self.branch)
            theirs = self.press.fetch(remote.url, self.branch)
            done = self._joined({}, before, theirs, before)
            if done.commit is None or self.press.move(self.branch, done.commit, before) is Moved.DONE:
                return done
            patience.wait(f"others keep writing {self.branch}")

    def take_in(self, shelf: Shelf) -> Taken:
        """Keep the rounds of the branch that are not on the shelf yet and can be read, and all that was said."""
        tip = self.press.tip(self.branch)
        files = self._files(tip)
        rounds = {name: own[REPORT] for name, own in rounds_of(files).items()}
        new = shelf.lacks(rounds)
        reports = self.press.read({name: rounds[name] for name in new})
        shelf.hear(self._said(files))
        kept, refused = 0, list[str]()
        for name, raw in reports.items():
            try:
                kept += shelf.take_in(name, raw)
            except UsageError as error:
                refused.append(error.message)
        return Taken(rounds=kept, refused=tuple(refused))

    @without_collector()
    def _joined(self, own: Files, ours: Sha | None, theirs: Sha | None, seen: Sha | None) -> Published:
        """A commit of all three; the one that is there already where it holds them. News is what `seen` lacks."""
        known = {tip: self._files(tip) for tip in (theirs, ours) if tip}
        wanted: dict[str, str] = {}
        for files in (*known.values(), own):
            wanted = joined(wanted, files)
        if not wanted:
            return Published(commit=None, rounds=())
        wanted |= self._pages(wanted, next(iter(known.values()), {}))
        new = tuple(sorted(rounds_of(wanted).keys() - rounds_of(known[seen] if seen else {}).keys()))
        tops = [tip for tip in known if not any(self.press.contains(other, tip) for other in known if other != tip)]
        if len(tops) == 1 and known[tops[0]] == wanted:
            return Published(commit=tops[0], rounds=new)
        message = f"Publish {counted(len(new), 'round')}\n\n" + "".join(f"{name}\n" for name in new)
        return Published(commit=self.press.commit(wanted, tops, message if new else "Bring together\n"), rounds=new)

    def _pages(self, wanted: Files, before: Files) -> Files:
        """The site of what is wanted, as far as it can from the pages that were there."""
        rounds = rounds_of(wanted)
        entries = self.press.read({name: own.get(ENTRY, "") for name, own in rounds.items()})
        index = self.press.read({INDEX: before.get(INDEX, "")}).get(INDEX)
        told = {name: entries.get(name, b"") for name in rounds}
        said = tuple(self._said(wanted))

        def anew(name: str) -> bytes | None:
            return entry_anew(self.press.read({REPORT: rounds[name][REPORT]}).get(REPORT))

        bound = bind(self.about, told, said, index, anew)
        if not before.keys() >= set(bound.kept):  # somebody removed pages by hand
            bound = bind(self.about, told, said, None, anew)
        return {path: before[path] for path in bound.kept} | self.press.store({**bound.written, MARK: FORM})

    def _said(self, files: Files) -> Iterator[Resolution]:
        said = self.press.read({path: blob for path, blob in files.items() if path.startswith("resolutions/")})
        return (one for raw in said.values() if (one := read_resolution(raw)))

    def _files(self, tip: Sha | None) -> dict[str, str]:
        files = self.press.files(tip)
        if files and not is_archive(self.press.read({MARK: files.get(MARK, "")}).get(MARK)):
            raise UsageError(
                f"the branch {self.branch} holds something else than reviews of this form",
                hint="name another with --branch",
            )
        return files


@dataclass(kw_only=True)
class _Patience:
    """How long to try again."""

    until: float
    tries: int = 0
    stubborn: int = 0
    seen: Sha | None = None

    def wait(self, why: str) -> None:
        """Let others go first; raises MachineError when that has taken too long."""
        if time.monotonic() > self.until:
            raise MachineError(why, hint="try again, or see what holds the branch")
        self.tries += 1
        time.sleep(random.uniform(0, _PAUSE * min(self.tries, 5)))  # noqa: S311 - not a secret

    def refused(self, why: str, theirs: Sha | None) -> None:
        """A remote said no: to somebody who was late, or for good."""
        self.stubborn = self.stubborn + 1 if theirs == self.seen else 0
        self.seen = theirs
        if self.stubborn >= _STUBBORN:
            raise MachineError(why, hint="check your access and the rules for that branch")
        self.wait(why)
