import pytest

from deepreview.context.companions import companions
from deepreview.model.change import RepoPath


def files(*names: str) -> frozenset[RepoPath]:
    return frozenset(RepoPath(name) for name in names)


PAIR = files("valve.py", "docs/valve.md")
PRESENT = files("valve.py", "docs/valve.md", "pump.py")


def test_a_file_that_nearly_always_comes_along_is_named_with_its_count() -> None:
    told = companions([PAIR] * 7 + [files("valve.py")], files("valve.py"), PRESENT)
    assert told == (
        "`docs/valve.md` changed with `valve.py` in 7 of its last 8 commits, and is not part of this change.",
    )


@pytest.mark.parametrize(
    ("commits", "changed", "present"),
    [
        ([PAIR] * 5, ["valve.py"], PRESENT),
        ([PAIR] * 6 + [files("valve.py")] * 2, ["valve.py"], PRESENT),
        ([files("valve.py")] * 2 + [PAIR] * 20, ["valve.py"], PRESENT),
        ([PAIR] * 9, ["valve.py", "docs/valve.md"], PRESENT),
        ([PAIR] * 9, ["valve.py"], files("valve.py")),
        ([PAIR | files(*(f"f{i}" for i in range(30)))] * 9, ["valve.py"], PRESENT),
        ([PAIR] * 9, ["pump.py"], PRESENT),
        ([], ["valve.py"], PRESENT),
    ],
    ids=["support", "confidence", "recent", "changed", "absent", "wide", "other", "empty"],
)
def test_anything_less_is_not_told(
    commits: list[frozenset[RepoPath]], changed: list[str], present: frozenset[RepoPath]
) -> None:
    assert companions(commits, files(*changed), present) == ()


def test_a_partner_is_told_once_by_its_surest_rule_and_the_surest_come_first() -> None:
    both = files("a.py", "b.py", "lock")
    commits = [both] * 10 + [files("a.py", "c.py")] * 1 + [files("b.py", "d.py")] * 8
    told = companions(commits, files("a.py", "b.py"), files("lock", "d.py"))
    assert told == ("`lock` changed with `a.py` in 10 of its last 11 commits, and is not part of this change.",)
