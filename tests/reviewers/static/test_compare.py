"""What counts as new: identities, multisets, moves, added lines."""

import asyncio
from pathlib import Path

import pytest

from deepreview.model.claim import Claim, Observation
from deepreview.model.round import Reading
from deepreview.reviewers.static.reviewer import StaticReviewer
from deepreview.testing.desk import MemoryDesk, brief_between

pytestmark = pytest.mark.tools

SPLITTING = StaticReviewer(enable=frozenset({"shellcheck:SC2086"}))
WORKFLOW = """on: push
permissions: {}
jobs:
  a:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - uses: actions/cache@0123456789abcdef0123456789abcdef01234567
"""
SWALLOW = """package a

func (s *S) Remove(ctx context.Context, name string) error {
	found, err := s.store.Inspect(ctx, name)
	if err != nil {
		log.Error(err, "inspect failed")
	}
	use(found)
	return nil
}
"""


def review(
    base: dict[str, str], head: dict[str, str], folder: Path, reviewer: StaticReviewer | None = None, **given: object
) -> tuple[list[Claim], list[Observation], Reading]:
    desk = MemoryDesk(base, head, folder)
    renames = given.get("renames")
    brief = brief_between(base, head, renames if isinstance(renames, dict) else None)
    reading = asyncio.run((reviewer or StaticReviewer()).review(brief, desk))
    return desk.claims, desk.observations, reading


def kinds(claims: list[Claim]) -> list[str]:
    return [claim.kind for claim in claims if not claim.suppressed]


def test_a_newer_version_of_an_action_reports_nothing_again(tmp_path: Path) -> None:
    path = ".github/workflows/ci.yml"
    claims, _, reading = review({path: WORKFLOW}, {path: WORKFLOW.replace("@v4", "@v5")}, tmp_path)
    assert claims == []
    assert any(phrase.startswith("zizmor") and "there before" in phrase for phrase in reading.checked)
    fresh, _, _ = review({}, {path: WORKFLOW}, tmp_path / "fresh")
    assert "zizmor:unpinned-uses" in kinds(fresh)


def test_a_second_copy_is_new(tmp_path: Path) -> None:
    one = "def f():\n    return missing_name\n"
    two = "def f():\n    return missing_name\n\n\ndef g():\n    return missing_name\n"
    claims, _, _ = review({"a.py": one}, {"a.py": two}, tmp_path)
    assert [(claim.kind, claim.places[0].first) for claim in claims] == [("ruff:F821", 6)]


def test_lines_that_shift_and_re_indent_are_old(tmp_path: Path) -> None:
    old = "def f():\n    return missing_name\n"
    new = "import sys\n\nif sys.argv:\n\n    def f():\n        return missing_name\n"
    assert review({"a.py": old}, {"a.py": new}, tmp_path)[0] == []


def test_code_that_moved_to_another_file_is_no_claim_but_counted(tmp_path: Path) -> None:
    rest = "package a\n\nfunc other() {}\n"
    base, head = {"a.go": SWALLOW, "b.go": rest}, {"a.go": rest, "b.go": SWALLOW}
    claims, _, reading = review(base, head, tmp_path)
    assert claims == []
    assert any("1 moved hit" in phrase for phrase in reading.checked)


def test_a_renamed_file_keeps_its_old_hits(tmp_path: Path) -> None:
    head = {"new.go": SWALLOW.replace("Remove", "Removed")}
    assert review({"old.go": SWALLOW}, head, tmp_path, renames={"old.go": "new.go"})[0] == []


def test_a_move_with_other_names_is_said_as_suppressed(tmp_path: Path) -> None:
    rest = "package a\n\nfunc other() {}\n"
    long = SWALLOW.replace('"inspect failed"', '"inspecting the store of the machine failed", "name", name')
    moved = long.replace("found", "item").replace("err ", "failedErr ").replace("(err,", "(failedErr,")
    claims, _, _ = review({"a.go": long, "b.go": rest}, {"a.go": rest, "b.go": moved}, tmp_path / "long")
    assert [claim.suppressed for claim in claims] == [
        "probably moved: the same code with other names was removed at a.go:5"
    ]


def test_more_than_three_in_one_file_are_one_claim(tmp_path: Path) -> None:
    source = "".join(f"def f{n}():\n    return missing_{n}\n\n\n" for n in range(4))
    claims, _, _ = review({}, {"a.py": source}, tmp_path)
    assert [(len(claim.places), claim.title) for claim in claims] == [
        (4, "`missing_0` is not defined (and 3 more places)")
    ]
    assert claims[0].id == "static/ruff:F821/1"


