import pytest

from deepreview.catalog import choose, nearest
from deepreview.errors import UsageError


def test_names_are_kept_in_their_order_without_repeats() -> None:
    assert choose("reviewer", ["b", "a", "b"], ["a", "b"]) == ("b", "a")


def test_an_unknown_name_suggests_the_nearest() -> None:
    with pytest.raises(UsageError, match="no reviewer is called 'statc'") as caught:
        choose("reviewer", ["names", "statc"], ["static", "names"])
    assert caught.value.hint == "did you mean static?"


def test_when_none_is_near_all_are_named() -> None:
    assert nearest("x", ["static", "names"]) == "known: names, static"


def test_when_none_is_near_and_all_are_too_many_a_page_is_named() -> None:
    assert nearest("x", ["static", "names"], "see there") == "see there"
