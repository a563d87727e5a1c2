import asyncio
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from deepreview.model.claim import Claim, Severity
from deepreview.model.round import Reading
from deepreview.reviewers.base import NothingToDo
from deepreview.reviewers.paths.layout import Layout
from deepreview.reviewers.paths.reviewer import REVIEWER
from deepreview.testing.desk import Files, MemoryDesk, MemoryTree, as_bytes, brief_between


def review(
    base: Files, head: Files, scratch: Path, renames: Mapping[str, str] | None = None
) -> tuple[list[Claim], Reading]:
    desk = MemoryDesk(base=base, head=head, scratch=scratch)
    reading = asyncio.run(REVIEWER.review(brief_between(base, head, renames), desk))
    return desk.claims, reading


GONE = {"third/gauge-kit/gauge.go": "package gauge\n", "third/gauge-kit/LICENSE": "MIT\n", "main.go": "package main\n"}
GONE_HITS: dict[str, tuple[str, str]] = {
    "notice names the folder": ("NOTICE", "third/gauge-kit is MIT.\n"),
    "with a prefix": ("docs/a.md", "See ../third/gauge-kit/gauge.go for more.\n"),
    "two components": ("b.go", "// As in gauge-kit/gauge.go:\npackage b\n"),
    "in a link": ("docs/a.md", "[kit](/third/gauge-kit/gauge.go)\n"),
    "below the folder": ("a.sh", "cp third/gauge-kit/gauge.bin /tmp\n"),
    "rare name": ("docs/a.md", "It is in `gauge.go`.\n"),
}
GONE_MISSES: dict[str, dict[str, str]] = {
    "another folder": {"a.md": "other/gauge-kit/gauge.go\n"},
    "longer name": {"a.md": "third/gauge-kit2 and my-gauge.go and gauge.go.in\n"},
    "a web address": {"a.md": "https://example.org/third/gauge-kit/gauge.go\n"},
    "another place of it": {"a.md": "gauge-kit/gauge.go\n", "own/gauge-kit/gauge.go": "package gauge\n"},
    "relative to the file": {"own/a.md": "third/gauge-kit\n", "own/third/gauge-kit/x.go": "package x\n"},
    "changelog": {"CHANGELOG.md": "add third/gauge-kit\n"},
    "says so": {"a.md": "third/gauge-kit was removed\n"},
    "made by a build": {"a.sh": "rm third/gauge-kit/x.bin\n", ".gitignore": "/third/\n"},
    "what a tool shall ignore": {".gauge-ignore": "1a2b3c:third/gauge-kit/gauge.go:4\n"},
    "submodules": {".gitmodules": "path = third/gauge-kit\n"},
    "an address": {"a.py": "client.get('/gauge-kit/gauge.go')\n"},
    "rare name in code": {"a.py": "open('gauge.go')\n"},
}


@pytest.mark.parametrize("case", GONE_HITS.values(), ids=GONE_HITS)
def test_a_line_that_names_a_gone_path_is_found(case: tuple[str, str], tmp_path: Path) -> None:
    path, text = case
    claims, _ = review({**GONE, path: text}, {"main.go": "package main\n", path: text}, tmp_path)
    assert [(claim.kind, claim.places[0].path, claim.places[0].first) for claim in claims] == [("gone-path", path, 1)]
    assert claims[0].quote == text.split("\n")[0]
    assert claims[0].severity is Severity.SUGGESTION


@pytest.mark.parametrize("files", GONE_MISSES.values(), ids=GONE_MISSES)
def test_other_lines_are_left_alone(files: dict[str, str], tmp_path: Path) -> None:
    assert review({**GONE, **files}, {"main.go": "package main\n", **files}, tmp_path)[0] == []


def test_generated_icons_that_changed_their_source_are_left_alone(tmp_path: Path) -> None:
    other = {
        ".gitignore": "# made from the masters\n/art/tray-icon.png\n",
        "b.ts": "// Makes `tray-icon.png`.\nrun()\n",
    }
    base: Files = {"art/tray-icon.png": b"\x89\0a", **other}
    head: Files = {"art/tray-icon-master.png": b"\x89\0a", **other}
    assert review(base, head, tmp_path, {"art/tray-icon.png": "art/tray-icon-master.png"})[0] == []


