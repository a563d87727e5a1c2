"""The reviewer as a whole: hostile files, honest coverage, analysers that fail or are missing."""

import asyncio
import contextlib
import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from deepreview.model.change import RepoPath
from deepreview.model.claim import Severity
from deepreview.model.round import Reading
from deepreview.reviewers.base import NothingToDo, Output
from deepreview.reviewers.static import programs, reviewer
from deepreview.reviewers.static.astgrep import AstGrep
from deepreview.reviewers.static.biome import Biome
from deepreview.reviewers.static.hadolint import Hadolint
from deepreview.reviewers.static.hit import Analyser, Laid, Unreadable
from deepreview.reviewers.static.reviewer import REVIEWER, StaticReviewer
from deepreview.reviewers.static.ruff import Ruff
from deepreview.reviewers.static.shellcheck import ShellCheck
from deepreview.reviewers.static.typos import Typos
from deepreview.reviewers.static.zizmor import Zizmor
from deepreview.testing.desk import MemoryDesk, brief_between
from deepreview.testing.sandbox import Sandbox

pytestmark = pytest.mark.tools

DEFECTS = {
    "src/a.py": "def f():\n    return missing_name\n",
    "run.sh": "#!/bin/bash\nset -e\nrm $@\n",
    "Dockerfile": "FROM ubuntu:latest\nRUN true\n",
    "web/a.test.ts": "it.only('x', () => { check(); });\n",
    "docs/a.md": "We recieve the occurence.\n",
    ".github/workflows/ci.yml": (
        "on: issues\npermissions: {}\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n"
        "      - run: echo ${{ github.event.issue.title }}\n"
    ),
}
FOUND = {
    "ruff:F821",
    "shellcheck:SC2068",
    "hadolint:DL3007",
    "ts-focused-test",
    "typos",
    "zizmor:template-injection",
}
SILENCE = {
    "ruff.toml": "exclude = ['*']\nextend = '/nonexistent'\n",
    ".ruff.toml": "lint.ignore = ['ALL']\n",
    "pyproject.toml": "[tool.ruff]\nexclude = ['*']\n[tool.typos.files]\nextend-exclude = ['*']\n",
    ".shellcheckrc": "disable=all\n",
    "_typos.toml": "[files]\nextend-exclude = ['*']\n",
    "typos.toml": "[default]\nextend-ignore-re = ['.*']\n",
    ".hadolint.yaml": "ignored: [DL3007]\n",
    "zizmor.yml": "rules: {template-injection: {disable: true}}\n",
    ".github/zizmor.yml": "rules: {template-injection: {disable: true}}\n",
    "biome.json": '{"linter": {"enabled": false}, "plugins": ["./evil.js"]}\n',
    "sgconfig.yml": "ruleDirs: []\ncustomLanguages: {evil: {libraryPath: evil.so, extensions: [go]}}\n",
    ".gitignore": "*\n",
    ".ignore": "*\n",
    ".editorconfig": "root = true\n",
}


def run(base: dict[str, str | bytes], head: dict[str, str | bytes], folder: Path) -> tuple[MemoryDesk, Reading]:
    desk = MemoryDesk(base, head, folder)
    return desk, asyncio.run(REVIEWER.review(brief_between(base, head), desk))


