"""A line that still names a path which the change removed or renamed (`gone-path`)."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from deepreview.context.pages import Page
from deepreview.context.scanner import Flavour
from deepreview.context.targets import foreign, is_target
from deepreview.context.words import encoded, words
from deepreview.model.change import EntryMode, FileKind, FilePatch, RepoPath
from deepreview.model.claim import Place, Severity
from deepreview.reviewers.ground import LONGEST_LINE, MOST_PLACES, Ground, Said, speaks_of_the_past
from deepreview.reviewers.paths.layout import Layout, parents
from deepreview.reviewers.prose import code, count, listed

KIND = "gone-path"
MOST_KEYS = 5_000
_SHORTEST_STEM = 5
_COMMON = frozenset(
    [
        *(
            "index",
            "readme",
            "setup",
            "config",
            "utils",
            "types",
            "constants",
            "helpers",
            "helper",
            "license",
            "settings",
        ),
        *("package", "makefile", "dockerfile", "default", "common", "values", "schema", "error", "errors", "server"),
        *("client", "tests", "version", "styles", "style", "model", "models", "routes", "options", "logger", "logging"),
        *(
            "changelog",
            "example",
            "examples",
            "template",
            "requirements",
            "docker-compose",
            "compose",
            "install",
            "build",
            "script",
        ),
        *("output", "input", "result", "results", "notice", "__init__", "__main__", "conftest", "release", "master"),
    ]
)
_BUILD = re.compile(
    r"(?:^|/)(?:GNUmakefile|Makefile|makefile|[^/]*\.mk|Dockerfile[^/]*|[^/]*\.dockerfile|Containerfile|CMakeLists\.txt|"
    r"[^/]*\.cmake|package\.json|pyproject\.toml|setup\.(?:py|cfg)|MANIFEST\.in|tox\.ini|noxfile\.py|Cargo\.toml|build\.rs|"
    r"build\.gradle(?:\.kts)?|pom\.xml|go\.mod|[^/]*\.spec|[^/]*\.nix|electron-builder\.ya?ml|\.?goreleaser\.ya?ml|"
    r"\.gitlab-ci\.ya?ml|\.travis\.ya?ml|Jenkinsfile|azure-pipelines\.ya?ml|justfile|Justfile|Rakefile|[^/]*\.gemspec|"
    r"docker-compose[^/]*\.ya?ml|compose\.ya?ml|netlify\.toml|vercel\.json|\.pre-commit-config\.yaml|BUILD(?:\.bazel)?)$"
    r"|(?:^|/)\.(?:github/(?:workflows|actions)|circleci|ci|buildkite)/",
)
_LEFT = re.compile(r"[\w.@+~/-]*\Z")
_RIGHT = re.compile(r"[\w.@+~/-]*+")
_REACH = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A path that is gone, and how it may still be written."""

    path: str
    group: str
    """The folder whose mentions make one claim."""
    folder: bool
    key: str
    """The shortest text that is looked for."""

    @property
    def bare(self) -> bool:
        """Whether the key is a name without a folder."""
        return "/" not in self.key


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """A line that names a gone path."""

    source: Source
    page: Page
    line: int
    written: str

    @property
    def build(self) -> bool:
        """Whether a build, a pipeline or a package acts on it."""
        return _BUILD.search(self.page.path) is not None and bool(self.written in self.page.code_lines[self.line - 1])


def gone_files(ground: Ground, layout: Layout) -> list[FilePatch]:
    """The files that the change deleted or renamed away, links and submodules left out."""
    kept = {EntryMode.FILE, EntryMode.EXECUTABLE}
    return [
        patch
        for patch in ground.change.patches
        if patch.kind in {FileKind.DELETED, FileKind.RENAMED}
        and patch.old_mode in kept
        and patch.old_path not in layout.paths
        and patch.old_path not in layout.folders
    ]


