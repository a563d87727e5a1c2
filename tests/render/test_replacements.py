import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from deepreview.render.replacements import replacements
from deepreview.testing.desk import hunks_between

HEAD = "--- a/x.py\n+++ b/x.py\n"
lines = st.lists(st.sampled_from(["a", "b", "c", "", " d"]), max_size=8)


def applied(before: list[str], changes: list[dict[str, dict[str, int]]]) -> list[str]:
    """What a reader of SARIF makes of the file, the last change first."""
    after = list(before)
    for change in reversed(changes):
        region = change["deletedRegion"]
        end = region["endLine"] - ("endColumn" in region)
        text = str(change.get("insertedContent", {}).get("text", ""))
        whole = text.removesuffix("\n") if "endColumn" in region else text
        put = whole.split("\n") if "insertedContent" in change else []
        after[region["startLine"] - 1 : end] = put
    return after


@given(before=lines, after=lines)
def test_the_replacements_do_what_the_patch_does(before: list[str], after: list[str]) -> None:
    hunks = hunks_between("".join(f"{x}\n" for x in before).encode(), "".join(f"{x}\n" for x in after).encode())
    assume(len(hunks) == 1)  # only such patches are turned into replacements
    for hunk in hunks:
        patch = (
            HEAD
            + f"@@ -{hunk.old_start},{hunk.old_count} +{hunk.new_start},{hunk.new_count} @@\n"
            + "\n".join(hunk.lines)
        )
        path, changes = replacements(patch + "\n")
        assert path == "x.py"
        assert applied(before, changes) == after


@pytest.mark.parametrize(
    "patch",
    [
        "",
        "not a patch",
        HEAD + "@@ -1 +1 @@\n-a\n+b\n@@ -9 +9 @@\n-a\n+b\n",
        "--- a/x.py\n+++ b/y.py\n@@ -1 +1 @@\n-a\n+b\n",
        "--- /dev/null\n+++ b/x.py\n@@ -0,0 +1 @@\n+b\n",
        HEAD + "@@ -1 +1 @@\n-a\n+b\n\\ No newline at end of file\n",
        HEAD + "@@ -1 +1 @@\n-a\n+b\u202e\n",
        HEAD + "@@ -1 +1 @@\r\n-a\r\n+b\r\n",
        HEAD + "@@ odd @@\n-a\n+b\n",
    ],
)
def test_anything_else_gives_none(patch: str) -> None:
    assert replacements(patch)[1] == []
