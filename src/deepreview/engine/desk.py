"""The real desk and bench: git behind the capabilities that reviewers and checks are given."""

import threading
from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from deepreview import process
from deepreview.agents.base import Agent, Question
from deepreview.archive.folder import RoundFolder
from deepreview.context.history import BlamedLine
from deepreview.context.tree import as_lines
from deepreview.engine.session import Sessions
from deepreview.git import history as past
from deepreview.git.mirror import Mirror
from deepreview.git.run import Git
from deepreview.git.trees import GitTree
from deepreview.git.written import written
from deepreview.model.agent import AgentEvent
from deepreview.model.change import Change, Commit, RepoPath, Sha, Side
from deepreview.model.claim import Claim, Observation, Place
from deepreview.model.event import ClaimMade, Emit
from deepreview.reviewers.base import Output
from deepreview.verify.anchor import squeezed
from deepreview.verify.quote import Source
from deepreview.verify.resolve import PathIndex


@dataclass(eq=False, kw_only=True)
class Repository:
    """The two trees of a change and its history, shared by everybody who looks at it."""

    mirror: Mirror
    change: Change
    _lines: dict[tuple[RepoPath, Side], tuple[str, ...]] = field(default_factory=dict)

    @cached_property
    def git(self) -> Git:
        """Git in the mirror."""
        return self.mirror.git

    @cached_property
    def _commits(self) -> dict[Sha, Commit]:
        """Those of the change, and all that were asked for since."""
        return {commit.sha: commit for commit in self.change.commits}

    @cached_property
    def _trees(self) -> Mapping[Side, GitTree]:
        return {
            Side.BASE: GitTree(git=self.git, commit=self.change.base),
            Side.HEAD: GitTree(git=self.git, commit=self.change.head),
        }

    def tree(self, side: Side) -> GitTree:
        """The files at base or head."""
        return self._trees[side]

    def load(self, places: Iterable[tuple[RepoPath, Side]]) -> None:
        """Read the files that `lines` will be asked for, all of a side at once."""
        wanted: dict[Side, list[RepoPath]] = {}
        for path, side in dict.fromkeys(places):
            if (path, side) not in self._lines:
                wanted.setdefault(side, []).append(path)
        for side, paths in wanted.items():
            contents = self.tree(side).read(paths)
            self._lines |= {(path, side): as_lines(contents.get(path, b"")) for path in paths}

    def lines(self, path: RepoPath, side: Side) -> tuple[str, ...]:
        """The lines of a file at a side, without their ends; empty when it is not there or has no text."""
        self.load([(path, side)])
        return self._lines[path, side]

    def blame(self, path: RepoPath, lines: Sequence[int], side: Side) -> Mapping[int, BlamedLine]:
        """The writer of each line, over all history before that side."""
        tip = self.change.base if side is Side.BASE else self.change.head
        return self._told(past.blame(self.git, tip, {path: lines})[path])

    def written(self, wanted: Mapping[RepoPath, Sequence[int]]) -> Mapping[RepoPath, Mapping[int, BlamedLine]]:
        """The writer of lines of head, looking no further back than base."""
        return {path: self._told(lines) for path, lines in written(self.git, self.change, wanted).items()}

    def commit(self, sha: Sha) -> Commit:
        """One commit's text."""
        if sha not in self._commits:
            self._commits[sha] = past.commit_of(self.git, sha)
        return self._commits[sha]

    def files(self, sha: Sha) -> Mapping[RepoPath, tuple[int, int]]:
        """Lines that a commit added to and removed from each file."""
        return past.files_of(self.git, sha)

    def _told(self, lines: Mapping[int, past.Written]) -> dict[int, BlamedLine]:
        commits = {sha: self.commit(sha) for sha in sorted({line.commit for line in lines.values()})}
        return {
            number: BlamedLine(
                commit=line.commit,
                subject=commits[line.commit].subject,
                author=commits[line.commit].author,
                at=commits[line.commit].at,
                boundary=line.boundary,
            )
            for number, line in lines.items()
        }


