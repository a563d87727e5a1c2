"""A unified diff as the replacements of lines that SARIF wants, where it is as simple as that."""

import re
from dataclasses import dataclass, field
from typing import Any

from deepreview.context.visible import visible

_HUNK = re.compile(r"@@ -(\d+)(?:,(\d+))? \+\d+(?:,\d+)? @@")


@dataclass
class _Run:
    """Neighbouring changed lines: some at head go, some come."""

    first: int
    gone: int = 0
    come: list[str] = field(default_factory=list)


def replacements(patch: str) -> tuple[str, list[dict[str, Any]]]:
    """The path and the replacements of a patch of one hunk to one existing file; none when it is anything else."""
    if visible(patch) != patch:
        return "", []
    lines = patch.split("\n")
    starts = [index for index, line in enumerate(lines) if line.startswith("@@ ")]
    if len(starts) != 1:
        return "", []
    path = _path(lines[: starts[0]])
    hunk = _HUNK.match(lines[starts[0]])
    body = lines[starts[0] + 1 :]
    if not path or hunk is None or any(line.startswith("\\") for line in body):
        return "", []
    first = int(hunk[1]) + (hunk[2] == "0")  # of a hunk that only adds, git names the line before
    return path, [_replacement(run) for run in _runs(first, body)]


def _path(head: list[str]) -> str:
    old = [line.removeprefix("--- a/") for line in head if line.startswith("--- a/")]
    new = [line.removeprefix("+++ b/") for line in head if line.startswith("+++ b/")]
    return old[0].split("\t")[0] if old == new and len(old) == 1 else ""


def _runs(number: int, body: list[str]) -> list[_Run]:
    runs: list[_Run] = []
    together = False
    for line in body:
        if line[:1] not in {"+", "-", " "}:
            break
        if line[0] == " ":
            together = False
            number += 1
            continue
        if not together:
            runs.append(_Run(first=number))
            together = True
        if line[0] == "-":
            runs[-1].gone += 1
            number += 1
        else:
            runs[-1].come.append(line[1:])
    return runs


def _replacement(run: _Run) -> dict[str, Any]:
    if run.gone and run.come:  # whole lines without the last newline
        region = {"startLine": run.first, "endLine": run.first + run.gone - 1}
        return {"deletedRegion": region, "insertedContent": {"text": "\n".join(run.come)}}
    region = {"startLine": run.first, "startColumn": 1, "endLine": run.first + run.gone, "endColumn": 1}
    text = "".join(f"{line}\n" for line in run.come)
    return {"deletedRegion": region, **({"insertedContent": {"text": text}} if text else {})}
