import pytest

from deepreview.consolidate.shipped import shipped
from deepreview.model.claim import Answer


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        ("src/a.py", Answer.YES),
        ("tests/a.py", Answer.NO),
        ("pkg/a_test.go", Answer.NO),
        ("web/a.spec.ts", Answer.NO),
        ("conftest.py", Answer.NO),
        ("README.md", Answer.NO),
        ("src/latest/a.py", Answer.YES),
        ("src/attest.py", Answer.YES),
        ("src/contest.go", Answer.YES),
        ("test_a.py", Answer.NO),
        ("src/UserTest.java", Answer.NO),
        ("src/Latest.java", Answer.YES),
        ("requirements.txt", Answer.YES),
        ("CMakeLists.txt", Answer.YES),
    ],
)
def test_what_ships(path: str, answer: Answer) -> None:
    assert shipped(path) is answer
