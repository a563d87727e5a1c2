import asyncio
from pathlib import Path

import pytest

from deepreview.model.change import RepoPath
from deepreview.model.claim import Observation, Place, Section
from deepreview.model.round import Basis
from deepreview.reviewers.base import NothingToDo
from deepreview.reviewers.replay.reviewer import ReplayReviewer, covered
from deepreview.reviewers.replay.voice import Remark, Voice, voice
from deepreview.testing.desk import MemoryDesk, brief_between

BASE = {"src/a.py": "x = 1\n", "lib/a.py": "y\n", "docs/b.md": "b\n"}
HEAD = {"src/a.py": "x = 2\n", "lib/a.py": "y2\n", "docs/b.md": "b2\n"}


def spoken(*paths: str, **given: object) -> Voice:
    remarks = [Remark(title="t", body="b", places=(Place(path=path, first=1, last=1),)) for path in paths]
    told = voice("model-a", remarks)
    return Voice(name=told.name, family=told.family, claims=told.claims, **given)  # type: ignore[arg-type]


def test_it_says_all_again_and_tells_what_it_did_not_mention(tmp_path: Path) -> None:
    note = Observation(reviewer="model-a", section=Section.STRENGTH, text="fine")
    heard = spoken("src/a.py", observations=(note,), covered=("b.md",))
    desk = MemoryDesk(base=BASE, head=HEAD, scratch=tmp_path)
    reading = asyncio.run(ReplayReviewer(heard).review(brief_between(BASE, HEAD), desk))
    assert (desk.claims, desk.observations) == ([*heard.claims], [note])
    assert reading.read == ("docs/b.md", "src/a.py")
    assert [(one.path, one.reason) for one in reading.unread] == [("lib/a.py", "model-a does not mention it")]
    assert (reading.basis, reading.checked) == (Basis.STATED, ("what it says it read: 1 changed file",))


def test_who_never_says_what_it_read_is_not_said_to_have_checked_it(tmp_path: Path) -> None:
    desk = MemoryDesk(base=BASE, head=HEAD, scratch=tmp_path)
    reading = asyncio.run(ReplayReviewer(spoken("src/a.py")).review(brief_between(BASE, HEAD), desk))
    assert (reading.read, reading.basis, reading.checked) == (("src/a.py",), Basis.NAMED, ())


def test_a_voice_that_says_nothing_is_no_review(tmp_path: Path) -> None:
    with pytest.raises(NothingToDo, match="holds no review"):
        asyncio.run(
            ReplayReviewer(spoken()).review(
                brief_between(BASE, HEAD), MemoryDesk(base=BASE, head=HEAD, scratch=tmp_path)
            )
        )


def test_half_a_path_counts_where_only_one_file_ends_so() -> None:
    changed = [RepoPath(path) for path in BASE]
    assert covered(spoken(covered=("b.md",)), changed) == ("docs/b.md",)
    assert covered(spoken(covered=("a.py",)), changed) == ()
    assert covered(spoken(covered=("/home/x/repo/lib/a.py",)), changed) == ("lib/a.py",)


def test_its_own_words_are_kept(tmp_path: Path) -> None:
    reading = asyncio.run(
        ReplayReviewer(spoken("src/a.py", original="Now I write.\n```")).review(
            brief_between(BASE, HEAD), MemoryDesk(base=BASE, head=HEAD, scratch=tmp_path)
        )
    )
    assert reading.original == "Now I write.\n```"
