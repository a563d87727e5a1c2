import shutil

from deepreview.archive.folder import RoundFolder
from deepreview.cli.commands.rounds import load
from deepreview.testing.shell import Shell


def test_a_round_can_be_looked_at_in_every_way_after_the_repository_is_gone(shell: Shell) -> None:
    shell("review", "-q", "--with", "names")
    (folder,) = shell.rounds
    row = [folder.name, "1", "merge", "as-is", "0", "0", "1", "drop", "the", "gauge"]
    everywhere = [*row[:7], "boiler:", *row[7:]]
    assert shell("list", "--all").stdout.decode().splitlines()[1].split() == everywhere
    for listed in (shell("list"), shell("list", cwd=shell.home)):
        assert (listed.code, [line.split() for line in listed.stdout.decode().splitlines()[1:]]) == (0, [row])
        assert listed.stderr == b""
    one = shell("show", "s1").stdout
    assert b"read_gauge" in one
    assert b"How it was found" in one
    assert b"Who looked" not in one
    assert b"Who looked" in shell("show").stdout
    assert shell.complains("show", "S9") == (2, f"deepreview: {folder.name} has no finding S9 (it has S1)\n")
    opened = shell("open", BROWSER="true")
    assert opened.stdout.decode() == f"{folder}/report.html\n"
    shell.box.git("checkout", "-q", "main")
    shell.box.git("branch", "-D", "topic")
    shutil.rmtree(shell.box.path)
    shutil.rmtree(shell.home / ".cache")
    page = shell("render", folder.name, "--to", "html", cwd=shell.home)
    assert page.code == 0
    assert page.stdout == (folder / "report.html").read_bytes()
    assert b"A document still names" in page.stdout
    again = shell("render", str(folder / "report.json"), "--to", "json", "-o", "copy.json", cwd=shell.home)
    assert (again.code, again.stdout) == (0, b"")
    assert (shell.home / "copy.json").read_bytes() == (folder / "report.json").read_bytes()


def test_a_finding_is_shown_by_every_name_that_resolve_takes(shell: Shell) -> None:
    shell("review", "-q", "--with", "names")
    first = shell.rounds[0]
    one = shell("show", "S1").stdout
    finding = load(RoundFolder(path=first)).findings[0]
    for name in ("R1-S1", "r1-s1", finding.life):
        assert (shell("show", name).code, shell("show", name).stdout) == (0, one), name
    assert shell("resolve", "R1-S1", "declined", "not ours to fix").code == 0
    shell("review", "-q", "--with", "names", "--again")
    assert shell.complains("show", "S1")[0] == 2, "what was declined is not listed again"
    assert shell("show", "R1-S1").stdout == one, "a name of an earlier round shows it as that round has it"
    second = shell.rounds[1]
    assert shell.complains("show", "R2-S1") == (
        2,
        f"deepreview: {second.name} has no finding R2-S1 (it has none)\n",
    )
    shutil.rmtree(first)
    assert shell.complains("show", "R1-S1") == (
        2,
        f"deepreview: {second.name} has no finding R1-S1 to show (it has none)\n",
    )


def test_two_repositories_in_folders_of_one_name_keep_their_rounds_apart(shell: Shell) -> None:
    other = shell.home / "elsewhere" / shell.box.path.name
    shell.box.git("clone", "-q", str(shell.box.path), str(other))
    for folder, target in ((shell.box.path, "topic"), (other, "HEAD"), (other, "HEAD")):
        shell("review", "-q", "--with", "names", target, cwd=folder)
    assert len(shell.rounds) == 3
    lists = [
        shell("list", cwd=folder).stdout.decode().splitlines()[1:] for folder in (shell.box.path, other / ".git" / "..")
    ]
    assert [[line.split()[1] for line in rows] for rows in lists] == [["1"], ["1", "2"]]
    assert b" topic" in shell("show").stdout
    assert b"HEAD" in shell("show", cwd=other).stdout


def test_where_no_round_was_made_that_is_said(shell: Shell) -> None:
    listed = shell("list")
    assert (listed.code, listed.stdout) == (0, b"")
    assert b"No rounds yet" in listed.stderr


def test_a_damaged_round_does_not_hide_the_others(shell: Shell) -> None:
    shell("review", "-q", "--with", "names")
    shell("review", "-q", "--with", "names", "HEAD")
    (shell.rounds[0] / "report.json").write_text("{")
    listed = shell("list")
    assert listed.code == 0
    assert b"not readable by this version" in listed.stdout
    assert b"merge as-is" in listed.stdout
