"""Archives join without a conflict, in any order, and nothing of either is lost."""

from hypothesis import given
from hypothesis import strategies as st

from deepreview.publish.content import is_archive, joined, rounds_of

_IDS = st.sampled_from(["20260105-101500-a", "20260105-101500-b", "20260105-101500-pr-3~2"])
_OBJECTS = st.sampled_from([f"100644 {digit * 40}" for digit in "12345"])


@st.composite
def archives(draw: st.DrawFn) -> dict[str, str]:
    """An archive as publishers make one: each round joined to what was there."""
    found: dict[str, str] = {}
    for name, report in draw(st.lists(st.tuples(_IDS, _OBJECTS), max_size=5)):
        found = joined(found, {f"rounds/{name}/report.json": report, f"rounds/{name}/report.md": report})
    for said in draw(st.sets(st.sampled_from("abc"))):
        found[f"resolutions/{said}.json"] = f"100644 {said * 40}"
    return found


def reports(files: dict[str, str]) -> set[tuple[str, str]]:
    """Each report under the id that it was made with."""
    return {(name.split("~")[0], own["report.json"]) for name, own in rounds_of(files).items()}


@given(archives(), archives())
def test_nothing_of_either_is_lost_and_nothing_is_there_twice(one: dict[str, str], other: dict[str, str]) -> None:
    both = joined(one, other)
    assert reports(both) == reports(one) | reports(other) == reports(joined(other, one))
    assert len(rounds_of(both)) == len(reports(both))
    assert {path for path in both if path.startswith("res")} >= {path for path in other if path.startswith("res")}
    assert both.items() >= one.items(), "what is published stays where it is"
    assert joined(both, other) == both


def test_what_is_no_round_is_none() -> None:
    odd = ("rounds/../x/report.json", "rounds/20260105-101500-a/b/report.json", "rounds/evil/report.json", "x")
    assert rounds_of(dict.fromkeys(odd, "100644 1") | {"rounds/20260105-101500-a/report.md": "100644 1"}) == {}


def test_only_an_archive_of_this_form_is_added_to() -> None:
    assert is_archive(b'{"archive": 1}')
    assert not any(is_archive(raw) for raw in (None, b"", b"[]", b'{"archive": 2}', b"\xff", b"[" * 200_000))
