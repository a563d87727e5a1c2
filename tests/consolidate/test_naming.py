import re

import pytest

from deepreview.consolidate.lexicon import DEFECTS
from deepreview.consolidate.naming import marked, named, plain, said, subjects
from deepreview.model.claim import SAID
from deepreview.testing.builders import make_claim


def names(found: frozenset[int]) -> set[str]:
    return {DEFECTS[number].name for number in found}


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Possible SQL injection vector through string-based query construction.", "sql injection"),
        ("SQL-Injektion über den Parameter `name`", "sql injection"),
        ("Inyección de SQL en la búsqueda", "sql injection"),
        ("该查询存在ＳＱＬ注入风险", "sql injection"),
        ("SQLインジェクションが可能", "sql injection"),
        ("`subprocess` call with `shell=True` identified", "command injection"),
        ("User input reaches os.system", "command injection"),
        ("コマンドインジェクションの恐れ", "command injection"),
        ("Path-Traversal: der Dateiname wird nicht geprüft", "path traversal"),
        ("Clé d'API en dur dans la configuration", "secret in the source"),
        ("Le code contient en dur un mot de passe", "secret in the source"),
        ("Выражение вычисляется через eval", "code injection"),
        ("The evaluation of a retrieval run is slow", ""),
        ("This sentence names nothing that is known", ""),
        ("", ""),
    ],
)
def test_a_defect_is_known_by_what_it_is_called(text: str, name: str) -> None:
    assert names(said(text)) == ({name} if name else set())


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("bandit:B608", "sql injection"),
        ("ruff:S608", "sql injection"),
        ("CodeQL:py/sql-injection", "sql injection"),
        ("semgrep:javascript.lang.security.detect-child-process.detect-child-process", "command injection"),
        ("pylint:W0611", "unused"),
        ("errcheck:errcheck", "error not handled"),
    ],
)
def test_a_rule_is_known_by_its_name_whatever_its_message(kind: str, name: str) -> None:
    assert names(named(make_claim(kind=kind, title="A finding", body=""))) == {name}


def test_a_rule_that_is_known_is_not_looked_for_in_words() -> None:
    claim = make_claim(kind="ruff:S608", title="`eval` and pickle", body="CWE-502")
    assert names(named(claim)) == {"sql injection"}
    prose = make_claim(kind=SAID, title="`eval` and pickle", body="CWE-502")
    assert names(named(prose)) == {"code injection", "deserialisation"}


def test_a_number_in_cwe_tells_where_the_title_does_not() -> None:
    assert names(named(make_claim(kind=SAID, title="Look at this", body="See CWE-918."))) == {
        "request forgery by the server"
    }
    assert not named(make_claim(kind=SAID, title="Look at this", body="SSRF is told of in the explanation."))


def test_plain_text_is_small_without_accents_and_apart_by_script() -> None:
    assert plain("Déréférencement: `a_b`, SQL注入！") == " dereferencement a b sql 注入 "


def test_words_that_are_marked_and_identifiers_are_what_a_title_is_about() -> None:
    assert marked("SQL injection via `name` and 'order_by'") == {"name", "order", "by"}
    title = "OS command injection through os.system and fetchSha of `day`"
    assert subjects(title, said(title)) == {"fetchsha", "day"}
    assert subjects(title, ()) == {"os", "system", "fetchsha", "day"}


def test_every_way_to_say_it_is_found_and_leads_to_its_defect() -> None:
    for number, defect in enumerate(DEFECTS):
        for line in filter(None, map(str.strip, defect.said.splitlines())):
            parts = [[way.strip().removesuffix("$") for way in part.split("|")] for part in line.split("+")]
            for way in parts[0]:
                text = " ".join([way, *(rest[0] for rest in parts[1:])])
                assert number in said(f"Here: {text}."), (defect.name, text)
        for rule in defect.rules.split():
            assert named(make_claim(kind=f"tool:{rule}", title="x", body="")) == {number}, rule


def test_no_way_to_say_it_is_written_otherwise_than_it_is_looked_for() -> None:
    for defect in DEFECTS:
        for way in re.split(r"[|+\n]", defect.said):
            bare = way.strip().removesuffix("$")
            assert not bare or bare.isascii() is False or plain(bare).strip() == bare, (defect.name, bare)
