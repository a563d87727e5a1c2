"""The feeds are what their forms demand."""

import json
from datetime import datetime
from xml.etree import ElementTree as ET

from deepreview.site.about import About
from deepreview.site.feeds import NEWEST, atom, json_feed
from deepreview.testing.entries import make_entry, make_noted, many_entries

ATOM = "{http://www.w3.org/2005/Atom}"
HOSTILE = "</title><script>alert(1)</script> ]]> & \x00\x1b \ud800 \u202e"


def about(url: str = "https://example.org/reviews/") -> About:
    return About(title="Reviews of <boiler>", tool="deepreview test", url=url)


def test_atom_has_all_that_a_feed_must_have() -> None:
    entries = list(many_entries(NEWEST + 5, changes=9))[::-1]
    feed = ET.fromstring(atom(entries, about()))
    items = feed.findall(f"{ATOM}entry")
    assert len(items) == NEWEST
    for element in (feed, *items):
        for name in ("id", "title", "updated"):
            assert element.findtext(f"{ATOM}{name}"), name
        assert datetime.fromisoformat(element.findtext(f"{ATOM}updated") or "").tzinfo
    assert feed.findtext(f"{ATOM}author/{ATOM}name") == "Deep Review"
    assert len({item.findtext(f"{ATOM}id") for item in items}) == NEWEST
    link = items[0].find(f"{ATOM}link")
    assert link is not None
    assert link.get("href", "").startswith("https://example.org/reviews/rounds/acme--boiler-")


def test_json_feed() -> None:
    told = json.loads(json_feed([make_entry(2), make_entry(1, make_noted("a"))], about()))
    assert told["version"] == "https://jsonfeed.org/version/1.1"
    assert told["feed_url"] == "https://example.org/reviews/feed.json"
    assert [one["content_text"] for one in told["items"]] == [
        "Round 2: 0 critical, 0 important, 0 suggestions. One is open (I1).",
        "Round 1: 0 critical, 0 important, 1 suggestions. One is open (I1).",
    ]


def test_the_same_round_has_the_same_id_in_every_build() -> None:
    one, other = (json.loads(json_feed([make_entry(1)], about(url)))["items"][0] for url in ("", "https://x.test/"))
    assert one["id"] == other["id"]
    assert one["url"] == "rounds/acme--boiler/20260101-101500-pr-12/report.html"


def test_hostile_words_stay_words() -> None:
    entries = [make_entry(1, title=HOSTILE, reason=HOSTILE, started="", said="", verdict=None)]
    item = ET.fromstring(atom(entries, about())).find(f"{ATOM}entry")
    assert item is not None
    assert "<script>alert(1)</script>" in (item.findtext(f"{ATOM}title") or "")
    assert "\\x00" in json.loads(json_feed(entries, about()))["items"][0]["title"]


def test_a_feed_of_nothing() -> None:
    assert ET.fromstring(atom([], about(""))).find(f"{ATOM}entry") is None
    assert json.loads(json_feed([], about("")))["items"] == []
