"""Whole pages, pinned, and what they never hold."""

import json
import re

from tests.conftest import Golden

from deepreview.model.finding import State
from deepreview.parse.published import parse_report
from deepreview.site.about import About
from deepreview.site.changes import histories
from deepreview.site.pages import Site
from deepreview.site.stats import statistics
from deepreview.testing.entries import make_entry, make_noted, make_resolution, make_seat, many_entries

ABOUT = About(title="Reviews", tool="deepreview test", url="https://example.org/reviews/")
HOSTILE = '"><img src=x onerror=alert(1)></script><script>alert(2)</script> {{ 7 * 7 }} \u202e \x00'


def site(*entries: object, **said: object) -> Site:
    made = histories(entries, said)  # type: ignore[arg-type]  # entries and resolutions
    return Site(about=ABOUT, histories=made, figures=statistics(made))


def small() -> Site:
    first = make_entry(1, make_noted("a", alias="I1"), make_noted("b"), imported=True, round=7)
    second = make_entry(
        2,
        make_noted("b"),
        make_noted("c", proven=True, path=""),
        seats=(make_seat(usd=2.5), make_seat("codex", result="failed", failure="quota", seconds=None)),
    )
    return site(first, second, **{"acme--boiler": [make_resolution("c", State.FIXED, reason="as `told`")]})


def bare(content: bytes) -> str:
    """A page without its style and script, which have their own tests."""
    text = re.sub(r"<style>.*?</style>", "<style></style>", content.decode(), flags=re.DOTALL)
    text = re.sub(r"<script>.*?</script>", "<script></script>", text, flags=re.DOTALL)
    return re.sub(r"sha256-[\w+/=]+", "sha256-…", text)


def test_pages_as_they_are(golden: Golden) -> None:
    pages = dict(small().front()) | dict(small().changes())
    for path in ("index.html", "statistics.html", "changes/acme--boiler/pr-12.html", "reviewers/claude.html"):
        golden(path.replace("/", "_"), bare(pages[path]))
    for path in ("feed.atom", "feed.json"):
        golden(path, pages[path].decode())
    assert pages[".nojekyll"] == b""
    assert set(pages) == small().paths()


def test_the_page_of_a_published_report(golden: Golden) -> None:
    text = (
        "# Deep Review: x\n\n| | |\n|---|---|\n| **Verdict** | **Rework** — `a` (I1) |\n\n"
        "## Important Issues\n\nI1. **Late & lost** — `a.py:1-2` [A]\n\n```python\nx = 1\n```\n\nIt is.\n\n"
        "## Testing Assessment\n\n<b>None</b> is [here](javascript:alert(1)).\n\n"
        "## Resolution\n\n| # | Finding | Action |\n|---|---|---|\n| 1 | Important #1: Late | Fixed |\n\n"
        "## Appendix: Original Reviews\n\n### [A] — Pass 1\n\n<script>alert(1)</script>\n"
    )
    golden("document.html", bare(small().document(make_entry(1, imported=True), parse_report(text))))


def test_the_data_of_the_index_cannot_end_its_element() -> None:
    page = dict(site(make_entry(1, title=HOSTILE, branch=HOSTILE, repo=HOSTILE)).front())["index.html"].decode()
    (data,) = re.findall(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
    assert "<" not in data
    assert HOSTILE.split(" {{", maxsplit=1)[0] in json.loads(data)["rows"][0][4]
    assert "<img" not in page
    assert "49" not in data


def test_an_index_of_thousands_is_small() -> None:
    page = dict(site(*many_entries(5000, changes=5000)).front())["index.html"]
    assert len(page) < 1_000_000


def test_other_places_for_the_pages_of_reports() -> None:
    about = About(title="x", tool="x", page=lambda entry: f"rounds/{entry.id}/report.html")
    made = histories([make_entry(1)], {})
    pages = dict(Site(about=about, histories=made, figures=statistics(made)).changes())
    assert b'href="../../rounds/20260101-101500-pr-12/report.html"' in pages["changes/acme--boiler/pr-12.html"]
