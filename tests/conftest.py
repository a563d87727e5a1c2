"""Fixtures that tests of several parts share."""

import os
from pathlib import Path
from typing import Protocol

import pytest


class Golden(Protocol):
    """Compares a whole artefact with the stored one."""

    def __call__(self, name: str, text: str) -> None:
        """Fail when the text differs from `golden/<name>` beside the test."""
        ...


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Golden:
    """Artefacts in `golden/` beside the test; `DEEPREVIEW_UPDATE_GOLDEN=1` writes them anew."""
    folder = request.path.parent / "golden"

    def compare(name: str, text: str) -> None:
        stored = folder / name
        if os.environ.get("DEEPREVIEW_UPDATE_GOLDEN") == "1":  # noqa: TID251 - tests may ask how they were started
            stored.parent.mkdir(parents=True, exist_ok=True)
            stored.write_bytes(text.encode())
        assert stored.is_file(), f"{stored} is missing: run once with DEEPREVIEW_UPDATE_GOLDEN=1"
        assert text == stored.read_bytes().decode()

    return compare


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The folder of real reviews that `REVIEW_CORPUS` names; tests that need it skip where it is absent."""
    folder = Path(os.environ.get("REVIEW_CORPUS", ""))  # noqa: TID251 - tests may ask how they were started
    if not (folder / "pairs.json").is_file():
        pytest.skip("REVIEW_CORPUS names no folder of reviews")
    return folder