def test_a_project_that_moved_into_a_folder_keeps_its_own_paths(tmp_path: Path) -> None:
    makefile = "OUT := pkg/agent/agent-bin\n"
    base = {"pkg/agent/a.go": "package agent\n", "Makefile": makefile}
    head = {"sub/pkg/agent/a.go": "package agent\n", "sub/Makefile": makefile}
    moved = {"pkg/agent/a.go": "sub/pkg/agent/a.go", "Makefile": "sub/Makefile"}
    assert review(base, head, tmp_path, moved)[0] == []


def test_all_mentions_of_one_folder_are_one_claim_and_a_build_comes_first(tmp_path: Path) -> None:
    text = {
        "Makefile": "# third/gauge-kit\nkit:\n\tcp third/gauge-kit/gauge.go .\n",
        "NOTICE": "third/gauge-kit\nthird/gauge-kit/LICENSE\n",
        "docs/a.md": "gauge-kit/gauge.go\n",
    }
    new = {"third/kit/gauge.go": GONE["third/gauge-kit/gauge.go"], "third/kit/LICENSE": "MIT\n"}
    moved = {f"third/gauge-kit/{name}": f"third/kit/{name}" for name in ("gauge.go", "LICENSE")}
    claims, reading = review({**GONE, **text}, {"main.go": "package main\n", **new, **text}, tmp_path, moved)
    (claim,) = claims
    assert claim.id == "paths/gone-path/1"
    assert claim.severity is Severity.IMPORTANT
    assert [(place.path, place.first) for place in claim.places] == [
        ("Makefile", 3),
        ("Makefile", 1),
        ("NOTICE", 1),
        ("NOTICE", 2),
    ]
    assert "`third/gauge-kit` is now `third/kit`" in claim.body
    assert "1 more line" in claim.body
    assert reading.checked[0] == "2 gone paths against 6 files"


TREE = {"src/valve/open.go": "package valve\n", "docs/use/start.md": "Start.\n", ".gitignore": "*.log\nmade/\n"}
DANGLING_HITS = {
    "comment": ("a.go", "// Must match src/valve/shut.go.\npackage a\n"),
    "document": ("docs/a.md", "Read `docs/use/stop.md` first.\n"),
    "three parts": ("a.sh", "# see src/valve/internal for it\ntrue\n"),
}
DANGLING_MISSES = {
    "it exists": ("a.go", "// As in src/valve/open.go and valve/open.go.\npackage a\n"),
    "a package and its name": ("a.go", "// subset of src/valve/open.Valve and src/valve.Open.Now\npackage a\n"),
    "without its ending": ("docs/a.md", "See docs/use/start for more.\n"),
    "relative": ("docs/a.md", "See use/start.md.\n"),
    "code": ("a.go", 'package a\n\nvar p = "src/valve/shut.go"\n'),
    "fence": ("docs/a.md", "```\nsrc/valve/shut.go\n```\n"),
    "web": ("docs/a.md", "https://example.org/src/valve/shut.go\n"),
    "example": ("docs/a.md", "Put it in src/foo/bar.go or src/example/x.go.\n"),
    "for example": ("docs/a.md", "A file, for example src/valve/shut.go.\n"),
    "drawing": ("a.sh", "#   ├── one -> src/valve/shut.go\ntrue\n"),
    "text of a link": ("docs/a.md", "[src/valve/shut](use/start.md)\n"),
    "pattern": ("docs/a.md", "src/*/shut.go, ^src/valve/shut.go, src/<name>/x.go, src/valve/{a,b}.go\n"),
    "no such folder": ("docs/a.md", "lib/valve/shut.go\n"),
    "two words": ("docs/a.md", "docs/src and src/valves\n"),
    "made": ("docs/a.md", "src/valve/run.log and src/made/x.go\n"),
    "says so": ("docs/a.md", "src/valve/shut.go is no longer there.\n"),
    "changelog": ("CHANGES.md", "src/valve/shut.go\n"),
    "of another project": ("a.go", "// See k3s src/valve/shut.go.\npackage a\n"),
}


