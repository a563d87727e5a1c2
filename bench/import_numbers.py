"""What is counted of imported reports beside what is known of the same reports; a table, or JSON with --json.

    python bench/import_numbers.py [FOLDER]       else the folder that REVIEW_CORPUS names; without one it skips

The folder's cases are written as published reports, imported into an archive of their own, and counted as `stats` and
`site` count them, each report for itself. What is expected is counted from the annotations of the cases, by code that
shares nothing with ours. A row is off when it differs by more than 2 %.
"""

import argparse
import json
import os
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import fmean, median, quantiles
from typing import Any

from deepreview.archive.folder import Archive
from deepreview.archive.imported import Publications
from deepreview.model.claim import Severity
from deepreview.model.entry import Entry, Noted, Seat
from deepreview.model.family import family_of
from deepreview.model.finding import State
from deepreview.parse.published import parse_report
from deepreview.parse.review import Author, parse_review
from deepreview.site.changes import histories
from deepreview.site.gather import gather, sources
from deepreview.site.stats import Statistics, statistics
from published import report

NEAR = 0.02
_AGENTS = {"claude": "claude", "codex": "gpt", "gemini": "gemini"}
_SEVERITIES = tuple(severity.value for severity in Severity)
_ACTED = {"fixed", "test written", "documented"}
Case = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    section: str
    name: str
    ours: float
    expected: float

    @property
    def near(self) -> bool:
        return abs(self.ours - self.expected) <= NEAR * abs(self.expected) + 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Ours:
    """What the product makes of the imported reports."""

    entries: tuple[Entry, ...]
    listed: Statistics
    """Each report for itself, as published figures count."""
    folded: Statistics
    claims: Counter[tuple[str, str]]
    """In the originals, by family and severity."""


def imported(cases: Iterable[Case]) -> Ours:
    with tempfile.TemporaryDirectory(prefix="deepreview-bench-") as folder:
        kept = Publications(root=Path(folder))
        claims = Counter[tuple[str, str]]()
        for case in cases:
            text = report(case)
            kept.keep(case["meta"]["repo"].replace("/", "--"), case["meta"]["report_id"], text.encode())
            for one in parse_report(text).originals:
                family = family_of(one.name)
                claims.update(
                    (family, claim.severity.value)
                    for claim in parse_review(one.text, Author(name=family, family=family)).claims
                )
        known, _, unread = gather(sources(Archive(root=Path(folder))), {})
    if unread:
        raise SystemExit("\n".join(unread))
    entries = tuple(one.entry for one in known.values())
    alone = [history for entry in entries for history in histories([entry], {})]
    return Ours(entries=entries, listed=statistics(alone), folded=statistics(histories(entries, {})), claims=claims)


def rows(cases: Sequence[Case], ours: Ours) -> Iterator[Row]:
    parts = (volume, raw, agreement, outcomes, corrections, agents, time, convergence)
    for part in parts:
        for name, own, expected in part(cases, ours):
            yield Row(section=part.__name__, name=name, ours=own, expected=expected)


Compared = Iterator[tuple[str, float, float]]


def _gold(cases: Iterable[Case]) -> list[Case]:
    return [one for case in cases for one in case["gold"]["findings"]]


def _noted(ours: Ours) -> list[Noted]:
    return [finding for entry in ours.entries for finding in entry.findings]


def volume(cases: Sequence[Case], ours: Ours) -> Compared:
    gold, noted = _gold(cases), _noted(ours)
    yield "reports", len(ours.entries), len(cases)
    yield "changes", ours.folded.changes, len({_change(case) for case in cases})
    several = Counter(map(_change, cases)).values()
    yield "changes of several rounds", ours.folded.changes_of_several_rounds, sum(number > 1 for number in several)
    yield "findings", len(noted), len(gold)
    for severity in _SEVERITIES:
        own = sum(finding.severity.value == severity for finding in noted)
        yield f"{severity} findings", own, sum(one["severity"] == severity for one in gold)
        own = sum(any(f.severity.value == severity for f in entry.findings) for entry in ours.entries)
        wanted = sum(any(one["severity"] == severity for one in case["gold"]["findings"]) for case in cases)
        yield f"reports with {severity}", own, wanted
    own_median = median(len(entry.findings) for entry in ours.entries)
    yield "findings of a report, median", own_median, median(len(case["gold"]["findings"]) for case in cases)
    for class_ in ("regression", "gap", "enhancement"):
        own = sum(finding.defect is not None and finding.defect.value == class_ for finding in noted)
        yield f"tagged {class_}", own, sum(one["classification"] == class_ for one in gold)
    for verdict in ("merge as-is", "merge with fixes", "rework"):
        own = sum(entry.verdict is not None and entry.verdict.value == verdict for entry in ours.entries)
        yield f"verdict {verdict}", own, sum(case["meta"]["verdict"] == verdict for case in cases)


