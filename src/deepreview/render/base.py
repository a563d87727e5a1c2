"""What a renderer is."""

from collections.abc import Callable
from dataclasses import dataclass

from deepreview.model.report import Report


@dataclass(frozen=True, slots=True, kw_only=True)
class Renderer:
    """One format: a pure function of the report, so that equal reports give equal text."""

    name: str
    """What `--to` takes."""
    suffix: str
    """What a file of this format ends in, with its dot."""
    media_type: str
    render: Callable[[Report], str]
