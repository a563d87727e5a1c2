import tomllib
from dataclasses import fields
from pathlib import Path

import pytest

from deepreview.config.load import File, load
from deepreview.config.schema import NAMES, Settings, key_of, reference

PAGE = Path(__file__).parent.parent.parent / "docs" / "configuration.md"


def test_the_documentation_has_the_table_as_it_is() -> None:
    assert reference() in PAGE.read_text(), "put config.schema.reference() into docs/configuration.md"


def test_every_setting_is_in_the_table() -> None:
    assert all(f"| `{key_of(name)}` |" in reference() for name in NAMES)


@pytest.mark.parametrize("field", fields(Settings), ids=lambda field: field.name)
def test_every_example_can_be_used(field: object) -> None:
    values = tomllib.loads(field.metadata["example"])  # type: ignore[attr-defined]  # a dataclass field
    assert list(values) == [key_of(field.name)]  # type: ignore[attr-defined]  # a dataclass field
    load({}, {}, File(name="example", values=values))
