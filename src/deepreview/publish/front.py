"""The first page of a published archive: one table, newest round first."""

from collections.abc import Mapping
from html import escape

from deepreview.context.visible import one_line
from deepreview.publish.content import FORM, MARK, Entry

_HEAD = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Reviews</title>
<style>
:root { color-scheme: light dark; }
body { font: 1rem/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 70rem; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; }
th, td { border-bottom: 1px solid #8886; padding: .4rem .6rem; text-align: left; vertical-align: top; }
td { overflow-wrap: anywhere; }
</style>
</head>
<body>
<main>
<h1>Reviews</h1>
<table>
<thead><tr><th scope="col">Started</th><th scope="col">Change</th><th scope="col">Round</th>\
<th scope="col">Verdict</th><th scope="col">Critical</th><th scope="col">Important</th>\
<th scope="col">Suggestions</th><th scope="col">Files</th></tr></thead>
<tbody>
"""
_TAIL = "</tbody>\n</table>\n</main>\n</body>\n</html>\n"


def front(entries: Mapping[str, Entry]) -> Mapping[str, bytes]:
    """The index, and what tells hosts and programs what this is."""
    newest_first = sorted(entries.items(), key=lambda one: (one[1].started, one[0]), reverse=True)
    rows = "".join(_row(name, entry) for name, entry in newest_first)
    return {"index.html": (_HEAD + rows + _TAIL).encode("utf-8", "replace"), ".nojekyll": b"", MARK: FORM}


def _row(name: str, entry: Entry) -> str:
    pull = f"#{entry.pull} " if entry.pull else ""
    shown = f'<a href="rounds/{name}/report.html">{_text(pull + (entry.title or entry.slug))}</a>'
    files = f'<a href="rounds/{name}/report.md">Markdown</a> <a href="rounds/{name}/report.json">JSON</a>'
    started = _text(entry.started[:16].replace("T", " "))
    cells = (started, shown, str(entry.number), _text(entry.verdict), *map(str, entry.findings), files)
    return f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>\n"


def _text(text: str) -> str:
    return escape(one_line(text))
