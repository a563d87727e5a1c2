"""Short claims about the same line: how often one defect is said twice, and how often two become one.

    python bench/repeats.py [--sarif FILE ...] [--misses]
    python bench/repeats.py --lay FOLDER

The defects, and a line about each from seven reviewers in six languages, are in `repeats.toml`. Ruff's own messages are
added, and those of other analysers that were run on the files that `--lay` writes. *All* has every reviewer; the drawn
panels have three in prose, each of whom says three in five of what there is, and half of the analysers.
"""

import argparse
import json
import subprocess  # noqa: TID251 - the bench runs ruff on what it lays out
import sys
import tempfile
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from pathlib import Path
from random import Random
from typing import Any

from deepreview.benchmark.corpus import Panel
from deepreview.benchmark.intervals import interval
from deepreview.benchmark.measures import Tally, measure
from deepreview.consolidate.cluster import cluster
from deepreview.model.claim import Claim, ClaimId, Place
from deepreview.reviewers.replay.sarif import read_sarif
from deepreview.reviewers.replay.voice import Remark, voice

VOICES = ("en", "brief", "de", "es", "fr", "zh", "ja")
SPOKEN, SHARE, DRAWS = 3, 0.6, 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Seeded:
    """Files with known defects."""

    files: Mapping[str, str]
    defects: Sequence[Mapping[str, Any]]

    def line(self, defect: Mapping[str, Any]) -> int:
        """The number of the line that a defect is on."""
        lines = self.files[defect["file"]].splitlines()
        return next(number for number, text in enumerate(lines, 1) if defect["at"] in text)

    def lay(self, folder: Path) -> None:
        for path, text in self.files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text, encoding="utf-8")


def seeded() -> Seeded:
    read = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
    known = {one["name"]: one for one in read["defect"]}
    defects = [{**known[one["like"]], **one} if "like" in one else one for one in read["defect"]]
    return Seeded(files={one["path"]: one["text"] for one in read["file"]}, defects=defects)


def prose(made: Seeded) -> Panel:
    """What is said in words, each language a reviewer of its own."""
    claims, defects = list[Claim](), dict[ClaimId, frozenset[str]]()
    for who in VOICES:
        remarks = [_remark(made, defect, defect[who]) for defect in made.defects]
        for claim, defect in zip(voice(who, remarks).claims, made.defects, strict=True):
            claims.append(claim)
            defects[claim.id] = frozenset({defect["name"]})
    return Panel(name="made", group="made", claims=tuple(claims), defects=defects)


def _remark(made: Seeded, defect: Mapping[str, Any], text: str) -> Remark:
    line = made.line(defect)
    return Remark(title=text, body=text, places=(Place(path=defect["file"], first=line, last=line),))


def analysed(made: Seeded, documents: Iterable[Any]) -> Panel:
    """What analysers print; a result that is none of the seeded defects takes part and is not scored."""
    claims, defects = list[Claim](), dict[ClaimId, frozenset[str]]()
    for document in documents:
        for claim in (claim for one in read_sarif(document, "") for claim in one.claims):
            placed = [replace(place, path=_inside(made, place.path)) for place in claim.places]
            claims.append(own := replace(claim, places=tuple(placed)))
            names = frozenset(defect["name"] for defect in made.defects if _tells(made, own, defect))
            if names:
                defects[own.id] = names
    return Panel(name="analysers", group="made", claims=tuple(claims), defects=defects)


def _inside(made: Seeded, path: str) -> str:
    return next((known for known in made.files if path.endswith(known)), path)


def _tells(made: Seeded, claim: Claim, defect: Mapping[str, Any]) -> bool:
    rule, line = claim.kind.partition(":")[2], made.line(defect)
    named = any(rule == known or rule.endswith((f".{known}", f"/{known}")) for known in defect["rules"])
    return named and any(at.path == defect["file"] and at.first <= line <= at.last for at in claim.places)