def test_equal_input_gives_equal_claims(tmp_path: Path) -> None:
    head = {"a.go": SWALLOW, "a.py": "x = missing\ny = other\n", "b.sh": "#!/bin/bash\nrm $1\n"}
    first, _, one = review({}, head, tmp_path / "one", SPLITTING)
    second, _, two = review({}, head, tmp_path / "two", SPLITTING)
    assert first == second
    assert one == two
    assert [claim.id for claim in first][-2:] == ["static/ruff:F821/2", "static/shellcheck:SC2086/1"]


def test_a_house_idiom_is_suppressed_with_its_count(tmp_path: Path) -> None:
    base = {
        f"m{n}.go": f"package a\n\nfunc f{n}() string {{\n\tname, _ := os.Hostname()\n\treturn name\n}}\n"
        for n in range(3)
    }
    head = base | {"new.go": base["m0.go"].replace("f0", "f9")}
    claims, _, _ = review(base, head, tmp_path, StaticReviewer(enable=frozenset({"go-discarded-error"})))
    assert [claim.suppressed for claim in claims] == ["the base holds the same code 3 times: a house idiom"]


def test_an_explaining_comment_is_quoted_and_drops_nothing(tmp_path: Path) -> None:
    head = {"a.go": SWALLOW.replace("\tif err", "\t// best effort: the disk may be gone\n\tif err")}
    claims, _, _ = review({}, head, tmp_path)
    assert [(claim.suppressed, claim.excuse) for claim in claims] == [("", "// best effort: the disk may be gone")]


def test_a_comment_for_a_tool_is_an_answer(tmp_path: Path) -> None:
    head = {"a.go": SWALLOW.replace("if err != nil {", "if err != nil { //nolint:nilerr")}
    claims, _, _ = review({}, head, tmp_path)
    assert [claim.suppressed for claim in claims] == [
        "answered by a comment for a tool: if err != nil { //nolint:nilerr"
    ]


def test_a_comment_that_says_it_is_fine_excuses(tmp_path: Path) -> None:
    head = {"a.go": SWALLOW.replace("\tif err", "\t// if it is not there then that's fine\n\tif err")}
    (claim,) = review({}, head, tmp_path)[0]
    assert claim.excuse == "// if it is not there then that's fine"


def test_what_tests_of_a_grammar_read_is_no_code(tmp_path: Path) -> None:
    (claim,) = review({}, {"tests/query/highlights/python/calls.py": "invokeit()\n"}, tmp_path)[0]
    assert claim.suppressed == "test data, where defects may be meant"


def test_another_logger_is_no_new_defect_and_logging_what_was_returned_is(tmp_path: Path) -> None:
    other = SWALLOW.replace('log.Error(err, "inspect failed")', 'slog.Error("inspect failed", "error", err)')
    assert review({"a.go": SWALLOW}, {"a.go": other}, tmp_path / "one")[0] == []
    told = SWALLOW.replace('log.Error(err, "inspect failed")', "return err")
    assert kinds(review({"a.go": told}, {"a.go": SWALLOW}, tmp_path / "two")[0]) == ["go-error-logged-then-ignored"]


def test_an_import_that_a_type_in_a_comment_needs_is_used(tmp_path: Path) -> None:
    head = {"a.py": "from typing import Dict, Tuple\n\nx = {}  # type: Dict[str, str]\n"}
    (claim,) = review({}, head, tmp_path)[0]
    assert claim.title == "`typing.Tuple` is imported and not used"


def test_arrays_of_a_script_are_its_own_and_arguments_are_not(tmp_path: Path) -> None:
    text = "#!/bin/bash\nfor i in ${!files[@]}; do\n  echo hi\ndone\nfor i in $@; do\n  echo hi\ndone\n"
    assert [claim.places[0].first for claim in review({}, {"a.sh": text}, tmp_path)[0]] == [5]


def test_a_trigger_with_rights_is_dangerous_where_the_pull_request_is_taken(tmp_path: Path) -> None:
    flow = "on: pull_request_target\npermissions: {}\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n"
    take = (
        "      - uses: actions/checkout@v4\n        with:\n          ref: ${{ github.event.pull_request.head.sha }}\n"
    )
    head = {
        ".github/workflows/label.yml": f"{flow}      - run: gh pr edit\n",
        ".github/workflows/build.yml": flow + take,
    }
    found = [c for c in review({}, head, tmp_path)[0] if c.kind == "zizmor:dangerous-triggers"]
    assert [claim.places[0].path for claim in found] == [".github/workflows/build.yml"]


