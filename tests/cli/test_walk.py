from collections.abc import Iterator
from pathlib import Path

from deepreview.cli.walk import Stop, Walk
from deepreview.git.patching import Patching
from deepreview.git.source import open_source
from deepreview.lives.answer import Answer
from deepreview.model.finding import State
from deepreview.testing.rounds import environ
from deepreview.testing.sandbox import Sandbox

PATCH = "diff --git a/a.py b/a.py\n--- a/a.py\n+++ b/a.py\n@@ -1,2 +1,2 @@\n x = 1\n-y = 2\n+y = 3\n"


class Talk:
    """A walk whose questions are answered by script; what it asks beyond that ends the test."""

    def __init__(self, *answers: str) -> None:
        self.answers: Iterator[str] = iter(answers)
        self.told: list[str] = []
        self.taken: list[tuple[str, Answer]] = []

    def go(self, *stops: Stop) -> None:
        Walk(
            ask=lambda _: next(self.answers),
            tell=self.told.append,
            take=lambda stop, answer: self.taken.append((stop.name, answer)),
            commit=lambda name: name * 2,
        ).go(stops)
        assert list(self.answers) == []


def stop(name: str, patch: Patching | None = None) -> Stop:
    return Stop(name=name, title=f"title of {name}", shown=f"all of {name}", patch=patch)


def repository(tmp_path: Path) -> tuple[Sandbox, Patching]:
    box = Sandbox(tmp_path / "repo")
    box.commit("start", {"a.py": "x = 1\ny = 2\n", "b.py": "z = 1\n"})
    box.git("config", "user.name", "Sam")
    box.git("config", "user.email", "sam@example.org")
    home = tmp_path / "home"
    home.mkdir()
    return box, Patching(source=open_source(box.path, environ(home)), patch=PATCH)


def test_each_key_says_what_it_means_and_an_empty_reason_asks_again() -> None:
    talk = Talk("x", "f", "ab", "d", "", "d", "on purpose", "l", "later", "l", "https://x/1", "s", "f", "", "q")
    talk.go(*map(stop, ("I1", "I2", "S1", "S2", "S3", "S4", "S5")))
    assert [(name, answer.state, answer.text) for name, answer in talk.taken] == [
        ("I1", State.FIXED, "abab"),
        ("I2", State.DECLINED, "on purpose"),
        ("S1", State.DEFERRED, "https://x/1"),
        ("S3", State.FIXED, ""),
    ]
    told = [f"all of {name}" for name in ("I1", "I2", "S1", "S2", "S3", "S4")]
    assert talk.told == [*told[:3], "That is no link: https://…", *told[3:]]


def test_a_patch_goes_into_a_commit_of_its_own_and_leaves_what_else_is_staged(tmp_path: Path) -> None:
    box, patch = repository(tmp_path)
    hook = box.path / ".git/hooks/pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\ntouch hooked\nexit 1\n")
    hook.chmod(0o755)
    box.write("b.py", "z = 2\n")
    box.git("add", "b.py")
    talk = Talk("p", "y", "y")
    talk.go(stop("I1", patch))
    assert [(answer.state, answer.text) for _, answer in talk.taken] == [(State.FIXED, box.head())]
    assert box.git("show", "--format=%s", "--name-only", "HEAD").split() == ["title", "of", "I1", "a.py"]
    assert box.git("diff", "--cached", "--name-only") == "b.py"
    assert not (box.path / "hooked").exists()


def test_nothing_is_touched_that_was_not_asked_for(tmp_path: Path) -> None:
    box, patch = repository(tmp_path)
    before = box.head()
    talk = Talk("p", "n", "s")
    talk.go(stop("I1", patch))
    assert (box.git("status", "--porcelain"), box.head(), talk.taken) == ("", before, [])
    talk = Talk("p", "y", "n", "q")
    talk.go(stop("I1", patch))
    assert (box.git("status", "--porcelain"), box.head(), talk.taken) == ("M  a.py", before, [])
    talk = Talk("p", "s", "p", "q")
    talk.go(stop("I1", patch), stop("I2"))
    assert "The patch does not apply here: " in talk.told[1]
    assert talk.told[-1] == "It has no patch."
