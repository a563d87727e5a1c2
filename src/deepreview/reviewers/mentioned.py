"""Changed files by the names that a reviewer uses for them."""

from collections.abc import Iterable

from deepreview.model.change import RepoPath


def mentioned(names: Iterable[str], changed: Iterable[RepoPath]) -> tuple[RepoPath, ...]:
    """The changed files that are named, whole or by their ends, sorted."""
    named = {name.replace("\\", "/").removeprefix("./") for name in names}
    ends: dict[str, list[RepoPath]] = {}
    for path in changed:
        ends.setdefault(path.rpartition("/")[2], []).append(path)
    found = set[RepoPath]()
    for name in named:
        near = ends.get(name.rpartition("/")[2], [])
        fits = [path for path in near if path == name or path.endswith(f"/{name}") or name.endswith(f"/{path}")]
        found |= {fits[0]} if len(fits) == 1 else {path for path in fits if path == name}
    return tuple(sorted(found))
