"""Published reports written from a folder of real reviews: each header, finding, table and original as it is there."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

Case = dict[str, Any]
_TITLES = {"critical": "Critical Issues", "important": "Important Issues", "suggestion": "Suggestions"}
_REGIONS = {
    "concern": "Concerns",
    "strength": "Strengths",
    "testing": "Testing Assessment",
    "documentation": "Documentation Assessment",
    "limitations": "Acknowledged Limitations",
}
_NAMES = {"claude": "Claude", "codex": "Codex", "gemini": "Gemini"}


def report(case: Case) -> str:
    """The case as the text that was published, as far as the folder holds it."""
    gold = case["gold"]
    parts = [f"# Deep Review: {case['meta']['report_id']}\n\n{_header(case['meta'])}"]
    for severity, title in _TITLES.items():
        own = [f"{one['header']}\n\n{one['body']}" for one in gold["findings"] if one["severity"] == severity]
        parts.append(f"## {title}\n\n" + ("\n\n".join(own) or "None."))
    for region, title in _REGIONS.items():
        texts = [f"- {one['text']}" for one in gold["observations"] if one["region"] == region]
        parts += [f"## {title}\n\n" + "\n".join(texts)] if texts else []
    parts.append("## Agent Performance Retro\n\n### Summary\n\n" + "\n\n".join(_retro(case)))
    if gold["resolution"]:
        parts.append("## Resolution\n\n" + "\n\n".join(_resolution(gold["resolution"])))
    originals = [f"### [{raw['model']}] — Pass {raw['pass']}\n\n{raw['text']}" for raw in case["raw"]]
    parts.append("\n\n".join(("## Appendix: Original Reviews", *originals)))
    return "\n\n---\n\n".join(parts) + "\n"


def _header(meta: Case) -> str:
    repo = meta["repo"]
    cells = {
        "Date": meta["date"],
        "Repo": f"[{repo}](https://github.com/{repo})",
        "Round": str(meta.get("round") or ""),
        "PR": f"[#{meta['pr']}](https://github.com/{repo}/pull/{meta['pr']}) — {meta['pr_title']}"
        if meta["pr"]
        else "",
        "Branch": f"`{meta['branch']}`" if meta["branch"] else "",
        "Reviewers": ", ".join(f"~~{r['model']}~~" if r["failed"] else r["model"] for r in meta["reviewers"]),
        "Verdict": (meta["verdict_text"] or "").replace("|", "\\|"),
        "Wall-clock time": f"`{meta['wall_clock']}`" if meta["wall_clock"] else "",
    }
    return _table(("", ""), [(f"**{label}**", cell) for label, cell in cells.items() if cell])


def _retro(case: Case) -> Iterator[str]:
    gold = case["gold"]
    agents = list(gold["totals"])
    rows = [(label, *cells) for label, cells in gold["totals_rows"].items() if len(cells) == len(agents)]
    if rows:
        yield _table(("", *(_NAMES[agent] for agent in agents)), rows)
    if gold["reconciliation"]:
        yield gold["reconciliation"]


def _resolution(resolution: Case) -> Iterator[str]:
    info = [(f"**{label.capitalize()}**", text) for label, text in resolution["info"].items() if text]
    if info:
        yield _table(("", ""), info)
    rows = [
        (
            str(number),
            f"{row['ref']}: {row['title']}" if row["ref"] else row["title"],
            row["action"],
            row["reason"] or "",
        )
        for number, row in enumerate(resolution["rows"], 1)
    ]
    if rows:
        yield _table(("#", "Finding", "Action", "Reason"), rows)


def _table(columns: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    lines = (columns, ("---",) * len(columns), *rows)
    return "\n".join("| " + " | ".join(cell.replace("\n", " ") for cell in line) + " |" for line in lines)


def write(folder: Path, cases: list[Case]) -> None:
    """Each case as a file."""
    for case in cases:
        (folder / f"{case['meta']['report_id']}.md").write_text(report(case), encoding="utf-8")