def sources(patches: Iterable[FilePatch], layout: Layout) -> list[Source]:
    """How the gone paths may be written: by two components, by a rare name, by a folder that is gone as a whole."""
    found: dict[tuple[str, str], Source] = {}
    for patch in patches:
        path = patch.old_path
        group = _group(path, layout)
        for source in (*_file_sources(path, group, layout), *_folder_sources(path, group, layout)):
            found.setdefault((source.key, source.path), source)
    return list(found.values())


def _group(path: str, layout: Layout) -> str:
    gone = [folder for folder in parents(path) if folder not in layout.folders]
    return gone[-1] if gone else path.rpartition("/")[0] or path


def _file_sources(path: str, group: str, layout: Layout) -> Iterator[Source]:
    parts = path.split("/")
    name = parts[-1]
    if len(parts) > 1:
        yield Source(path=path, group=group, folder=False, key="/".join(parts[-2:]))
    stem = name.partition(".")[0]
    rare = len(stem) >= _SHORTEST_STEM and stem.lower() not in _COMMON and "." in name.strip(".")
    if rare and name not in layout.names and not foreign(path):
        yield Source(path=path, group=group, folder=False, key=name)


def _folder_sources(path: str, group: str, layout: Layout) -> Iterator[Source]:
    for folder in parents(path):
        if folder in layout.folders:
            return
        parts = folder.split("/")
        if len(parts) > 1:
            yield Source(path=folder, group=group, folder=True, key="/".join(parts[-2:]))


def mentions(ground: Ground, layout: Layout, keyed: Sequence[Source]) -> list[Mention]:
    """The lines at head that still name a gone path, each line once."""
    wanted = {source: words(encoded(source.key)) for source in keyed}
    by_page: dict[RepoPath, list[Source]] = defaultdict(list)
    for source, paths in ground.index.holding_all(wanted).items():
        for path in paths:
            if is_target(path) and not path.endswith((".gitmodules", "ignore")):
                by_page[path].append(source)
    found: list[Mention] = []
    for page in ground.head.all(sorted(by_page)):
        if not page.generated:
            found += _on_page(page, by_page[page.path], layout)
    return found


def _on_page(page: Page, here: Sequence[Source], layout: Layout) -> Iterator[Mention]:
    first: dict[int, Mention] = {}
    for source in here:
        for number in page.lines_with(source.key):
            if number not in first and len(page.lines[number - 1]) <= LONGEST_LINE:
                first.update((number, mention) for mention in islice(_on_line(page, number, source), 1))
    for number in sorted(first):
        if not _stands(first[number], layout) and not speaks_of_the_past(page.lines, number):
            yield first[number]


def _stands(mention: Mention, layout: Layout) -> bool:
    """Whether the path still means something: head has it, or a build makes it."""
    source, beside = mention.source, mention.page.path
    if _imported(mention) or _address(mention) or layout.knows(mention.written.removeprefix("./"), beside):
        return True
    if layout.knows(mention.written, beside) or layout.ignored(mention.written.strip("./")):
        return True
    if source.folder and layout.knows(mention.written.partition(source.key)[0] + source.key, beside):
        return True
    return not source.folder and layout.ignored(source.path)


def _address(mention: Mention) -> bool:
    """Whether code hands it to a server: a path from the root of a site, not of the tree."""
    return mention.written.startswith("/") and mention.written in mention.page.code_lines[mention.line - 1]


def _imported(mention: Mention) -> bool:
    """Whether code or a manifest names the package that a vendored folder held a copy of, not the folder."""
    held = re.search(r"(?:^|/)(?:vendor|node_modules|third_party)/", mention.source.path)
    return (
        held is not None
        and held.group().strip("/") not in mention.written
        and mention.page.flavour is not Flavour.PROSE
    )


def _on_line(page: Page, number: int, source: Source) -> Iterator[Mention]:
    line = page.lines[number - 1]
    if source.bare and not page.comment_lines[number - 1].strip() and not _BUILD.search(page.path):
        return
    at = line.find(source.key)
    while at >= 0:
        written = _written(line, at, source)
        if written:
            yield Mention(source=source, page=page, line=number, written=written)
        at = line.find(source.key, at + 1)


