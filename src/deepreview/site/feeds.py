"""What is new, as Atom and as JSON Feed."""

import json
from collections.abc import Sequence
from uuid import NAMESPACE_URL, uuid5
from xml.etree import ElementTree as ET

from deepreview.context.visible import one_line
from deepreview.model.entry import Entry
from deepreview.site.about import About
from deepreview.site.changes import severities
from deepreview.site.names import address

NEWEST = 50
_ATOM = "http://www.w3.org/2005/Atom"


def atom(entries: Sequence[Entry], about: About) -> bytes:
    """The newest rounds; `entries` are newest first."""
    feed = ET.Element("feed", {"xmlns": _ATOM, "xml:lang": "en"})
    _add(feed, "title", about.title)
    _add(feed, "id", _id(about.url or about.title))
    _add(feed, "updated", _zoned(entries[0].started) if entries else "1970-01-01T00:00:00Z")
    _add(_add(feed, "author"), "name", "Deep Review")
    _add(feed, "link", rel="alternate", href=about.url or "index.html")
    if about.url:
        _add(feed, "link", rel="self", href=f"{about.url}feed.atom")
    for entry in entries[:NEWEST]:
        item = _add(feed, "entry")
        _add(item, "title", _title(entry))
        _add(item, "id", _id(f"{entry.shelf}/{entry.id}"))
        _add(item, "updated", _zoned(entry.started))
        _add(item, "link", rel="alternate", href=f"{about.url}{address(about.page(entry))}")
        _add(item, "summary", _summary(entry))
    ET.indent(feed)
    return bytes(ET.tostring(feed, encoding="utf-8", xml_declaration=True)) + b"\n"


def json_feed(entries: Sequence[Entry], about: About) -> bytes:
    """The same in the form of jsonfeed.org, version 1.1."""
    items = [
        {
            "id": _id(f"{entry.shelf}/{entry.id}"),
            "url": f"{about.url}{address(about.page(entry))}",
            "title": _title(entry),
            "content_text": _summary(entry),
            "date_published": _zoned(entry.started),
        }
        for entry in entries[:NEWEST]
    ]
    feed: dict[str, object] = {"version": "https://jsonfeed.org/version/1.1", "title": about.title, "language": "en"}
    if about.url:
        feed |= {"home_page_url": about.url, "feed_url": f"{about.url}feed.json"}
    return (json.dumps(feed | {"items": items}, indent=1) + "\n").encode()


def _add(parent: ET.Element, name: str, text: str = "", **attributes: str) -> ET.Element:
    made = ET.SubElement(parent, name, attributes)
    made.text = text or None
    return made


def _id(name: str) -> str:
    return uuid5(NAMESPACE_URL, name).urn


def _zoned(stamp: str) -> str:
    """As the form demands it; a stamp without a zone is taken for UTC."""
    if not stamp:
        return "1970-01-01T00:00:00Z"
    return stamp if stamp.endswith("Z") or "+" in stamp[10:] else f"{stamp}Z"


def _title(entry: Entry) -> str:
    number = f"#{entry.number} " if entry.number else ""
    return one_line(f"{entry.said or entry.kind.value}: {number}{entry.title} ({entry.repo})")


def _summary(entry: Entry) -> str:
    counts = zip(("critical", "important", "suggestions"), severities(entry.findings), strict=True)
    told = ", ".join(f"{number} {word}" for word, number in counts)
    return one_line(f"Round {entry.round or 'not told'}: {told}. {entry.reason}")