def test_what_cannot_be_parsed_gives_no_tree_hits_and_is_said(tmp_path: Path) -> None:
    claims, _, reading = review({}, {"a.go": SWALLOW.replace("\tuse(found)", "\t)))")}, tmp_path)
    assert claims == []
    assert [(item.path, item.reason) for item in reading.unread] == [("a.go", "could not be parsed near line 8")]
    assert any("could not parse all of a.go:8" in gap for gap in reading.gaps)


def test_notes_are_grouped_and_not_claims(tmp_path: Path) -> None:
    claims, notes, _ = review({}, {"a.sh": "#!/bin/bash\nmake\n", "b.sh": "#!/bin/bash\nmake\n"}, tmp_path)
    assert claims == []
    assert [note.text for note in notes] == [
        "New, and not counted as findings: script without `set -e` at `a.sh:1`, `b.sh:1`."
    ]


def test_another_job_without_permissions_is_no_new_decision(tmp_path: Path) -> None:
    path = ".github/workflows/ci.yml"
    job = "  {}:\n    runs-on: ubuntu-latest\n    steps:\n      - run: make\n"
    old = "on: push\njobs:\n" + job.format("a")
    assert review({path: old}, {path: old + job.format("b")}, tmp_path)[0] == []
    careful = {".github/workflows/a.yml": f"permissions: {{}}\n{old}"}
    assert "zizmor:excessive-permissions" in kinds(review(careful, careful | {path: old}, tmp_path / "new")[0])


def test_a_fixture_taken_as_an_argument_is_not_defined_twice(tmp_path: Path) -> None:
    fixture = "from .fixtures import client\n\n\ndef test_a(client):\n    assert client\n"
    twice = "def test_a():\n    assert 1\n\n\ndef test_a():\n    assert 2\n"
    claims, _, _ = review({}, {"tests/test_a.py": fixture, "tests/test_b.py": twice}, tmp_path)
    assert [(claim.kind, claim.places[0].path) for claim in claims if claim.kind == "ruff:F811"] == [
        ("ruff:F811", "tests/test_b.py")
    ]


def test_shell_variables_are_compared_by_name_and_commands_are_meant_to_split(tmp_path: Path) -> None:
    old = "#!/bin/bash\nset -e\nrm $target\n"
    new = "#!/bin/bash\nset -e\nrm -f $target\n${PREFIX}make\ncp $OPTS a b\n"
    assert review({"a.sh": old}, {"a.sh": new}, tmp_path)[0] == []


def test_a_way_of_writing_that_the_project_chose_is_suppressed(tmp_path: Path) -> None:
    wrap = 'package a\n\nfunc f{n}(err error) error {{\n\treturn fmt.Errorf("step {n}: %v", err)\n}}\n'
    base = {f"m{n}.go": wrap.format(n=n) for n in range(8)}
    claims, _, _ = review(base, base | {"new.go": wrap.format(n=99)}, tmp_path)
    assert [claim.suppressed for claim in claims] == ["the base writes it like this 8 times: a house idiom"]
    few = dict(list(base.items())[:7])
    assert [claim.suppressed for claim in review(few, few | {"new.go": wrap.format(n=99)}, tmp_path)[0]] == [""]


def test_two_causes_in_one_error_and_own_error_types_are_left_alone(tmp_path: Path) -> None:
    text = (
        "package a\n\nfunc f(err error) error {\n\tif _, ok := err.(retryable); ok {\n\t\treturn nil\n\t}\n"
        '\treturn fmt.Errorf("a: %v; b: %v", oneErr, otherErr)\n}\n'
    )
    assert review({}, {"a.go": text}, tmp_path)[0] == []


def test_words_that_split_in_tests_are_left_alone(tmp_path: Path) -> None:
    text = "#!/bin/bash\nset -e\nrm $target\n"
    assert review({}, {"tests/a.sh": text}, tmp_path, SPLITTING)[0] == []
    assert [claim.kind for claim in review({}, {"bin/a.sh": text}, tmp_path, SPLITTING)[0]] == ["shellcheck:SC2086"]


