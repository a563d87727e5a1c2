"""All formats."""

from deepreview.render import as_json, html, markdown, sarif, terminal
from deepreview.render.base import Renderer

RENDERERS: tuple[Renderer, ...] = (
    terminal.RENDERER,
    markdown.RENDERER,
    html.RENDERER,
    as_json.RENDERER,
    sarif.RENDERER,
)
KEPT = (markdown.RENDERER, html.RENDERER, sarif.RENDERER, as_json.RENDERER)
"""Those that are stored in a round's folder; the JSON comes last, since it marks the round as finished."""
SHORT = {"md": "markdown", "txt": "terminal"}
"""Other names that users try."""


def renderer(name: str) -> Renderer | None:
    """The format that is called so."""
    wanted = SHORT.get(name, name)
    return next((renderer for renderer in RENDERERS if renderer.name == wanted), None)
