"""Every rule of our own: a place where it speaks, one where it does not, and silence when the place only moved."""

import asyncio
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TypedDict

import pytest
import yaml

from deepreview.model.claim import Claim
from deepreview.reviewers.static.reviewer import StaticReviewer
from deepreview.reviewers.static.rules import our_rules, unknown
from deepreview.testing.desk import MemoryDesk, brief_between

pytestmark = pytest.mark.tools


class Case(TypedDict, total=False):
    path: str
    hit: str
    miss: str
    at: int


CASES: Mapping[str, Case] = yaml.safe_load((Path(__file__).parent / "cases.yml").read_text())
RULES = sorted(rule.id for rule in our_rules())
OTHER_TOOLS = frozenset({"ruff", "shellcheck", "hadolint", "zizmor", "typos", "biome"})


def claims_by_rule(base: dict[str, str], head: dict[str, str], folder: Path) -> Mapping[str, list[Claim]]:
    desk = MemoryDesk(base, head, folder)
    reviewer = StaticReviewer(enable=frozenset(RULES), disable=OTHER_TOOLS)
    asyncio.run(reviewer.review(brief_between(base, head), desk))
    found: dict[str, list[Claim]] = {rule: [] for rule in RULES}
    for claim in desk.claims:
        found[claim.kind].append(claim)
    return found


def files(side: str, folder: str) -> dict[str, str]:
    return {f"{folder}/{rule}/{case['path']}": str(case[side]) for rule, case in CASES.items()}  # type: ignore[literal-required]


@cache
def hits(folder: Path) -> Mapping[str, list[Claim]]:
    return claims_by_rule({}, files("hit", "src"), folder)


@cache
def misses(folder: Path) -> Mapping[str, list[Claim]]:
    return claims_by_rule({}, files("miss", "src"), folder)


@cache
def moves(folder: Path) -> Mapping[str, list[Claim]]:
    return claims_by_rule(files("hit", "old"), files("hit", "new"), folder)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("scratch")


def test_every_rule_has_a_case() -> None:
    assert sorted(CASES) == RULES


@pytest.mark.parametrize("rule", RULES)
def test_it_speaks(rule: str, folder: Path) -> None:
    case = CASES[rule]
    line = case.get("at") or next(n for n, text in enumerate(case["hit"].split("\n"), 1) if "HERE" in text)
    mine = [claim for claim in hits(folder / "hit")[rule] if f"/{rule}/" in claim.places[0].path]
    assert [(claim.places[0].first, claim.suppressed) for claim in mine] == [(line, "")]
    assert not re.search(r"\{[a-z]+\}", mine[0].title + mine[0].body)
    assert "``" not in f"{mine[0].title} {mine[0].body}"
    assert mine[0].body
    assert mine[0].quote == "\n".join(case["hit"].split("\n")[line - 1 : mine[0].places[0].last])


@pytest.mark.parametrize("rule", RULES)
def test_it_is_silent(rule: str, folder: Path) -> None:
    assert [claim for claim in misses(folder / "miss")[rule] if f"/{rule}/" in claim.places[0].path] == []


@pytest.mark.parametrize("rule", RULES)
def test_what_only_moved_is_no_claim(rule: str, folder: Path) -> None:
    assert moves(folder / "move")[rule] == []


@pytest.mark.parametrize(
    "name",
    ["ts-double-cast", "ruff:BLE001", "ruff:PLR0913", "shellcheck:SC2034", "hadolint:DL3008", "zizmor:artipacked"],
)
def test_rules_that_can_be_switched(name: str) -> None:
    assert unknown([name], whole=False) == unknown([name], whole=True) == {}


@pytest.mark.parametrize("name", ["typos", "ruff", "ast-grep", "zizmor"])
def test_a_whole_analyser_can_be_switched_off(name: str) -> None:
    assert unknown([name], whole=True) == {}


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("ts-doble-cast", "did you mean ts-double-cast?"),
        ("ruf", "did you mean ruff?"),
        ("QQQ", "the page of the reviewer static lists all rules"),
    ],
)
def test_a_name_that_would_switch_nothing_is_told_with_the_nearest(name: str, hint: str) -> None:
    assert unknown(["typos", name], whole=True) == {name: hint}