def _change(case: Case) -> str:
    return f"pr-{case['meta']['pr']}" if case["meta"]["pr"] else str(case["meta"]["group"])


def raw(cases: Sequence[Case], ours: Ours) -> Compared:
    told = [one for case in cases for one in case["raw_findings"]]
    for agent, family in _AGENTS.items():
        own = sum(number for (one, _), number in ours.claims.items() if one == family)
        yield f"{agent}: findings in its review", own, sum(one["agent"] == agent for one in told)


def _said(one: Case) -> set[str]:
    return {agent for agent in one["agents"] if agent in _AGENTS}


def agreement(cases: Sequence[Case], ours: Ours) -> Compared:
    gold = [one for one in _gold(cases) if _said(one)]
    voices = {one.voices: one for one in ours.listed.agreement}
    for number in (1, 2, 3):
        one = voices[number]
        own = {"critical": one.critical, "important": one.important, "suggestion": one.suggestions}
        for severity in _SEVERITIES:
            wanted = sum(len(_said(g)) == number and g["severity"] == severity for g in gold)
            yield f"{severity} by {number}", own[severity], wanted
    families = {one.name: one for one in ours.listed.families}
    for agent, family in _AGENTS.items():
        yield f"{agent}: credited", families[family].found, sum(agent in _said(one) for one in gold)
        yield f"{agent}: alone", families[family].unique, sum(_said(one) == {agent} for one in gold)


def outcomes(cases: Sequence[Case], ours: Ours) -> Compared:
    answered = list(_answered(cases))
    told = dict(ours.listed.outcomes)
    for severity in _SEVERITIES:
        own = [action for one, action in answered if one["severity"] == severity]
        yield f"{severity}: acted on", told[severity].fixed, sum(action in _ACTED for action in own)
        yield f"{severity}: commented", told[severity].documented, own.count("commented")
        yield f"{severity}: skipped", told[severity].declined, own.count("skipped")
    for voices in (1, 2, 3):
        one = next(one.outcomes for one in ours.listed.agreement if one.voices == voices)
        wanted = [action for gold, action in answered if len(_said(gold)) == voices]
        if wanted:
            share = sum(action in _ACTED for action in wanted) / len(wanted)
            yield f"found by {voices}: share acted on", one.fixed / one.answered, share
    gaps = [row["action_normalised"] for row in _other_rows(cases)]
    states = Counter[str]()
    for _, state, number in ours.listed.gaps:
        states[state] += number
    yield "other rows: acted on", states[State.FIXED.value], sum(action in _ACTED for action in gaps)
    yield "other rows: skipped", states[State.DECLINED.value], gaps.count("skipped")


def _answered(cases: Iterable[Case]) -> Iterator[tuple[Case, str]]:
    for case in cases:
        by_id = {one["id"]: one for one in case["gold"]["findings"]}
        for row in (case["gold"]["resolution"] or {}).get("rows", ()):
            if row["kind"] == "finding" and row["ref"] in by_id:
                yield by_id[row["ref"]], row["action_normalised"]


def _other_rows(cases: Iterable[Case]) -> Iterator[Case]:
    for case in cases:
        yield from (row for row in (case["gold"]["resolution"] or {}).get("rows", ()) if row["kind"] != "finding")


