"""GitHub workflows and actions, by zizmor, offline.

Its identity leaves out what changes for other reasons: lines, positions in lists, versions of actions. So a newer
version of an action does not report all of its uses again.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deepreview.errors import how_to_add
from deepreview.reviewers.base import Output
from deepreview.reviewers.static.files import is_fixture, is_workflow
from deepreview.reviewers.static.hit import Hit, Laid, Unreadable, squeezed
from deepreview.reviewers.static.reports import document, ended, laid_of

_VERSION = re.compile(r"@[\w.\-/]+(\s*#.*)?$|:[\w.\-]+$", re.MULTILINE)
_FINDINGS = (0, 10, 11, 12, 13, 14)
_NO_INPUT = 3
_OUTSIDE = re.compile(
    r"github\.head_ref|github\.event\.(?!inputs\.|release\.)[\w.\[\]*-]*\.?"
    r"(title|body|message|email|name|label|ref|head_branch|page_name)\b|^\W*inputs\."
)
"""What somebody outside can write freely: not numbers, addresses and the workflow's own variables, and not what
only those choose who may start a workflow by hand or publish a release: they may run code here anyway."""
_RIGHTS = re.compile(
    rb"\b(pull_request_target|issues|issue_comment|workflow_run|workflow_call|discussion\w*|fork|push)\b"
)
"""What outsiders start, or put text into, with the rights of the repository; `pull_request` runs their code anyway."""
_TAKEN = re.compile(
    rb"ref:[^\n]*(\.head\.|head_ref|head_sha|head_branch|refs/pull/)|repository:[^\n]*head|\bpr checkout\b"
    rb"|fetch[^\n]*pull/|download-artifact"
)
"""How a workflow that runs with rights takes what the pull request brings; without that, its trigger is harmless."""
_MISSING = frozenset({"excessive-permissions"})
_MISSING_KINDS = frozenset({"zizmor:excessive-permissions"})
"""Audits about something that is not there: new only where the declaration is, whatever else of it changed."""


@dataclass(frozen=True, slots=True)
class Zizmor:
    """Runs `zizmor` on each file by name, without configuration and without network."""

    codes: frozenset[str] = frozenset()
    name: str = "zizmor"
    program: str = "zizmor"
    install: str = how_to_add("static")

    def wants(self, laid: Laid) -> bool:
        """Workflows and actions, not those that are input of tests."""
        return is_workflow(laid.path) and not is_fixture(laid.path)

    def argv(self, names: Sequence[str], kit: Path) -> Sequence[str]:
        """All audits run; those that are off are left out when the report is read."""
        del kit
        return ["--offline", "--no-config", "--no-progress", "--color=never", "--format=json", "--", *names]

    def parse(self, output: Output, files: Mapping[str, Laid]) -> Sequence[Hit]:
        """The findings of the audits that are switched on, without those that zizmor itself is not sure of."""
        if output.code == _NO_INPUT:
            return []
        ended(output, *_FINDINGS)
        try:
            hits = [self._hit(item, files) for item in document(output) if self._shown(item, files)]
        except (KeyError, TypeError, ValueError, AttributeError, StopIteration) as error:
            raise Unreadable(f"printed JSON of another form: {error!r}") from error
        # What the whole file leaves out is one decision: another job without it is not a new one.
        once = {(hit.path, hit.kind, hit.key): hit for hit in reversed(hits) if hit.kind in _MISSING_KINDS}
        return [*(hit for hit in hits if hit.kind not in _MISSING_KINDS), *reversed(once.values())]

    def _shown(self, item: Mapping[str, Any], files: Mapping[str, Laid]) -> bool:
        rated = item["determinations"]
        if (
            item["ident"] not in self.codes
            or rated["severity"] == "Unknown"
            or item.get("ignored")
            or rated["severity"] == "Informational"
        ):
            return False
        if item["ident"] == "template-injection" and not _from_outside(item, files):
            return False
        if item["ident"] == "dangerous-triggers" and not _TAKEN.search(_laid(item, files).content):
            return False
        if item["ident"] == "unpinned-images" and "${{" in str(_main(item)["concrete"]["feature"]):
            return False
        return rated["confidence"] != "Low" or item["ident"] in {"artipacked", "github-env"}

    def _hit(self, item: Mapping[str, Any], files: Mapping[str, Laid]) -> Hit:
        places = item["locations"]
        main = _main(item)
        laid = _laid(item, files)
        spans = [_span(place) for place in places if place["symbolic"]["key"] == main["symbolic"]["key"]]
        route = "/".join(str(step["Key"]) for step in main["symbolic"]["route"]["route"] if "Key" in step)
        feature = str(main["concrete"]["feature"])
        first, last = _span(main)
        step = _fragment(main) or " ".join(feature.split())
        missing = item["ident"] in _MISSING
        return Hit(
            kind=f"zizmor:{item['ident']}",
            path=laid.path,
            first=min(first, len(laid.lines) or 1),
            last=min(last, len(laid.lines) or 1),
            key=squeezed(str(main["symbolic"]["annotation"]))
            if missing
            else f"{route}:{squeezed(_VERSION.sub('', feature))}",
            message=f"{item['desc']}: {main['symbolic']['annotation']}",
            node="" if missing else step,
            names={"weight": _weight(item)},
            reach=(first, first) if missing else (min(s[0] for s in spans), max(s[1] for s in spans)),
        )


def _from_outside(item: Mapping[str, Any], files: Mapping[str, Laid]) -> bool:
    """Whether the value may come from somebody who has no rights here."""
    fragment = _main_fragment(item)
    if not _OUTSIDE.search(fragment):
        return False
    content = _laid(item, files).content
    if "github." not in fragment:
        return b"workflow_dispatch" not in content or b"workflow_call" in content
    return _RIGHTS.search(content) is not None or b"runs-on" not in content


def _weight(item: Mapping[str, Any]) -> str:
    """The severity, lower where only those who may start the workflow choose the value."""
    chosen = item["ident"] == "template-injection" and "github." not in _main_fragment(item)
    return "Medium" if chosen else str(item["determinations"]["severity"])


def _main(item: Mapping[str, Any]) -> Mapping[str, Any]:
    return next(place for place in item["locations"] if place["symbolic"]["kind"] == "Primary")


def _laid(item: Mapping[str, Any], files: Mapping[str, Laid]) -> Laid:
    return laid_of(files, str(_main(item)["symbolic"]["key"]["Local"]["verbatim_path"]))


def _main_fragment(item: Mapping[str, Any]) -> str:
    return _fragment(_main(item))


def _span(place: Mapping[str, Any]) -> tuple[int, int]:
    where = place["concrete"]["location"]
    first, last = int(where["start_point"]["row"]) + 1, int(where["end_point"]["row"]) + 1
    return first, max(first, last - (int(where["end_point"]["column"]) == 0))


def _fragment(place: Mapping[str, Any]) -> str:
    kind = place["symbolic"].get("feature_kind")
    if isinstance(kind, dict) and "Subfeature" in kind:
        return str(kind["Subfeature"]["fragment"].get("Raw", ""))
    return ""
