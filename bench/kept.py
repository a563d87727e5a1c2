"""What reviewers claimed and what was published of it, read from a folder of real reviews."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deepreview.model.claim import SAID, Answer, Claim, ClaimId, DefectClass, Place, Severity

_CLASSES = {defect.value: defect for defect in DefectClass}


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """One published finding and the claims that it was made of."""

    group: str
    claims: tuple[Claim, ...]
    severity: Severity

    @property
    def path(self) -> str:
        return next((claim.main.path for claim in self.claims if claim.main), "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fated:
    """One raw claim, and whether it was kept."""

    group: str
    claim: Claim
    kept: bool
    declined: bool
    """Dropped because an earlier round declined it, which no feature of its own can tell."""


def trusted(folder: Path) -> Iterator[dict[str, Any]]:
    for file in sorted((folder / "cases").glob("*.json")):
        case = json.loads(file.read_text(encoding="utf-8"))
        if case["trusted"]:
            yield case


def claim_of(raw: dict[str, Any]) -> Claim:
    """A raw finding as a claim; a class that is none of ours is taken for a regression."""
    body = raw["body"] or ""
    return Claim(
        id=ClaimId(raw["uid"]),
        reviewer=raw["agent"],
        family=raw["agent"],
        kind=SAID,
        severity=Severity(raw["severity"]),
        defect=_CLASSES.get(raw["classification"] or "", DefectClass.REGRESSION),
        title=raw["title"] or "",
        body=body,
        unless="",
        method="",
        places=tuple(
            Place(path=place["path"], first=place["start"] or 0, last=place["end"] or place["start"] or 0)
            for place in raw["location"]
        ),
        quote="",
        fix="",
        patch="",
        repro="ran" if " repro\n" in body or "repro-output" in body else "",
        silent=Answer.UNKNOWN,
        reachable=Answer.UNKNOWN,
        suppressed="",
        excuse="",
    )


def kept(folder: Path) -> list[Kept]:
    """Every published finding of a trusted case that is linked to raw claims."""
    found = []
    for case in trusted(folder):
        raw = {one["uid"]: one for one in case["raw_findings"]}
        for gold in case["gold"]["findings"]:
            linked = [raw[link["raw"]] for link in case["links"] if link["gold"] == gold["id"]]
            if linked:
                claims = tuple(sorted((claim_of(one) for one in linked), key=lambda claim: claim.id))
                found.append(Kept(group=case["meta"]["group"], claims=claims, severity=Severity(gold["severity"])))
    return found


def fated(folder: Path) -> list[Fated]:
    """Every raw claim that was published or dropped; withdrawn claims and observations are left out."""
    found = []
    for case in trusted(folder):
        raw = {one["uid"]: claim_of(one) for one in case["raw_findings"]}
        for uid, fate in case["raw_fates"].items():
            if fate["fate"] in {"linked", "dropped"}:
                found.append(
                    Fated(
                        group=case["meta"]["group"],
                        claim=raw[uid],
                        kept=fate["fate"] == "linked",
                        declined=fate.get("reason") == "declined_prior_round",
                    )
                )
    return found


def groups(items: Sequence[Kept] | Sequence[Fated]) -> list[str]:
    return sorted({item.group for item in items})
