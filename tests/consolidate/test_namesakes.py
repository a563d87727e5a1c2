from collections.abc import Sequence

import pytest

from deepreview.consolidate.cluster import cluster
from deepreview.model.claim import SAID, Claim, ClaimId, Place
from deepreview.testing.builders import make_claim


def claim(who: str, title: str, first: int = 3, last: int = 0, path: str = "src/store.py", kind: str = SAID) -> Claim:
    place = Place(path=path, first=first, last=last or first)
    number = f"{first}-{title}"
    return make_claim(
        id=ClaimId(f"{who}/1/{number}"), reviewer=who, kind=kind, title=title, body="", quote="", places=(place,)
    )


def together(claims: Sequence[Claim]) -> set[frozenset[str]]:
    return {frozenset(claims[index].reviewer for index in members) for members in cluster(claims)}


SQL = [
    claim("bandit", "Possible SQL injection vector through string-based query construction", kind="bandit:B608"),
    claim("de", "SQL-Injection: Benutzereingaben landen ungeprüft in der Abfrage"),
    claim("zh", "存在SQL注入漏洞"),
    claim("ja", "SQLインジェクションの脆弱性"),
]


def test_one_defect_on_one_line_is_one_in_whatever_language_it_is_named() -> None:
    assert together(SQL) == {frozenset({"bandit", "de", "zh", "ja"})}


def test_two_defects_on_one_line_stay_two() -> None:
    other = [claim("fr", "Aucun délai d'expiration"), claim("es", "Falta un tiempo de espera")]
    assert together([*SQL, *other]) == {frozenset({"bandit", "de", "zh", "ja"}), frozenset({"fr", "es"})}


@pytest.mark.parametrize(
    "elsewhere",
    [
        claim("zh", "存在SQL注入漏洞", first=40),
        claim("zh", "存在SQL注入漏洞", path="src/orders.py"),
        claim("zh", "存在SQL注入漏洞", first=1, last=90),
        claim("zh", "存在SQL注入漏洞", first=0),
    ],
    ids=["another line", "another file", "a whole function", "no line"],
)
def test_the_name_alone_joins_nothing(elsewhere: Claim) -> None:
    assert together([SQL[1], elsewhere]) == {frozenset({"de"}), frozenset({"zh"})}


def test_a_statement_of_several_lines_is_one_place() -> None:
    assert len(together([SQL[1], claim("zh", "存在SQL注入漏洞", first=1, last=4)])) == 1


def test_one_voice_says_a_thing_once() -> None:
    assert len(cluster([SQL[2], claim("zh", "SQL注入：另一处参数")])) == 2


@pytest.mark.parametrize(
    ("one", "other", "count"),
    [
        ("`sys` is imported but never used", "未使用的导入 sys", 1),
        ("`sys` is imported but never used", "未使用的导入 os", 2),
        ("`sys` is imported but never used", "未使用的导入", 2),
        ("`get` may return None", "空指针：未检查返回值", 1),
        ("`get` may return None", "空指针：`owner` 未检查", 2),
    ],
)
def test_where_a_line_may_hold_several_the_name_tells(one: str, other: str, count: int) -> None:
    assert len(cluster([claim("en", one), claim("zh", other)])) == count