def corrections(cases: Sequence[Case], ours: Ours) -> Compared:
    families = {one.name: one for one in ours.listed.families}
    for agent, family in _AGENTS.items():
        totals = [case["gold"]["totals"].get(agent, {}) for case in cases]
        one = families[family]
        for name, own in (("downgraded", one.downgraded), ("dropped", one.dropped), ("false_positives", one.refuted)):
            wanted = sum(total.get(name) or 0 for total in totals)
            yield f"{agent}: {name.replace('_', ' ')}", own or 0, wanted


def _seats(ours: Ours, family: str) -> list[Seat]:
    return [seat for entry in ours.entries for seat in entry.seats if seat.family == family]


def agents(cases: Sequence[Case], ours: Ours) -> Compared:
    for agent, family in _AGENTS.items():
        totals = [case["gold"]["totals"].get(agent, {}) for case in cases]
        for name, key, own in (
            ("seconds", "duration_s", [seat.seconds for seat in _seats(ours, family) if seat.seconds is not None]),
            (
                "tool calls",
                "tool_calls",
                [seat.tool_calls for seat in _seats(ours, family) if seat.tool_calls is not None],
            ),
        ):
            wanted = [total[key] for total in totals if total.get(key) is not None]
            for what, of in (("known", len), ("median", median), ("least", min), ("most", max)):
                measure: Callable[[Sequence[float]], float] = of
                yield f"{agent}: {name}, {what}", measure(own), measure(wanted)


def time(cases: Sequence[Case], ours: Ours) -> Compared:
    wanted = sorted(case["meta"]["wall_clock_s"] for case in cases if case["meta"]["wall_clock_s"])
    first, middle, third = quantiles(wanted, method="inclusive")
    own = ours.listed.clock
    if own is None:
        return
    yield "wall clock, known", own.known, len(wanted)
    yield "wall clock, first quartile", own.first, first
    yield "wall clock, median", own.middle, middle
    yield "wall clock, third quartile", own.third, third
    yield "wall clock, least", own.low, wanted[0]
    yield "wall clock, most", own.high, wanted[-1]
    slowest = [
        max(known)
        for case in cases
        if (known := [t["duration_s"] for t in case["gold"]["totals"].values() if t.get("duration_s") is not None])
    ]
    if ours.listed.slowest:
        yield "slowest agent, median", ours.listed.slowest.middle, median(slowest)


def convergence(cases: Sequence[Case], ours: Ours) -> Compared:
    together: dict[str, list[Case]] = defaultdict(list)
    for case in sorted(cases, key=lambda case: case["meta"]["report_id"]):
        together[_change(case)].append(case)
    by_round: dict[int, list[Case]] = defaultdict(list)
    for own in together.values():
        for at, case in enumerate(own, 1):
            by_round[at].append(case)
    told = {one.round: one for one in ours.folded.by_round}
    for at, those in sorted(by_round.items()):
        found = [[one["severity"] for one in case["gold"]["findings"]] for case in those]
        yield f"round {at}: reports", told[at].reports, len(those)
        yield f"round {at}: mean C+I", told[at].heavy, fmean(len(one) - one.count("suggestion") for one in found)
        yield f"round {at}: mean S", told[at].suggestions, fmean(one.count("suggestion") for one in found)


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("folder", nargs="?", type=Path)
    asked.add_argument("--json", action="store_true")
    options = asked.parse_args()
    folder = options.folder or Path(os.environ.get("REVIEW_CORPUS", ""))  # noqa: TID251 - a bench is started by hand
    files = sorted((folder / "cases").glob("*.json")) if folder != Path() else []
    if not files:
        print("skipped: REVIEW_CORPUS names no folder of reviews", file=sys.stderr)
        return 0
    cases = [json.loads(file.read_text(encoding="utf-8")) for file in files]
    told = list(rows(cases, imported(cases)))
    if options.json:
        print(json.dumps([{**asdict(row), "near": row.near} for row in told], indent=2))
    else:
        wide = max(len(row.name) for row in told)
        for row in told:
            mark = "" if row.near else "  off"
            print(f"{row.section:<12} {row.name:<{wide}} {row.ours:>10.6g} {row.expected:>10.6g}{mark}")
        print(f"{sum(row.near for row in told)} of {len(told)} rows within {NEAR:.0%}")
    return 0 if all(row.near for row in told) else 1


if __name__ == "__main__":
    sys.exit(main())