def ruff(made: Seeded) -> Any:  # noqa: ANN401 - JSON
    """What ruff says of the Python file, by the rules that tell of defects."""
    with tempfile.TemporaryDirectory() as folder:
        made.lay(Path(folder))
        argv = [str(Path(sys.executable).parent / "ruff"), "check", "--isolated", "--no-cache", "--exit-zero"]
        argv += ["--output-format", "sarif", "--select", "S,B,BLE,F,E4,SIM,PLW", folder]
        return json.loads(subprocess.run(argv, check=True, capture_output=True).stdout)


def drawn(whole: Panel, tools: Sequence[str], seed: int) -> Panel:
    """A few of the reviewers, who say some of it."""
    dice = Random(seed)
    spoken = set(dice.sample(VOICES, SPOKEN))
    heard = spoken | {tool for tool in tools if dice.random() < 0.5}
    claims = tuple(
        claim
        for claim in whole.claims
        if claim.reviewer in heard and (claim.reviewer not in spoken or dice.random() < SHARE)
    )
    ids = {claim.id for claim in claims}
    known = {one: names for one, names in whole.defects.items() if one in ids}
    return Panel(name=f"drawn {seed}", group=str(seed), claims=claims, defects=known)


def show(label: str, panels: Sequence[Panel]) -> None:
    """A row: clusters for each defect, defects hidden, pairs of one defect found, pairs of two joined."""
    tallies = [measure(panel, cluster(panel.claims)) for panel in panels]
    total = sum(tallies, Tally())
    figures = total.figures()
    low, high = interval(tallies, "duplication") if len(tallies) > 1 else (figures["duplication"],) * 2
    print(
        f"| {label} | {total.claims} | {total.defects} | {figures['duplication']:.2f} [{low:.2f}, {high:.2f}] "
        f"| {total.hidden} | {total.together} of {total.together + total.apart} | {total.wrongly} |"
    )


def misses(panel: Panel) -> None:
    """Defects that stand more than once, and clusters of several."""
    for members in cluster(panel.claims):
        known = [panel.claims[index] for index in members if panel.claims[index].id in panel.defects]
        names = sorted({name for claim in known for name in panel.defects[claim.id]})
        print("+".join(names), "|", "; ".join(f"{claim.reviewer}: {claim.title[:60]}" for claim in known))


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--sarif", type=Path, nargs="*", default=[])
    options.add_argument("--lay", type=Path)
    options.add_argument("--misses", action="store_true")
    given = options.parse_args()
    made = seeded()
    if given.lay:
        made.lay(given.lay)
        return
    documents = [ruff(made), *(json.loads(path.read_bytes()) for path in given.sarif)]
    said, tools = prose(made), analysed(made, documents)
    names = sorted({claim.reviewer for claim in tools.claims})
    every = replace(said, claims=(*said.claims, *tools.claims), defects={**said.defects, **tools.defects})
    if given.misses:
        misses(every)
    lines = {defect["name"]: (defect["file"], made.line(defect)) for defect in made.defects}
    shared = [pair for pair in combinations(lines, 2) if lines[pair[0]] == lines[pair[1]]]
    print(f"{len(lines)} defects, {len(shared)} pairs of them on one line; analysers: {', '.join(names)}\n")
    print("| who | claims | defects | stands so often | hidden | pairs of one defect | pairs of two joined |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    show("English, twice", [drawn_only(every, ("en", "brief"))])
    show("one in each language", [drawn_only(every, tuple(who for who in VOICES if who != "brief"))])
    show("analysers", [tools])
    show("all", [every])
    show(f"{DRAWS} drawn panels", [drawn(every, names, seed) for seed in range(DRAWS)])


def drawn_only(whole: Panel, heard: Sequence[str]) -> Panel:
    claims = tuple(claim for claim in whole.claims if claim.reviewer in heard)
    ids = {claim.id for claim in claims}
    return replace(whole, claims=claims, defects={one: own for one, own in whole.defects.items() if one in ids})


if __name__ == "__main__":
    main()
