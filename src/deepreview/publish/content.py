"""What a published archive holds, as paths and contents; the same on a branch and in a folder.

    deepreview.json                  says that this is an archive of reviews, and of which form
    rounds/<round>/report.json       as it was written; `entry.json` is what the site needs of it
    rounds/<round>/report.md …       the same report for readers
    resolutions/<digest>.json        one thing that was said about a finding
    index.html, changes/… and so on  the site, made anew from the entries; see `pages`

All but the last line is only ever added to, under names that follow from the content, so that archives merge
without a conflict.
"""

import hashlib
import re
from collections.abc import Mapping
from functools import lru_cache

from pydantic import TypeAdapter

from deepreview import wire
from deepreview.errors import UsageError
from deepreview.model.report import Report
from deepreview.model.resolution import Resolution
from deepreview.publish.pages import ENTRY, is_page, write_entry
from deepreview.render.catalog import KEPT

MARK = "deepreview.json"
FORM = b'{"archive": 1}\n'
REPORT = "report.json"
_RESOLUTION: TypeAdapter[Resolution] = TypeAdapter(Resolution)
_ROUND = re.compile(r"rounds/(?P<id>\d{8}-\d{6}-[\w.-]{1,80}(?:~\w{1,8})?)/(?P<file>[\w.-]{1,40})")


def round_files(raw: bytes, report: Report) -> dict[str, bytes]:
    """The files of one round, by name; the report's own JSON stays as it was written."""
    files = {f"report{to.suffix}": to.render(report).encode() for to in KEPT}
    return {**files, REPORT: raw, ENTRY: write_entry(report)}


def entry_anew(raw: bytes | None) -> bytes | None:
    """The entry of a report that was published without one, or with one of another version; None for no report."""
    try:
        return write_entry(wire.load_report(raw or b"", REPORT))
    except UsageError:
        return None


def resolution_file(said: Resolution) -> tuple[str, bytes]:
    """Where a resolution stands, and as what."""
    raw = (wire.to_json(_RESOLUTION, said) + "\n").encode()
    return f"resolutions/{hashlib.sha256(raw).hexdigest()[:20]}.json", raw


def read_resolution(raw: bytes) -> Resolution | None:
    """What `resolution_file` wrote; None for what is of another version."""
    try:
        return wire.from_json(_RESOLUTION, raw)
    except ValueError:
        return None


def is_archive(raw: bytes | None) -> bool:
    """Whether the content of the file `MARK` is that of an archive that this version can add to."""
    try:
        return raw is not None and wire.loads(raw).get("archive") == 1
    except (ValueError, AttributeError):
        return False


def rounds_of(files: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """The files of each round by name, under the round's id; what has no report is none."""
    found: dict[str, dict[str, str]] = {}
    for path, blob in files.items():
        if place := _place(path):
            found.setdefault(place[0], {})[place[1]] = blob
    return {name: own for name, own in found.items() if REPORT in own}


def joined(one: Mapping[str, str], other: Mapping[str, str]) -> dict[str, str]:
    """Both archives in one, but for the pages: every round and resolution of either; what else differs is as in `one`.

    A round whose name another one has gets a name of its content.
    """
    found = {path: blob for path, blob in one.items() if not is_page(path)}
    known = {(_plain(name), own[REPORT]) for name, own in rounds_of(one).items()}
    rounds = rounds_of(other)
    for name, own in rounds.items():
        if (_plain(name), own[REPORT]) not in known:
            known.add((_plain(name), own[REPORT]))
            free = name if f"rounds/{name}/{REPORT}" not in found else f"{_plain(name)}~{own[REPORT].split()[-1][:8]}"
            found |= {f"rounds/{free}/{file}": blob for file, blob in own.items()}
    for path, blob in other.items():
        place = _place(path)
        if (not place or place[0] not in rounds) and not is_page(path):
            found.setdefault(path, blob)
    return found


@lru_cache(maxsize=1 << 18)
def _place(path: str) -> tuple[str, str] | None:
    """The round and the name of a file of a round; asked for the same thousands of paths at each step."""
    match = _ROUND.fullmatch(path)
    return (match["id"], match["file"]) if match else None


def _plain(name: str) -> str:
    """A round's name without what tells it from others of its second."""
    return name.partition("~")[0]