@pytest.mark.parametrize("case", DANGLING_HITS.values(), ids=DANGLING_HITS)
def test_a_path_that_never_was_dangles(case: tuple[str, str], tmp_path: Path) -> None:
    path, text = case
    claims, _ = review(TREE, {**TREE, path: text}, tmp_path)
    assert [(claim.id, claim.places[0].path, claim.places[0].first) for claim in claims] == [
        ("paths/dangling-path/1", path, 1)
    ]
    assert review({**TREE, path: text}, {**TREE, path: text, "z.txt": "z\n"}, tmp_path)[0] == []


@pytest.mark.parametrize("case", DANGLING_MISSES.values(), ids=DANGLING_MISSES)
def test_other_paths_do_not(case: tuple[str, str], tmp_path: Path) -> None:
    path, text = case
    assert review(TREE, {**TREE, path: text}, tmp_path)[0] == []


def test_a_line_is_told_once(tmp_path: Path) -> None:
    base = {**TREE, "src/valve/shut.go": "package valve\n"}
    head = {**TREE, "docs/a.md": "See src/valve/shut.go.\n"}
    claims, reading = review(base, head, tmp_path)
    assert [claim.kind for claim in claims] == ["gone-path"]
    assert reading.checked == ("1 gone path against 4 files", "1 path in added comments and documents")


def test_nothing_to_do_without_text_or_gone_paths(tmp_path: Path) -> None:
    with pytest.raises(NothingToDo):
        review({}, {"logo.png": b"\x89PNG\0"}, tmp_path)


def test_ignore_patterns_are_read_as_git_reads_the_plain_ones() -> None:
    ignore = "# note\n*.log\n/out\n!keep.log\nsub/made/\n**/deep\n" + "*a" * 90 + "b\n"
    layout = Layout(MemoryTree(as_bytes({".gitignore": ignore, "x/.gitignore": "/own.bin\n"})))
    started = time.process_time()
    assert [
        path
        for path in ("a/b.log", "out/x", "a/out2", "sub/made/x", "a/deep/b", "x/own.bin", "own.bin")
        if layout.ignored(path)
    ] == [
        "a/b.log",
        "out/x",
        "sub/made/x",
        "a/deep/b",
        "x/own.bin",
    ]
    assert not layout.ignored("a" * 5_000)
    assert time.process_time() - started < 1


@pytest.mark.parametrize(
    "text", ["a/" * 45_000, "/" * 90_000, ("x/y/" * 400 + "\n") * 50, "//./../" * 12_000, "\ud8ff/\n" * 9_000]
)
def test_hostile_text_costs_little(text: str, tmp_path: Path) -> None:
    gone = {f"a/a{i}/x.go": "package a\n" for i in range(50)}
    head: Files = {"docs/a.md": text.encode("utf-8", "replace"), "a/b.txt": "x\n", "x/y/z.txt": "x\n"}
    started = time.process_time()
    review(gone, head, tmp_path)
    assert time.process_time() - started < 3


def test_what_a_vendored_folder_held_is_still_imported(tmp_path: Path) -> None:
    kept = {
        "go.mod": "require example.org/acme/kit v0.4.1\n",
        "main.go": 'import "example.org/acme/kit"\n',
        "docs/a.md": "Copied to vendor/example.org/acme/kit.\n",
    }
    base = {"vendor/example.org/acme/kit/kit.go": "package kit\n", **kept}
    assert [claim.places[0].path for claim in review(base, kept, tmp_path)[0]] == ["docs/a.md"]


def test_an_address_from_here_is_no_folder_when_the_site_moved(tmp_path: Path) -> None:
    test = {"test/a.ts": "await page.goto('./suspense/promise')\n"}
    base = {"e2e/app/suspense/promise/page.ts": "export const a = 1\n", **test}
    head = {"test/e2e/app/suspense/promise/page.ts": "export const a = 1\n", **test}
    assert review(base, head, tmp_path)[0] == []


def test_the_bare_name_of_a_fixture_means_many_files(tmp_path: Path) -> None:
    text = {"docs/a.md": "Edit your `gauges.yml`.\n"}
    base = {"test/fixtures/one/gauges.yml": "a: 1\n", **text}
    assert review(base, text, tmp_path)[0] == []
    assert [claim.kind for claim in review({"conf/gauges.yml": "a: 1\n", **text}, text, tmp_path)[0]] == ["gone-path"]
