"""What was asked for becomes two commits, pinned in our mirror before anything is read."""

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from deepreview.errors import UsageError
from deepreview.git import snapshot
from deepreview.git.mirror import Mirror, open_mirror
from deepreview.git.run import EMPTY_TREE
from deepreview.git.source import Source, open_source
from deepreview.model.change import Sha

_PULL_URL = re.compile(r"https://github\.com/([\w.-]+)/([\w.-]+)/pull/([1-9]\d{0,8})(?:[/?#].*)?")
_SHORTEST_SHA = 7
_WHOLE_SHA = re.compile(r"\b[0-9a-f]{40}\b")
_PULL_NUMBER = re.compile(r"#?([1-9]\d{0,8})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Auto:
    """The current branch; where it has nothing of its own, the uncommitted work, else the last commit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A branch, a commit, a range, a pull request's number or address."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Staged:
    """What is staged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkTree:
    """All that is not committed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PatchText:
    """A patch to apply to the current commit."""

    name: str
    content: bytes


Asked = Auto | Named | Staged | WorkTree | PatchText


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where to look and where to keep."""

    folder: Path
    cache: Path
    environ: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pin:
    """Two commits of a mirror and how they were chosen: all that is needed to see the change again."""

    mirror: Path
    base: Sha
    head: Sha
    slug: str
    repo: str
    url: str
    how: str
    branch: str = ""
    number: int = 0
    committed: bool = True


def pin(asked: Asked, base: str, place: Place) -> Pin:
    """Pin what was asked for; `base` overrides what it is compared with. Raises UsageError when it does not exist."""
    match asked:
        case Named(text=text) if match := _PULL_URL.fullmatch(text):
            return _pull_elsewhere(match[1], match[2], int(match[3]), place)
        case Named(text=text) if "://" in text:
            raise UsageError(
                f"{text} is not the address of a pull request on GitHub, the only kind that is known by address",
                hint="fetch its branch, and name that",
            )
        case _:
            source = open_source(place.folder, place.environ)
            mirror = open_mirror(place.cache, source.name, source.key, place.environ)
            return _Pinner(source=source, mirror=mirror, base=base).pin(asked)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pinner:
    source: Source
    mirror: Mirror
    base: str

    def pin(self, asked: Asked) -> Pin:
        match asked:
            case Auto():
                return self._auto()
            case Staged():
                head = self._head(allow_none=True)
                return self._made(snapshot.of_index(self.source, self.mirror, head), head, "staged", "what is staged")
            case WorkTree():
                head = self._head(allow_none=True)
                made = snapshot.of_work_tree(self.source, self.mirror, head)
                return self._made(made, head, "worktree", "all that is not committed")
            case PatchText(name=name, content=content):
                base = self._commit(self.base) if self.base else self._head()
                made = snapshot.of_patch(self._with(base), base, content, name)
                return self._made(made, base, f"patch-{_slug(Path(name).stem)}", f"the patch {name}")
            case Named(text=text):
                return self._named(text)

    def _auto(self) -> Pin:
        head = self._head()
        against = self.base or self.source.default_branch
        branch = self.source.current
        if against:
            base = self._fork(self._commit(against), head, follow_merges=False)
            if base != head:
                how = f"{_titled(branch, head)} against its merge base with {against}"
                return self._pin(base, head, _slug(branch) or head[:9], how, branch=branch)
        itself = not against or branch == against
        idle = f"this is {branch or 'one commit'} itself" if itself else f"it has no commits beyond {against}"
        if not self.source.bare:
            made = snapshot.of_work_tree(self.source, self.mirror, head)
            if self._differ(head, made):
                return self._made(made, head, "worktree", f"all that is not committed, since {idle}")
        return self._one(head, f"the last commit, since {idle} and nothing is uncommitted", branch=branch)

    def _named(self, text: str) -> Pin:
        if ".." in text:
            return self._range(text)
        if branch := self.source.branch(text):
            return self._branch(branch)
        if (match := _PULL_NUMBER.fullmatch(text)) and self._means_pull(text):
            return self._pull(int(match[1]))
        head = self._commit(text)
        return self._one(head, f"commit {text} against its first parent")

    def _means_pull(self, text: str) -> bool:
        """Whether a number is a pull request's and not the start of a commit's name."""
        if text.startswith("#"):
            return True
        return bool(self.source.remotes) and not (len(text) >= _SHORTEST_SHA and self.source.commit(text))

    def _branch(self, branch: str) -> Pin:
        against = self.base or self.source.default_branch
        if not against:
            raise UsageError(f"nothing says what {branch} is to be compared with", hint="name a branch with --base")
        head = self._commit(branch)
        base = self._fork(self._commit(against), head, follow_merges=True)
        if base == head:
            raise UsageError(f"{branch} has no commits beyond {against}", hint="name a commit, or a range like A..B")
        return self._pin(
            base, head, _slug(branch), f"branch {branch} against its merge base with {against}", branch=branch
        )

    def _range(self, text: str) -> Pin:
        dots = "..." if "..." in text else ".."
        left, right = (side or "HEAD" for side in text.split(dots, 1))
        first, head = self._commit(left), self._commit(right)
        base = self._fork(first, head, follow_merges=False) if dots == "..." else first
        left, right = _brief(left), _brief(right)
        how = f"{right} against {left}" if dots == ".." else f"{right} against its merge base with {left}"
        return self._pin(base, head, _slug(_brief(text)), how, branch=self.source.branch(right))

    def _pull(self, number: int) -> Pin:
        remotes = self.source.remotes
        if not remotes:
            raise UsageError(f"#{number} needs a remote, and this repository has none", hint="give the address instead")
        name, url = next(((n, u) for n, u in remotes.items() if "github.com" in u), next(iter(remotes.items())))
        if self.source.complete:  # what is on this machine need not come over the network
            self._with(*(sha for known in (self.source.default_branch, "HEAD") if (sha := self.source.commit(known))))
        return _pull_request(self.mirror, url, number, repo=self.source.name, web=self.source.url, told=name)

    def _one(self, head: Sha, how: str, branch: str = "") -> Pin:
        """One commit against its first parent; a merge so shows what it brought in."""
        if self._with(head).cut_at(head):
            raise UsageError(
                f"the parent of {head[:9]} is not in this clone, which is shallow",
                hint="`git fetch --deepen=1` brings it",
            )
        parent = self.mirror.git.line("rev-parse", "--verify", "--quiet", f"{head}^1")
        return self._pin(Sha(parent) if parent else EMPTY_TREE, head, head[:9], how, branch=branch)

    def _made(self, head: Sha, base: Sha, slug: str, how: str) -> Pin:
        pinned = self._pin(base, head, slug, how, branch=self.source.current)
        return replace(pinned, committed=False)

    def _pin(self, base: Sha, head: Sha, slug: str, how: str, branch: str = "") -> Pin:
        self._with(base, head)
        return Pin(
            mirror=self.mirror.path,
            base=base,
            head=head,
            slug=slug,
            repo=self.source.name,
            url=self.source.url,
            how=how,
            branch=branch,
        )

    def _with(self, *shas: Sha) -> Mirror:
        self.mirror.bring(self.source.common_dir, [sha for sha in shas if sha != EMPTY_TREE])
        return self.mirror

    def _differ(self, one: Sha, other: Sha) -> bool:
        tree = "^{tree}"
        return self.mirror.git.line("rev-parse", f"{one}{tree}") != self.mirror.git.line("rev-parse", f"{other}{tree}")

    def _fork(self, base: Sha, head: Sha, *, follow_merges: bool) -> Sha:
        return fork_point(self._with(base, head), base, head, follow_merges=follow_merges)

    def _head(self, *, allow_none: bool = False) -> Sha:
        if head := self.source.commit("HEAD"):
            self._with(head)
            return head
        if allow_none:
            return EMPTY_TREE
        raise UsageError(f"{self.source.top} has no commits yet", hint="commit something, or use --staged")

    def _commit(self, name: str) -> Sha:
        if sha := self.source.commit(name):
            return sha
        raw = self.source.git.out("for-each-ref", "--format=%(refname:short)").decode("utf-8", "replace")
        near = difflib.get_close_matches(name, raw.splitlines(), n=1)
        hint = f"did you mean {near[0]}?" if near else "`git branch -a` lists what there is; `git fetch` brings more"
        raise UsageError(f"{name!r} is no branch, tag or commit of {self.source.top}", hint=hint)


def fork_point(mirror: Mirror, base: Sha, head: Sha, *, follow_merges: bool) -> Sha:
    """Where head left base. A head that was merged is followed back to the merge that took it in, when asked."""
    merge_base = mirror.git.line("merge-base", base, head)
    if not merge_base:
        why = "the clone is shallow" if mirror.shallow else "their histories are unrelated"
        hint = "`git fetch --unshallow` brings the rest" if mirror.shallow else "compare two commits directly with A..B"
        raise UsageError(f"{head[:9]} and {base[:9]} have no common commit: {why}", hint=hint)
    if merge_base != head or not follow_merges:
        return Sha(merge_base)
    merges = mirror.git.line(
        "rev-list", "--first-parent", "--merges", "--ancestry-path", "--reverse", f"{head}..{base}", "--"
    ).split("\n")
    before = mirror.git.line("merge-base", f"{merges[0]}^1", head) if merges[0] else ""
    return Sha(before or merge_base)


def _pull_elsewhere(owner: str, name: str, number: int, place: Place) -> Pin:
    repo = f"{owner}/{name}"
    web = f"https://github.com/{repo}"
    mirror = open_mirror(place.cache, repo, web, place.environ)
    return _pull_request(mirror, f"{web}.git", number, repo=repo, web=web, told=web)


def _brief(text: str) -> str:
    """Whole names of commits as their first nine digits."""
    return _WHOLE_SHA.sub(lambda found: found[0][:9], text)


def _pull_request(mirror: Mirror, url: str, number: int, *, repo: str, web: str, told: str) -> Pin:
    """A pull request by the refs that its remote publishes: no token and no account."""
    head_ref, merge_ref = f"refs/pull/{number}/head", f"refs/pull/{number}/merge"
    found = mirror.bring_remote(url, (head_ref, merge_ref, "HEAD"))
    if head_ref not in found:
        raise UsageError(
            f"{told} has no pull request #{number}", hint="check the number; a private one needs your access"
        )
    head = found[head_ref]
    into = found.get("HEAD", head)
    if merge_ref in found and mirror.git.line("rev-parse", f"{found[merge_ref]}^2") == head:
        into = Sha(mirror.git.line("rev-parse", f"{found[merge_ref]}^1"))
    base = fork_point(mirror, into, head, follow_merges=True)
    if base == head:
        raise UsageError(f"#{number} holds nothing that its base lacks", hint="name its commits as a range A..B")
    return Pin(
        mirror=mirror.path,
        base=base,
        head=head,
        slug=f"pr-{number}",
        repo=repo,
        url=web,
        how=f"pull request #{number} against its merge base",
        number=number,
    )


def _slug(text: str) -> str:
    return re.sub(r"[^\w.-]+", "-", text).strip("-.")[:60]


def _titled(branch: str, head: Sha) -> str:
    return f"branch {branch}" if branch else f"the detached head {head[:9]}"