@dataclass(eq=False)
class ReviewedFiles:
    """The files of a change as claims mean them."""

    repository: Repository

    def resolve(self, place: Place) -> Place | None:
        """The place with the path that it means; None when there is no such file, or more than one."""
        return self._index.resolve(place)

    def namesake(self, path: str) -> bool:
        """Whether a file that exists may be meant by a path that does not."""
        return self._index.namesake(path)

    def source(self, path: str, side: Side) -> Source | None:
        """A file's content; None when it is not there."""
        entry = self.repository.tree(side).entries().get(RepoPath(path))
        return Source(blob=entry.blob, lines=self.repository.lines(RepoPath(path), side)) if entry else None

    def changed(self, line: str) -> bool:
        """Whether a line, given without white space, stands in any changed file at either side."""
        return line in self._changed_lines

    @cached_property
    def _index(self) -> PathIndex:
        trees = {side: frozenset[str](self.repository.tree(side).entries()) for side in Side}
        return PathIndex(trees=trees, changed=frozenset(path for path, _ in self._touched))

    @cached_property
    def _changed_lines(self) -> frozenset[str]:
        self.repository.load(self._touched)
        return frozenset(line for path, side in self._touched for line in squeezed(self.repository.lines(path, side)))

    @cached_property
    def _touched(self) -> list[tuple[RepoPath, Side]]:
        patches = self.repository.change.patches
        return [at for patch in patches for at in ((patch.path, Side.HEAD), (patch.old_path, Side.BASE))]


@dataclass(kw_only=True)
class ReviewerDesk:
    """One reviewer's desk. What is said goes to disk first; after the reviewer's end nothing more is taken."""

    reviewer: str
    repository: Repository
    folder: RoundFolder
    scratch: Path
    environ: Mapping[str, str]
    emit: Emit
    talks: Sessions | None = None
    said: list[Claim | Observation] = field(default_factory=list)
    closed: bool = False
    _ids: set[str] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def tree(self, side: Side) -> GitTree:
        """The files at base or head."""
        return self.repository.tree(side)

    @property
    def history(self) -> Repository:
        """What git remembers."""
        return self.repository

    async def run(self, argv: Sequence[str], *, cwd: Path, stdin: bytes = b"") -> Output:
        """Run a program with an environment built from an allow-list."""
        home = self.scratch / ".home"
        home.mkdir(exist_ok=True)
        env = process.allowed(self.environ, home)
        done = await process.run(argv, env=env, cwd=cwd, stdin=stdin)
        return Output(code=done.code, stdout=done.stdout, stderr=done.stderr, seconds=done.seconds)

    async def ask(self, agent: Agent, question: Question, number: int = 1) -> AsyncGenerator[AgentEvent]:
        """Ask an agent; see `engine/session.py`."""
        if self.talks is None:
            raise RuntimeError(f"{self.reviewer} asks {agent.spec}, and no agent was announced")
        async with aclosing(self.talks.ask(agent, question, number)) as events:
            async for event in events:
                yield event

    def say(self, said: Claim | Observation) -> None:
        """Put something on record; raises RuntimeError once the reviewer's time is over, ValueError for nonsense."""
        with self._lock:
            if self.closed:
                raise RuntimeError(f"{self.reviewer} spoke after its end")
            if isinstance(said, Claim):
                self._admit(said)
            self.folder.append(self.reviewer, said)
            self.said.append(said)
        if isinstance(said, Claim) and not said.suppressed:
            place = said.main
            self.emit(
                ClaimMade(
                    reviewer=self.reviewer,
                    severity=said.severity,
                    title=said.title,
                    path=place.path if place else "",
                    line=place.first if place else 0,
                )
            )

    def _admit(self, claim: Claim) -> None:
        """Refuse what later stages could not count or place, while the reviewer can still be blamed for it."""
        if claim.reviewer != self.reviewer or not claim.id.startswith(f"{self.reviewer}/"):
            raise ValueError(f"the claim {claim.id} of {claim.reviewer} is not one of {self.reviewer}")
        if claim.id in self._ids:
            raise ValueError(f"two claims are called {claim.id}")
        self._ids.add(claim.id)

    def close(self) -> tuple[Claim | Observation, ...]:
        """Take nothing more; all that was said."""
        with self._lock:
            self.closed = True
            return tuple(self.said)