def test_an_idiom_of_scripts_without_an_extension_is_counted(tmp_path: Path) -> None:
    script = "#!/bin/bash\ncd $target\nrm -r *\n"
    base = {f"bin/tool{n}": script for n in range(3)}
    claims, _, _ = review(base, base | {"bin/new": script}, tmp_path)
    assert [claim.suppressed for claim in claims] == ["the base holds the same code 3 times: a house idiom"]


def test_broad_permissions_are_said_where_most_workflows_are_careful(tmp_path: Path) -> None:
    text = "on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - run: make\n"
    base = {f".github/workflows/w{n}.yml": f"permissions: {{}}\n{text}" if n else text for n in range(3)}
    head = {".github/workflows/new.yml": text.replace("make", "make all")}
    (claim,) = review(base, base | head, tmp_path)[0]
    assert (claim.kind, claim.suppressed) == ("zizmor:excessive-permissions", "")
    careless = {".github/workflows/w0.yml": text}
    (claim,) = review(careless, careless | head, tmp_path)[0]
    assert claim.suppressed == "done otherwise in 0 of 1 such files of the base"


def test_an_action_without_a_pin_is_said_where_at_least_half_have_one(tmp_path: Path) -> None:
    pinned, loose = f"a/b@{'0' * 40}", "c/d@v1"
    flow = "on: push\npermissions: {}\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n"
    for steps, said in (((pinned, loose), True), ((pinned, "c/e@v1", loose), False)):
        head = {".github/workflows/a.yml": flow + "".join(f"      - uses: {step}\n" for step in steps)}
        kinds_ = {claim.kind for claim in review({}, head, tmp_path / str(said))[0]}
        assert ("zizmor:unpinned-uses" in kinds_) is said


def test_only_what_outsiders_may_write_is_an_injection(tmp_path: Path) -> None:
    flow = "on: {}\npermissions: {{}}\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n"
    step = "      - run: echo '${{{{ {} }}}}'\n"
    by_hand = "{workflow_dispatch: {inputs: {version: {type: string}}}}"
    called = "{workflow_call: {inputs: {version: {type: string}, name: {type: string}}}}"
    head = {
        ".github/workflows/a.yml": (flow + step + step).format(called, "inputs.version", "inputs.name"),
        ".github/workflows/b.yml": (flow + step).format("issues", "github.event.issue.title"),
        ".github/workflows/c.yml": (flow + step).format(by_hand, "inputs.version"),
        ".github/workflows/d.yml": (flow + step).format(by_hand, "github.event.inputs.ref"),
        ".github/workflows/e.yml": (flow + step).format("release", "github.event.release.tag_name"),
        ".github/workflows/f.yml": (flow + step).format("pull_request", "github.event.pull_request.title"),
    }
    claims = [c for c in review({}, head, tmp_path)[0] if c.kind == "zizmor:template-injection"]
    assert [(c.places[0].path[-5:], c.severity.value, len(c.places)) for c in claims] == [
        ("a.yml", "suggestion", 2),
        ("b.yml", "important", 1),
    ]


def test_images_and_shell_of_tests_are_left_alone(tmp_path: Path) -> None:
    head = {
        "pkg/e2e/testdata/a/Dockerfile": "FROM alpine\n",
        "lib/common.sh": "#!/bin/sh\nunset <%= NAMES.join(' ') %>\n",
        "bin/run.sh": "#!/bin/bash\nset -e\nread -r a b <<< $(version)\nret=1\nexit $ret\n",
    }
    assert review({}, head, tmp_path)[0] == []


def test_a_message_that_says_why_is_quoted(tmp_path: Path) -> None:
    head = {"a.go": SWALLOW.replace("inspect failed", "inspect failed, going on on purpose")}
    claims = review({}, head, tmp_path)[0]
    assert [claim.excuse for claim in claims] == ['log.Error(err, "inspect failed, going on on purpose")']


def test_what_a_decorator_registers_is_not_lost_when_its_name_is_used_again(tmp_path: Path) -> None:
    text = (
        "from web import app\n\n\n@app.get('/a')\ndef page():\n    return 1\n"
        "\n\n@app.get('/b')\ndef page():\n    return 2\n"
    )
    assert [claim.kind for claim in review({}, {"a.py": text}, tmp_path)[0]] == []


def test_data_of_tests_is_said_as_suppressed(tmp_path: Path) -> None:
    claims = review({}, {"tests/fixtures/a.py": "x = missing\n"}, tmp_path)[0]
    assert {claim.suppressed for claim in claims} == {"test data, where defects may be meant"}
