"""Where earlier findings are now."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import pytest

from deepreview.lives.fold import lives
from deepreview.lives.places import here
from deepreview.model.change import Commit, RepoPath, Sha, Side
from deepreview.model.finding import Location
from deepreview.model.life import Here, Life
from deepreview.testing.builders import NO_BLOB, make_finding, make_report

THEN, NOW, BASE = Sha("a" * 40), Sha("c" * 40), Sha("b" * 40)
LOOP = "for row in rows:\n\n    total += row"


@dataclass(frozen=True, kw_only=True)
class Files:
    """Files of the commits then and now, without a history."""

    now: Mapping[str, str]
    then: Mapping[str, str] = field(default_factory=dict)
    renamed: Mapping[Sha, Mapping[str, str]] = field(default_factory=dict)
    """Since each commit."""

    def lines(self, commit: Sha, path: str) -> tuple[str, ...] | None:
        text = {NOW: self.now, THEN: self.then}[commit].get(path)
        return None if text is None else tuple(text.splitlines())

    def renames(self, commit: Sha) -> Mapping[str, str]:
        return self.renamed.get(commit, {})

    def left(self, commit: Sha, path: str, code: Sequence[str]) -> Commit | None:
        raise NotImplementedError

    def uses(self, commit: Sha, symbol: str) -> Mapping[str, str] | None:
        raise NotImplementedError

    def commit(self, sha: Sha) -> Commit | None:
        raise NotImplementedError


def at(path: str, first: int, quote: str = LOOP, side: Side = Side.HEAD) -> Location:
    last = first + quote.count("\n")
    return Location(path=RepoPath(path), side=side, first=first, last=last, quote=quote, blob=NO_BLOB)


def life(*places: Location) -> Life:
    report = replace(make_report(), findings=(make_finding(1, locations=places),))
    return lives((report,), ())[0]


def spot(path: str, first: int, last: int) -> Here:
    return Here(path=RepoPath(path), first=first, last=last)


@pytest.mark.parametrize(
    ("places", "now", "found"),
    [
        ((at("a.py", 1),), {"a.py": f"x = 1\n{LOOP}\ny = 2\n"}, spot("a.py", 2, 4)),
        ((at("a.py", 1),), {"a.py": LOOP.replace("\n\n", "\n")}, spot("a.py", 1, 2)),
        ((at("a.py", 1),), {"a.py": "x = 1\n"}, spot("a.py", 0, 0)),
        ((at("a.py", 1),), {"b.py": LOOP}, None),
        ((at("a.py", 1), at("b.py", 1)), {"a.py": "x = 1\n", "b.py": LOOP}, spot("b.py", 1, 3)),
        ((at("a.py", 1), at("b.py", 1)), {"b.py": LOOP}, spot("b.py", 1, 3)),
        ((at("a.py", 1), at("b.py", 1)), {"a.py": "x = 1\n", "b.py": "x = 1\n"}, spot("a.py", 0, 0)),
        ((at("a.py", 9, side=Side.BASE),), {"a.py": LOOP}, spot("a.py", 0, 0)),
        ((at("a.py", 9, side=Side.BASE), at("b.py", 1, "x")), {"a.py": LOOP, "b.py": "y"}, spot("b.py", 0, 0)),
        ((), {"a.py": LOOP}, None),
    ],
    ids=[
        "moved",
        "without its blank line",
        "changed",
        "no file",
        "another place stands",
        "another file is left",
        "all changed",
        "removed code that stands elsewhere",
        "a file at head before one at base",
        "in no file",
    ],
)
def test_where_an_earlier_finding_is(places: tuple[Location, ...], now: Mapping[str, str], found: Here | None) -> None:
    assert here(life(*places), Files(now=now), NOW, BASE) == found


@pytest.mark.parametrize(("first", "now"), [(1, 2), (4, 5), (7, 5)])
def test_of_equal_places_it_is_the_one_with_as_many_before_it(first: int, now: int) -> None:
    files = Files(
        then={"a.py": f"{LOOP}\n" * 3}, now={"b.py": f"x = 1\n{LOOP}\n{LOOP}\n"}, renamed={THEN: {"a.py": "b.py"}}
    )
    assert here(life(at("a.py", first)), files, NOW, BASE) == spot("b.py", now, now + 2)


@pytest.mark.parametrize("since", [THEN, BASE], ids=["after that round", "by the change"])
def test_the_file_of_removed_code_is_known_by_its_new_name(since: Sha) -> None:
    files = Files(now={"b.py": "x = 1\n"}, renamed={since: {"a.py": "b.py"}})
    assert here(life(at("a.py", 1, side=Side.BASE)), files, NOW, BASE) == spot("b.py", 0, 0)
