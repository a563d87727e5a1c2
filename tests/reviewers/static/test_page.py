from pathlib import Path

import pytest

from deepreview.model.claim import Severity
from deepreview.reviewers.static.page import with_table
from deepreview.reviewers.static.rules import catalog, our_rules, pack

pytestmark = pytest.mark.tools

PAGE = Path(__file__).parents[3] / "docs" / "reviewers" / "static.md"


def test_the_page_is_current() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert with_table(page) == page, "write with_table(page) back to the page"


def test_every_rule_that_is_on_says_what_it_means() -> None:
    for rule in our_rules():
        assert rule.title, rule.id
        assert rule.why, rule.id
        assert rule.fix, rule.id
        assert rule.severity is not Severity.CRITICAL, rule.id
        assert rule.where in {"any", "product", "tests", "bats", "workflow"}


def test_ids_are_unique_and_only_known_languages_are_packed() -> None:
    ours = list(our_rules())
    assert len({rule.id for rule in ours}) == len(ours)
    assert len(catalog()) > len(ours)
    assert '"language": "rust"' not in pack(ours, ["go"])