def test_configuration_in_the_change_neither_runs_nor_silences(tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    hostile: dict[str, str | bytes] = {
        **DEFECTS,
        **SILENCE,
        "evil.js": f"require('fs').writeFileSync({str(canary)!r}, '')\n",
        "conftest.py": f"open({str(canary)!r}, 'w')\n",
        "sitecustomize.py": f"open({str(canary)!r}, 'w')\n",
        "ruff.py": f"open({str(canary)!r}, 'w')\n",
        "package.json": f'{{"scripts": {{"preinstall": "touch {canary}"}}}}\n',
    }
    desk, _ = run({}, hostile, tmp_path / "scratch")
    assert {claim.kind for claim in desk.claims if not claim.suppressed} >= FOUND
    assert not canary.exists()
    laid = {path.name for path in (tmp_path / "scratch" / "files").iterdir()}
    assert not laid & set(SILENCE)


def test_names_that_would_be_options_or_escape_change_nothing(tmp_path: Path) -> None:
    body = "def f():\n    return missing_name\n"
    names = [
        "--fix.py",
        "-rf.py",
        "a\nb.py",
        "\x1b[31m.py",
        "../out.py",
        ".git/hooks/x.py",
        "a/../../b.py",
        "caf\udce9.py",
        "a b.py",
    ]
    desk, reading = run({}, dict.fromkeys(names, body), tmp_path / "deep" / "scratch")
    assert sorted(claim.places[0].path for claim in desk.claims) == sorted(names)
    assert reading.read == tuple(sorted(map(RepoPath, names)))
    assert [path.name for path in tmp_path.iterdir()] == ["deep"]


def test_binary_invalid_and_huge_content_is_survived(tmp_path: Path) -> None:
    head: dict[str, str | bytes] = {
        "a.py": b"\xff\xfe\xfd = 1\n",
        "b.sh": b"#!/bin/bash\n\xff $1\n",
        "c.go": b"package a\n// \xff\xfe\nfunc f() {\n\thttp.Get(name)\n}\n",
        "d.bin": b"\0\1\2",
        "e.py": b"",
        "f.md": b"recieve" * 3 + b"\r\n",
        "g.ts": b"x" * 6_000_000,
    }
    desk, reading = run({}, head, tmp_path)
    assert "go-http-no-timeout" in {claim.kind for claim in desk.claims}
    reasons = {item.path: item.reason for item in reading.unread}
    assert (reasons[RepoPath("d.bin")], reasons[RepoPath("g.ts")]) == ("binary", "larger than 5 MB")


def test_coverage_is_honest(tmp_path: Path) -> None:
    head: dict[str, str | bytes] = {
        "a.py": "x = 1\n",
        "README.md": "Hello.\n",
        "vendor/b.py": "x = 1\n",
        "gen.go": "// Code generated by x. DO NOT EDIT.\npackage a\n",
        "fr.po": "msgid\n",
    }
    desk, reading = run({"gone.py": "x = 1\n"}, head, tmp_path)
    assert desk.claims == []
    assert reading.read == ("a.py",)
    assert {item.path: item.reason for item in reading.unread} == {
        "README.md": "only spell-checked",
        "fr.po": "no analyser for this kind of file",
        "gen.go": "generated",
        "gone.py": "deleted",
        "vendor/b.py": "vendored",
    }
    assert any(phrase.startswith("ruff ") and phrase.endswith(" rules on 1 file") for phrase in reading.checked)
    assert any(phrase.startswith("typos ") and phrase.endswith(": 1 rule on 2 files") for phrase in reading.checked)


def test_nothing_to_read_is_said(tmp_path: Path) -> None:
    with pytest.raises(NothingToDo, match="no file with text"):
        run({"a.py": "x = 1\n"}, {}, tmp_path)


def test_an_analyser_that_is_missing_is_a_gap_and_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    real = programs.find_program
    monkeypatch.setattr(reviewer, "find_program", lambda name: None if name == "ruff" else real(name))
    desk, reading = run({}, dict(DEFECTS), tmp_path)
    assert "ruff is not installed (pip install '.[static]' in the folder of Deep Review's source)." in reading.gaps
    assert {claim.kind for claim in desk.claims if not claim.suppressed} >= FOUND - {"ruff:F821"}
    assert "ruff: pip install '.[static]' in the folder of Deep Review's source" in REVIEWER.missing()


def test_an_analyser_that_prints_nonsense_is_a_gap(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    fake = tmp_path / "ruff"
    fake.write_text("#!/bin/sh\necho 'ruff 9.9.9'\n")
    fake.chmod(0o755)
    real = programs.find_program
    monkeypatch.setattr(reviewer, "find_program", lambda name: str(fake) if name == "ruff" else real(name))
    desk, reading = run({}, dict(DEFECTS), tmp_path / "scratch")
    assert "ruff 9.9.9 printed no JSON: nothing on standard error." in reading.gaps
    assert not [phrase for phrase in reading.checked if phrase.startswith("ruff")]
    assert {claim.kind for claim in desk.claims if not claim.suppressed} >= FOUND - {"ruff:F821"}


@dataclass(frozen=True)
class Garbage:
    stdout: bytes
    code: int = 0


LAID = Laid(path=RepoPath("a.py"), name="f00000.py", language="python", lines=("x",), content=b"x\n")
ANALYSERS: Sequence[Analyser] = [Ruff(), ShellCheck(), Hadolint(), Zizmor(), Biome(), Typos(), AstGrep()]
GARBAGE = [
    Garbage(b"panic: \xff\xfe"),
    Garbage(b'{"a": [1'),
    Garbage(b"[" * 100_000),
    Garbage(b'[{"code": 1}]'),
    Garbage(b"", 101),
]


@pytest.mark.parametrize("analyser", ANALYSERS, ids=lambda analyser: analyser.name)
@pytest.mark.parametrize("garbage", GARBAGE, ids=range(len(GARBAGE)))
def test_garbage_is_unreadable_or_nothing(analyser: Analyser, garbage: Garbage) -> None:
    output = Output(code=garbage.code, stdout=garbage.stdout, stderr=b"boom\nmore", seconds=0)
    with contextlib.suppress(Unreadable):
        assert list(analyser.parse(output, {LAID.name: LAID})) == []
        assert garbage.code == 0


def test_a_report_about_another_file_is_unreadable() -> None:
    place = '{"row": 1}'
    item = f'"code": "F821", "filename": "/etc/passwd", "message": "m", "location": {place}, "end_location": {place}'
    body = f"[{{{item}}}]".encode()
    with pytest.raises(Unreadable, match="was not given"):
        Ruff().parse(Output(code=1, stdout=body, stderr=b"", seconds=0), {LAID.name: LAID})


def test_rules_and_tools_are_switched_on_and_off(tmp_path: Path) -> None:
    head: dict[str, str | bytes] = {"a.py": "import os\n\n\ndef f(x, y=[]):\n    return missing\n"}
    desk = MemoryDesk({}, head, tmp_path)
    chosen = StaticReviewer(enable=frozenset({"ruff:ARG001"}), disable=frozenset({"ruff:F401", "typos"}))
    asyncio.run(chosen.review(brief_between({}, head), desk))
    assert {claim.kind for claim in desk.claims} == {"ruff:ARG001", "ruff:F821"}
    assert not any("typos" in argv[0] for argv in desk.started)


def test_the_patch_of_a_typo_applies(tmp_path: Path) -> None:
    text = "".join(f"line {n}\n" for n in range(9)) + "We recieve the occurence.\nAnd recieve no more."
    box = Sandbox(tmp_path / "repo")
    box.commit("head", {"a.md": text})
    desk, _ = run({}, {"a.md": text}, tmp_path / "scratch")
    by_word = {claim.title.split("”")[0]: claim for claim in desk.claims}
    receive = by_word["“recieve"]
    assert (len(receive.places), receive.severity) == (2, Severity.SUGGESTION)
    box.git("apply", "-", stdin=receive.patch.encode())
    assert (tmp_path / "repo" / "a.md").read_text() == text.replace("recieve", "receive")


def test_words_of_the_project_and_other_languages_are_not_typos(tmp_path: Path) -> None:
    german = "Die Konfiguration der Maschine ist eine Funktion.\nDas Objekt hat eine Referenz und Adresse.\nManuell.\n"
    head: dict[str, str | bytes] = {"a.md": "We recieve.\n", "b.md": german, "i18n/de.md": "Konfiguration.\n"}
    desk, _ = run({"old.py": "recieve = 1\n"}, {"old.py": "recieve = 1\n", **head}, tmp_path)
    assert [(claim.kind, claim.suppressed) for claim in desk.claims] == [
        ("typos", "the project already spells the word like this")
    ]


def test_biome_reads_with_our_configuration(tmp_path: Path) -> None:
    if shutil.which("biome", path=os.pathsep.join(os.get_exec_path())) is None:
        pytest.skip("biome is not on the path")
    head: dict[str, str | bytes] = {"a.test.ts": "it.only('x', () => { expect(1).toBe(1); });\n", "biome.json": "{"}
    desk, _ = run({}, head, tmp_path)
    assert "biome:suspicious/noFocusedTests" in {claim.kind for claim in desk.claims}


def test_names_in_data_and_corrections_in_a_changelog_are_not_typos(tmp_path: Path) -> None:
    head: dict[str, str | bytes] = {
        ".golangci.yml": "linters:\n  - importas\n",
        "CHANGES.md": "Fix the typo recieve.\n",
        "texts/LICENSE-MIT": "Warranties of MERCHANTIBILITY.\n",
        "a.md": "A task may reject it without requeueing.\n",
    }
    assert run({}, head, tmp_path)[0].claims == []
    sentence = run({}, {"a.yml": "text: We recieve it.\n"}, tmp_path / "two")[0].claims
    assert [claim.kind for claim in sentence] == ["typos"]
