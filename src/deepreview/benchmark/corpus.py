"""Real reviews with known merges, from a folder: `cases/*.json` with `pairs.json`, and `panel.json`.

`pairs.json` names for each case the clusters that a publisher merged; `panel.json` lists comments of many tools on a
pull request, each with the known defects that it matches.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from deepreview.errors import UsageError
from deepreview.model.claim import SAID, Answer, Claim, ClaimId, DefectClass, Place, Severity
from deepreview.parse.lines import read_lines
from deepreview.parse.statement import statement
from deepreview.parse.vocabulary import class_of, severity_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """What several reviewers said about one change, and which claims are known to be about which defect."""

    name: str
    group: str
    """The pull request: rounds of one are not independent of each other."""
    claims: tuple[Claim, ...]
    defects: Mapping[ClaimId, frozenset[str]]
    """Claims that are not in it were claimed too and are not scored."""

    def only_known(self) -> "Panel":
        """The same without the claims that are not scored."""
        claims = tuple(claim for claim in self.claims if claim.id in self.defects)
        return Panel(name=self.name, group=self.group, claims=claims, defects=self.defects)


def as_one(panels: Sequence[Panel]) -> Panel:
    """All that was said about several changes as if it were about one; a defect of one change is none of another."""
    claims = list[Claim]()
    defects = dict[ClaimId, frozenset[str]]()
    for panel in panels:
        for claim in panel.claims:
            own = ClaimId(f"{claim.id}@{panel.name}")
            claims.append(replace(claim, id=own))
            if claim.id in panel.defects:
                defects[own] = frozenset(f"{panel.name}: {name}" for name in panel.defects[claim.id])
    name = " + ".join(panel.name for panel in panels)
    return Panel(name=name, group=name, claims=tuple(sorted(claims, key=lambda claim: claim.id)), defects=defects)


def read_corpus(folder: Path) -> Mapping[str, tuple[Panel, ...]]:
    """The panels by split: `trusted`, `untrusted`, `panel`; raises UsageError for a folder that holds neither."""
    splits = dict[str, tuple[Panel, ...]]()
    if (folder / "pairs.json").is_file():
        pairs = _read(folder / "pairs.json")
        cases = [(path, _read(path)) for path in sorted((folder / "cases").glob("*.json"))]
        for split, trusted in (("trusted", True), ("untrusted", False)):
            told = [(path, case) for path, case in cases if bool(case.get("trusted")) is trusted and path.stem in pairs]
            splits[split] = tuple(_understood(path, _case, case, pairs[path.stem], path.stem) for path, case in told)
    if (folder / "panel.json").is_file():
        path = folder / "panel.json"
        splits["panel"] = _understood(path, _tools, _read(path))
    found = {split: panels for split, panels in splits.items() if panels}
    if not found:
        raise UsageError(
            f"{folder} holds no reviews to measure on", hint="it needs cases/*.json with pairs.json, or panel.json"
        )
    return found


def _read(path: Path) -> Any:  # noqa: ANN401 - JSON
    try:
        return json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError) as error:
        raise UsageError(
            f"{path} cannot be read: {error}", hint="it has to be JSON, see docs/consolidation.md"
        ) from error


def _understood(path: Path, reader: Any, *given: Any) -> Any:  # noqa: ANN401 - what the reader takes and gives
    try:
        return reader(*given)
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        why = f"{type(error).__name__}: {error}"
        raise UsageError(
            f"{path} is not in the form that is measured on: {why}", hint="see docs/consolidation.md"
        ) from error


def _case(case: Mapping[str, Any], pairs: Mapping[str, Any], name: str) -> Panel:
    defects: dict[ClaimId, set[str]] = {}
    for merged in pairs["clusters"]:
        for raw in merged["raw"]:
            defects.setdefault(ClaimId(raw), set()).add(str(merged["gold"]))
    return Panel(
        name=name,
        group=str(case["meta"].get("group") or name),
        claims=tuple(_raw(raw) for raw in case["raw_findings"]),
        defects={claim: frozenset(names) for claim, names in defects.items()},
    )


def _raw(raw: Mapping[str, Any]) -> Claim:
    said = statement(read_lines(raw["body"], lambda _: False))
    spots = [
        (spot["path"], spot.get("start") or 0, spot.get("end") or spot.get("start") or 0)
        for spot in raw["location"] or ()
    ]
    return _claim(
        raw["uid"],
        raw["title"],
        body=said.text,
        quote=said.quote,
        severity=severity_of(raw["severity"]) or Severity.SUGGESTION,
        defect=class_of(raw.get("classification") or "") or DefectClass.REGRESSION,
        places=tuple(Place(path=path, first=first, last=last) for path, first, last in spots),
    )


def _tools(items: Sequence[Mapping[str, Any]]) -> tuple[Panel, ...]:
    by_change: dict[str, list[Mapping[str, Any]]] = {}
    for item in items:
        by_change.setdefault(item["pr"], []).append(item)
    return tuple(_change(name, own) for name, own in sorted(by_change.items()))


def _change(name: str, items: Iterable[Mapping[str, Any]]) -> Panel:
    numbered = [(ClaimId(f"{item['tool']}/{number}"), item) for number, item in enumerate(items, 1)]
    return Panel(
        name=name,
        group=name,
        claims=tuple(_claim(claim, item["text"]) for claim, item in numbered),
        defects={claim: frozenset(map(str, item["gold"])) for claim, item in numbered if item["gold"]},
    )


def _claim(uid: str, title: str, **given: Any) -> Claim:  # noqa: ANN401 - fields of a claim
    reviewer = uid.partition("/")[0]
    plain: dict[str, Any] = {
        "severity": Severity.SUGGESTION,
        "defect": DefectClass.REGRESSION,
        "body": "",
        "quote": "",
        "places": (),
    }
    return Claim(
        id=ClaimId(uid),
        reviewer=reviewer,
        family=reviewer,
        kind=SAID,
        title=title,
        unless="",
        method="",
        fix="",
        patch="",
        repro="",
        silent=Answer.UNKNOWN,
        reachable=Answer.UNKNOWN,
        suppressed="",
        excuse="",
        **(plain | given),
    )
