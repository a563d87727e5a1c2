from hypothesis import given
from hypothesis import strategies as st

from deepreview.model.published import Table
from deepreview.parse.lines import read_lines
from deepreview.parse.tables import cells, split_tables, table_lines


def split(text: str) -> tuple[tuple[Table, ...], list[str]]:
    tables, rest = split_tables(read_lines(text, lambda _: False))
    return tables, [line.text for line in rest]


def test_tables_and_the_lines_between_them() -> None:
    tables, rest = split("a\n| x | y |\n|---|:-:|\n| 1 |\n\nb\n| z |\n")
    assert tables == (Table(columns=("x", "y"), rows=(("1", ""),)), Table(columns=("z",), rows=()))
    assert rest == ["a", "", "b", ""]


def test_a_table_in_code_is_code() -> None:
    assert split("```\n| a |\n```")[0] == ()


def test_an_escaped_bar_parts_no_cells() -> None:
    assert cells("| a \\| b | c |") == ("a \\| b", "c")


_CELLS = st.text(alphabet="ab-:* `", max_size=6).map(str.strip)


@given(st.integers(1, 4).flatmap(lambda n: st.lists(st.tuples(*[_CELLS] * n), min_size=1, max_size=4)))
def test_a_written_table_is_read_again(rows: list[tuple[str, ...]]) -> None:
    table = Table(columns=rows[0], rows=tuple(rows[1:]))
    assert split(table_lines(table))[0] == (table,)
