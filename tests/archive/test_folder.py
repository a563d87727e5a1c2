import os
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from deepreview.archive.folder import Archive, RoundFolder
from deepreview.config.schema import Command, Settings
from deepreview.errors import MachineError, UsageError
from deepreview.git.target import Pin
from deepreview.model.agent import Failure
from deepreview.model.change import RepoPath, Sha
from deepreview.model.claim import Observation, Section
from deepreview.model.round import Completed, Failed, Reading
from deepreview.process import run_now
from deepreview.testing.builders import make_claim

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
NOTE = Observation(reviewer="names", section=Section.NOTE, text="ünicode \udcff\nand a line")
DONE = Completed(
    reviewer="names",
    claims=1,
    seconds=0.5,
    reading=Reading(read=(RepoPath("a\udcff"),), unread=(), checked=(), gaps=()),
)


def pin(slug: str = "topic", repo: str = "acme/boiler", mirror: str = "m.git") -> Pin:
    return Pin(mirror=Path(mirror), base=Sha("b" * 40), head=Sha("a" * 40), slug=slug, repo=repo, url="", how="")


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive(root=tmp_path / "rounds")


def start(archive: Archive, slug: str = "topic", repo: str = "acme/boiler", later: int = 0) -> RoundFolder:
    return archive.start(pin(slug, repo), Settings(), "deepreview test", NOON + timedelta(seconds=later))[0]


def test_two_rounds_in_one_second_have_two_folders_and_two_numbers(archive: Archive) -> None:
    first, second = start(archive), start(archive)
    assert (first.path.name, second.path.name) == ("20260105-120000-topic", "20260105-120000-topic~2")
    assert [folder.plan().number for folder in archive.rounds()] == [1, 2]


def test_rounds_are_counted_per_target(archive: Archive) -> None:
    made = [("topic", "acme/boiler"), ("other", "acme/boiler"), ("topic", "acme/kettle"), ("topic", "acme/boiler")]
    folders = [start(archive, slug, repo, n) for n, (slug, repo) in enumerate(made)]
    assert [folder.plan().number for folder in folders] == [1, 1, 1, 2]
    assert [folder.path.name for folder in archive.rounds("acme--kettle")] == ["20260105-120002-topic"]
    assert len(archive.rounds()) == 4


def test_two_repositories_of_one_name_share_nothing(archive: Archive) -> None:
    for mirror in ("app-0123.git", "app-4567.git"):
        _, plan = archive.start(pin(repo="app", mirror=mirror), Settings(), "deepreview test", NOON)
        assert plan.number == 1
    assert [len(archive.rounds(shelf)) for shelf in ("app-0123", "app-4567", "")] == [1, 1, 2]
    assert archive.find("", "app-0123").path.parent.name == "app-0123"


def test_a_round_of_this_repository_goes_before_a_newer_one_of_another(archive: Archive) -> None:
    start(archive, repo="acme/kettle")
    start(archive, repo="acme/boiler", later=1)
    start(archive, "only-there", repo="acme/boiler", later=2)
    assert archive.find("topic", "acme--kettle").path.parent.name == "acme--kettle"
    assert archive.find("only-there", "acme--kettle").path.parent.name == "acme--boiler"
    with pytest.raises(UsageError, match="no round has been made yet"):
        archive.find("", "acme--oven")


def test_a_plan_comes_back_as_it_was(archive: Archive) -> None:
    settings = Settings(
        timeout=7, archive=Path("/r"), sarif=(Path("/s"),), commands=(Command(name="x", argv=("y", "z")),)
    )
    folder, plan = archive.start(pin(), settings, "deepreview test", NOON)
    assert folder.plan() == plan
    assert plan.settings == settings


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("", "20260105-120003-topic"),
        ("20260105-120000-topic", "20260105-120000-topic"),
        ("topic", "20260105-120003-topic"),
        ("120000-topic", "20260105-120000-topic"),
        ("-b", "20260105-120001-b"),
    ],
)
def test_a_round_is_found_by_its_id_or_its_end(archive: Archive, name: str, found: str) -> None:
    for n, slug in enumerate(["topic", "b", "ab", "topic"]):
        start(archive, slug, later=n)
    assert archive.find(name).path.name == found


def test_a_round_that_is_not_there_is_a_usage_error(archive: Archive) -> None:
    with pytest.raises(UsageError, match="no round has been made yet"):
        archive.find("")
    start(archive)
    with pytest.raises(UsageError, match="no round is called 'b'"):
        archive.find("b")


def test_foreign_and_unreadable_folders_are_passed_over(archive: Archive) -> None:
    start(archive)
    shelf = archive.root / "acme--boiler"
    (shelf / "holiday-photos").mkdir()
    (shelf / "a-file").write_text("x")
    locked = shelf / "20990101-000000-locked"
    locked.mkdir(mode=0o000)
    try:
        assert [folder.path.name for folder in archive.rounds("acme--boiler")] == ["20260105-120000-topic"]
    finally:
        locked.chmod(0o700)


def test_a_damaged_plan_is_told_in_one_line(archive: Archive) -> None:
    folder = start(archive)
    (folder.path / "plan.json").write_text('{"id": ')
    with pytest.raises(UsageError, match="holds no plan of a round"):
        folder.plan()


def test_what_was_said_comes_back_once_the_reviewer_completed(archive: Archive) -> None:
    folder = start(archive)
    folder.append("names", make_claim())
    folder.append("names", NOTE)
    assert folder.completed("names") is None
    folder.end(DONE)
    assert folder.completed("names") == (DONE, (make_claim(), NOTE))
    folder.forget("names")
    assert folder.completed("names") is None
    assert sorted(path.name for path in folder.path.iterdir()) == ["plan.json"]


def test_a_failed_reviewer_did_not_complete(archive: Archive) -> None:
    folder = start(archive)
    folder.end(Failed(reviewer="names", failure=Failure.ERROR, error="x", claims=0, seconds=0))
    assert folder.completed("names") is None


def test_a_folder_that_cannot_be_made_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(MachineError, match="Not a directory") as caught:
        start(Archive(root=tmp_path / "file" / "rounds"))
    assert caught.value.hint == "make room there, or name another with --archive"


def test_a_full_disk_leaves_the_old_file_and_no_rubbish(archive: Archive) -> None:
    """Written by a process that may write 1,000 bytes to a file and no more."""
    folder = start(archive)
    folder.write("report.md", "old")
    script = (
        "import resource, signal, sys; from pathlib import Path\n"
        "from deepreview.archive.folder import RoundFolder\n"
        "from deepreview.errors import MachineError\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
        "try: RoundFolder(path=Path(sys.argv[1])).write('report.md', 'x' * 100_000)\n"
        "except MachineError as error: print(error)\n"
    )
    env = {"PATH": os.defpath, "PYTHONDONTWRITEBYTECODE": "1"}
    done = run_now([sys.executable, "-c", script, str(folder.path)], env=env, cwd=folder.path)
    assert "cannot be written: File too large (make room there" in done.stdout.decode()
    assert (folder.path / "report.md").read_text() == "old"
    assert sorted(path.name for path in folder.path.iterdir()) == ["plan.json", "report.md"]
