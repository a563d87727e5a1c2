from deepreview.benchmark.consolidation import AT_ONCE, compare
from deepreview.benchmark.corpus import Panel, as_one
from deepreview.model.claim import ClaimId
from deepreview.testing.builders import make_claim


def change(name: str) -> Panel:
    """Two tools that say the same of a change, and a third that says something else."""
    told = {"a": "lock lost", "b": "lock lost", "c": "typo"}
    claims = tuple(make_claim(id=ClaimId(f"{tool}/1"), reviewer=tool, title=text) for tool, text in told.items())
    return Panel(name=name, group=name, claims=claims, defects={one.id: frozenset({"1"}) for one in claims[:2]})


def test_changes_as_one_keep_their_defects_apart() -> None:
    both = as_one([change("p"), change("q")])
    assert len({claim.id for claim in both.claims}) == 6
    assert {frozenset({"p: 1"}), frozenset({"q: 1"})} == set(both.defects.values())
    assert [claim.id for claim in both.claims] == sorted(claim.id for claim in both.claims)
    assert both.defects[ClaimId(f"{change('p').claims[0].id}@p")] == frozenset({"p: 1"})


def test_a_panel_is_also_measured_with_several_changes_as_one() -> None:
    results = compare({"panel": tuple(change(f"p{n}") for n in range(AT_ONCE + 1))})
    assert f"panel, {AT_ONCE} changes as one" in {result.split for result in results}
    assert len({result.tally.defects for result in results}) == 1
