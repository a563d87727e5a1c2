import pytest

from deepreview.context.rules import edited, rules
from deepreview.model.change import RepoPath
from deepreview.testing.builders import make_change, make_patch
from deepreview.testing.desk import MemoryTree, as_bytes

CHANGED = [RepoPath("pkg/net/dial.go")]


def found(files: dict[str, str]) -> list[tuple[str, str, int]]:
    return [(rule.path, rule.text, rule.cut) for rule in rules(MemoryTree(as_bytes(files)), CHANGED)]


def test_the_whole_projects_rules_stand_before_those_of_a_folder_and_others_folders_are_not_read() -> None:
    files = {
        "AGENTS.md": "all\n",
        "pkg/AGENTS.md": "pkg\n",
        "pkg/net/CLAUDE.md": "net\n",
        "web/AGENTS.md": "web\n",
        "deep-review-context.md": "context\n",
        ".github/copilot-instructions.md": "copilot\n",
    }
    assert [text for _, text, _ in found(files)] == ["all", "context", "copilot", "pkg", "net"]


def test_equal_files_are_told_once_and_empty_or_binary_ones_never() -> None:
    files = {"AGENTS.md": "same\n", "CLAUDE.md": "same\n", "GEMINI.md": " \n", "REVIEW.md": "\0"}
    assert [path for path, _, _ in found(files)] == ["AGENTS.md"]


def test_only_what_a_guide_says_about_changes_is_taken() -> None:
    guide = (
        "# Contributing to tests\nwelcome\n## Setup\n```sh\n# test it\n```\nmake\n## Code style\nshort\n### Names\n"
        "long\n```sh\n## not a heading\n```\n## License\nMIT\n## Pull requests\nsmall\n"
    )
    assert found({"CONTRIBUTING.md": guide}) == [
        (
            "CONTRIBUTING.md",
            "## Code style\nshort\n### Names\nlong\n```sh\n## not a heading\n```\n## Pull requests\nsmall",
            0,
        )
    ]
    assert found({"CONTRIBUTING.md": "# Contributing\nwelcome\n"}) == []


def test_too_much_is_cut_and_counted() -> None:
    names = ("AGENTS.md", "CLAUDE.md", "GEMINI.md", "REVIEW.md")
    told = found({name: name[0] * 20_000 for name in names})
    assert [(len(text), cut) for _, text, cut in told] == [(12_000, 8_000)] * 3 + [(4_000, 16_000)]


@pytest.mark.parametrize(
    ("path", "steers"),
    [
        ("AGENTS.md", True),
        ("a/b/CLAUDE.md", True),
        ("deep-review-context.md", True),
        ("docs/CONTRIBUTING.md", True),
        (".claude/hooks/x.sh", True),
        ("sub/.gemini/settings.json", True),
        (".mcp.json", True),
        (".github/instructions/go.instructions.md", True),
        ("opencode.json", True),
        (".env", True),
        ("src/agents.md.py", False),
        ("docs/claude.html", False),
        (".environment", False),
    ],
)
def test_files_that_steer_agents_are_known(path: str, steers: bool) -> None:
    assert bool(edited(make_change(make_patch(path=path)))) is steers


def test_a_rule_that_was_moved_away_is_told_by_its_old_path() -> None:
    assert edited(make_change(make_patch(path="x.md", old_path=RepoPath("AGENTS.md")))) == ("AGENTS.md",)
