from deepreview.lint.alike import REPEATED, TOLD, Bar, alike, lines_of

FINDING = "Readings that are loaded from disk never expire: `load` forgets the stamp of each row"
LINE = "Fixed: the expiry stamp is kept for what `load` takes from disk, with a test for the restart"
OTHER = "The port is checked before the server listens on it"


def test_a_line_tells_of_a_finding_in_other_words_and_repeats_it_only_in_nearly_the_same() -> None:
    earlier = lines_of([FINDING])
    assert alike(earlier, lines_of([LINE, OTHER]), TOLD) == [[True, False]]
    assert alike(earlier, lines_of([LINE, OTHER]), REPEATED) == [[False, False]]
    assert alike(earlier, lines_of([FINDING]), REPEATED) == [[True]]


def test_each_earlier_one_is_held_against_each_later_one() -> None:
    assert alike(lines_of([FINDING, OTHER]), lines_of([OTHER, FINDING]), TOLD) == [[False, True], [True, False]]
    assert alike((), lines_of([OTHER]), TOLD) == []
    assert alike(lines_of([OTHER]), (), TOLD) == [[]]


def test_a_bar_is_another_one_where_no_place_is_named() -> None:
    least, full = (0.0, 0.0, 0.0), (1.0, 1.0, 1.0, 1.0, 0.0)
    assert Bar(placed=2.0, told=-1.0).passed(least)
    assert not Bar(placed=2.0, told=-1.0).passed(full)
