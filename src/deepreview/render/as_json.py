"""The report as JSON: everything there is, by the schema in `docs/report.schema.json`."""

from deepreview.render.base import Renderer
from deepreview.wire import dump_report

RENDERER = Renderer(name="json", suffix=".json", media_type="application/json", render=dump_report)
