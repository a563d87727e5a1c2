import os
from pathlib import Path

from deepreview.guests.watch import changed, marks


def test_every_way_to_change_a_file(tmp_path: Path) -> None:
    for name in ("same", "content", "mode", "gone", "replaced", "back", "odd\nname", "dir/deep"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("one")
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git/index").write_text("x")
    (tmp_path / ".git/HEAD").write_text("x")
    (tmp_path / ".git/objects").mkdir()
    (tmp_path / ".git/objects/pack").write_text("x")
    (tmp_path / ".deepreview").mkdir()
    (tmp_path / "dir/.git").mkdir()
    before = marks(tmp_path)
    assert changed(tmp_path, before) == ()
    (tmp_path / "content").write_text("two")
    (tmp_path / "mode").chmod(0o777)
    (tmp_path / "gone").unlink()
    (tmp_path / "other").write_text("one")
    (tmp_path / "other").rename(tmp_path / "replaced")
    old = (tmp_path / "back").stat()
    (tmp_path / "back").write_text("two")
    os.utime(tmp_path / "back", ns=(old.st_atime_ns, old.st_mtime_ns))
    (tmp_path / "odd\nname").write_text("two")
    (tmp_path / "dir/deep").write_text("two")
    (tmp_path / ".git/index").write_text("y")
    (tmp_path / ".git/HEAD").write_text("y")
    (tmp_path / ".git/objects/pack").write_text("y")
    (tmp_path / ".deepreview/x").write_text("y")
    (tmp_path / "new").write_text("y")
    assert changed(tmp_path, before) == (
        "It changed .git/HEAD.",
        "It changed back.",
        "It changed content.",
        "It changed dir/deep.",
        "It removed gone.",
        "It changed mode.",
        "It changed odd\\nname.",
        "It changed replaced.",
    )


def test_very_many_are_counted(tmp_path: Path) -> None:
    for number in range(1_030):
        (tmp_path / str(number)).touch()
    before = marks(tmp_path)
    for number in range(1_030):
        (tmp_path / str(number)).unlink()
    told = changed(tmp_path, before)
    assert (len(told), told[0], told[-1]) == (21, "It removed 0.", "And 1,010 more files.")
