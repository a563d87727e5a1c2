import pytest

from deepreview.site.cells import count, model_names, plain, seconds


@pytest.mark.parametrize(
    ("cell", "wanted"),
    [
        ("482s", 482),
        ("9m 28s", 568),
        ("10:52", 652),
        ("1:02:03", 3723),
        ("18 min 02 s", 1082),
        ("9 h 31 min 05 s", 34265),
        ("7m 27s (wall)", 447),
        ("1.5 min", 90),
        ("—", None),
        ("N/A (failed)", None),
        ("12 files", None),
    ],
)
def test_durations(cell: str, wanted: float | None) -> None:
    assert seconds(cell) == wanted


@pytest.mark.parametrize(
    ("cell", "wanted"),
    [
        ("48 (Bash 41, Read 7)", 48),
        ("~1,204", 1204),
        ("none", 0),
        ("0", 0),
        ("", None),
        ("—", None),
        ("not recorded", None),
        ("9m 28s", None),
        ("1I 4S", None),
        ("S2, S3", None),
    ],
)
def test_counts(cell: str, wanted: int | None) -> None:
    assert count(cell) == wanted


def test_names() -> None:
    cells = ["Claude Opus 4.6 (effort: high)", " ~~Gemini 3.1 Pro~~ (429)", "**[Codex GPT 5.4]**", ""]
    assert list(model_names(cells)) == ["Claude Opus 4.6", "Gemini 3.1 Pro", "Codex GPT 5.4"]
    assert plain("[#12](https://x.test/1) — Cache \\| `readings`") == "#12 — Cache | readings"