def _written(line: str, at: int, source: Source) -> str:
    """The whole path that was written around the key, if it can only mean the gone one; else empty."""
    end = at + len(source.key)
    left = _LEFT.search(line, max(0, at - _REACH), at)
    before = left.group() if left else ""
    right = _RIGHT.match(line, end, end + _REACH)
    after = (right.group() if right else "").rstrip(".-")
    if (before and before[-1] != "/") or "://" in line[max(0, at - _REACH) : at].rpartition(" ")[2]:
        return ""
    if after and not (source.folder and after[0] == "/"):
        return ""
    root = re.sub(r"^(?:\.{0,2}/)+", "", before)
    if not f"/{source.path}".endswith(f"/{root}{source.key}"):
        return ""
    return f"{before}{source.key}{after}"


def said(ground: Ground, found: Iterable[Mention], moved: Mapping[str, str]) -> list[Said]:
    """One claim for each folder that the gone paths were in."""
    groups: dict[str, list[Mention]] = defaultdict(list)
    for mention in found:
        groups[mention.source.group].append(mention)
    return [_said(ground, group, groups[group], moved) for group in sorted(groups)]


def _said(ground: Ground, group: str, found: list[Mention], moved: Mapping[str, str]) -> Said:
    ordered = sorted(found, key=lambda one: (not one.build, one.page.path, one.line))
    first = ordered[0]
    gone = sorted({one.source.path for one in ordered})
    subject = gone[0] if len(gone) == 1 else group
    places = tuple(Place(path=one.page.path, first=one.line, last=one.line) for one in ordered[:MOST_PLACES])
    new = moved.get(first.source.path, "")
    fate = "renamed" if new else "removed"
    lines = count(len(ordered), "line still names", "lines still name")
    return Said(
        kind=KIND,
        title=f"{code(subject)} is {fate} by this change, and {lines} it",
        body=_body(ordered, places, gone, moved),
        unless="Fine where the path is made by a build, or belongs to another repository or an older version.",
        method=(
            f"{count(len(gone), 'path')} of base that head has not, looked up in "
            f"{count(len(ground.index.paths), 'file')}; paths that head has under any folder were left out."
        ),
        places=places,
        quote=first.page.quote(first.line, first.line),
        fix=f"Write {code(new)}." if new else "Name what took its place, or drop the line.",
        severity=Severity.IMPORTANT if first.build else Severity.SUGGESTION,
    )


def _body(ordered: Sequence[Mention], places: Sequence[Place], gone: Sequence[str], moved: Mapping[str, str]) -> str:
    shown = gone[:MOST_PLACES]
    fates = [f"- {code(path)}" + (f" is now {code(moved[path])}" if path in moved else " is gone") for path in shown]
    if len(gone) > len(shown):
        fates.append(f"- and {count(len(gone) - len(shown), 'more path')}")
    more = len(ordered) - len(places)
    rest = f" and {count(more, 'more line')}" if more else ""
    use = "A build, a pipeline or a package acts on it." if ordered[0].build else "Who follows it finds nothing."
    return "\n".join((*fates, "", f"Still named at {listed(places)}{rest}. {use}"))


def moves(patches: Iterable[FilePatch]) -> dict[str, str]:
    """Where renamed files went, and folders whose files all went the same way."""
    found = {str(p.old_path): str(p.path) for p in patches if p.kind is FileKind.RENAMED}
    folders: dict[str, set[str]] = defaultdict(set)
    for old, new in found.items():
        for folder in parents(old):
            rest = old[len(folder) :]
            folders[folder].add(new[: -len(rest)] if new.endswith(rest) else "")
    whole = {folder: targets.pop() for folder, targets in folders.items() if len(targets) == 1}
    return found | {folder: target for folder, target in whole.items() if target}
