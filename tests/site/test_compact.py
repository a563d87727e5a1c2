import json
from dataclasses import replace

import pytest

from deepreview.model.claim import Severity
from deepreview.model.entry import Anchors, Became, Entry, Gap, Rated
from deepreview.model.finding import State
from deepreview.model.life import Now
from deepreview.site.compact import pack, reader
from deepreview.testing.entries import make_entry, make_noted, make_seat, many_entries

READ = reader(Entry)
FULL = make_entry(
    1,
    make_noted("a", path="src/\udcff", title="\ud800 < \u202e"),
    make_noted("b", defect=None),
    verdict=None,
    became=(Became(fingerprint="c", now=Now.GONE),),
    gaps=(Gap(about="testing", state=State.DECLINED),),
    seats=(
        make_seat(seconds=None),
        make_seat(
            "codex",
            usd=1,
            anchors=Anchors(checked=3, moved=1, lost=0),
            ratings=(Rated(claimed=Severity.CRITICAL, final=None, times=2),),
        ),
    ),
)


def test_it_comes_back_as_it_was() -> None:
    entries = [FULL, *many_entries(5, changes=2), FULL]
    assert READ(json.loads(json.dumps([pack(entry) for entry in entries]))) == entries
    assert READ([]) == []


@pytest.mark.parametrize("raw", [None, [], "x", {}, [1] * 22])
def test_what_another_version_wrote_is_refused(raw: object) -> None:
    with pytest.raises(ValueError, match="not a"):
        READ([pack(FULL), raw])


def test_every_value_is_looked_at() -> None:
    for spoilt in ({"title": 3}, {"number": "3"}, {"seconds": "long"}, {"findings": ("x",)}):
        raw = json.loads(json.dumps(pack(replace(FULL, **spoilt))))
        with pytest.raises(ValueError, match="not a"):
            READ([pack(FULL), raw])
