"""Reads a folder of real reviews, where there is one."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any


def cases(folder: Path) -> Iterator[dict[str, Any]]:
    """The cases of which everything is known, by name."""
    for path in sorted((folder / "cases").glob("*.json")):
        case: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        if case["trusted"]:
            yield case


def plain(text: str) -> str:
    """The letters and digits of a title."""
    return re.sub(r"[^a-z0-9]+", "", text.lower())
