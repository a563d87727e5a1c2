import json
from typing import Any

import pytest

from deepreview.model.agent import ToolCall
from deepreview.model.change import RepoPath
from deepreview.reviewers.agent.opened import opened

KNOWN = [RepoPath(path) for path in ("src/a.py", "src/sub/b.py", "a b/c d.txt", "README.md", "docs/README.md", "x.go")]


def found(arguments: Any, parts: int = 12) -> tuple[list[str], list[int]]:
    text = arguments if isinstance(arguments, str) else json.dumps(arguments)
    named = opened([ToolCall(id="1", tool="t", arguments=text)], KNOWN, parts)
    return sorted(named.paths), sorted(named.parts)


@pytest.mark.parametrize(
    ("arguments", "paths"),
    [
        ({"file_path": "/home/x/repo/src/a.py"}, ["src/a.py"]),
        ({"file_path": "/home/x/repo/a b/c d.txt", "limit": 3}, ["a b/c d.txt"]),
        ({"command": "sed -n '1,40p' ./src/a.py | grep -n x; cat <README.md"}, ["README.md", "src/a.py"]),
        ({"command": ["bash", "-lc", "git show HEAD:src/sub/b.py"]}, ["src/sub/b.py"]),
        ({"command": "cd src/sub && nl -ba b.py"}, ["src/sub/b.py"]),
        ({"command": ["nl", "b.py"], "workdir": "/w/repo/src/sub"}, ["src/sub/b.py"]),
        ({"command": "cat src/*.py"}, ["src/a.py", "src/sub/b.py"]),
        ({"command": "git diff b..h -- a/src/a.py"}, ["src/a.py"]),
        ({"edits": [{"path": "x.go"}]}, ["x.go"]),
        ({"pattern": "README", "path": "."}, []),
        ({"command": "git grep -n README src/"}, []),
        ({"command": "cat a.py sub/b.py other.py"}, []),
        ('{"command": "cat src/a.py && cat src/su', ["src/a.py"]),
        ("[" * 100_000, []),
        ("", []),
    ],
)
def test_paths_of_the_repository_are_found_in_the_arguments(arguments: Any, paths: list[str]) -> None:
    assert found(arguments)[0] == paths


@pytest.mark.parametrize(
    ("arguments", "parts"),
    [
        ({"file_path": "/w/repo/.deepreview/diff/003.patch"}, [3]),
        ({"command": "cat .deepreview/diff/001.patch .deepreview/diff/012.patch"}, [1, 12]),
        ({"command": "cd .deepreview/diff && cat 002.patch"}, [2]),
        ({"command": "cat .deepreview/diff/01*.patch"}, [10, 11, 12]),
        ({"command": "cat .deepreview/diff/*.patch"}, list(range(1, 13))),
        ({"command": "cat .deepreview/diff/013.patch .deepreview/diff/000.patch .deepreview/diff/index.md"}, []),
    ],
)
def test_parts_of_the_diff_are_found_too(arguments: Any, parts: list[int]) -> None:
    assert found(arguments)[1] == parts


def test_a_hostile_call_costs_little() -> None:
    pattern = "/" + "*a" * 2_000
    many = json.dumps({"command": " ".join(f"src/{n}*x*{n}" for n in range(5_000))})
    assert found({"path": pattern})[0] == []
    assert found(many)[0] == []
