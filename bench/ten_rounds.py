"""Ten published rounds of one pull request, driven through the program as their author would have.

`python bench/ten_rounds.py CASES REPO --pr NUMBER [--keep DIR]`: CASES holds a file for each published round with the
reviews as written and what the author did with each finding, REPO the public repository. Each round reviews a state,
confirms what the program proposes and answers every finding as the author did. Rounds whose commit is gone get a state
made backwards from the next one: the code that the reviewers of that round quote is put in place of what it most
resembles. Such a state need not compile, and what nobody quoted is as it was later.
"""

import argparse
import json
import os
import re
import subprocess  # noqa: TID251 - the bench drives the program from outside
import sys
import tempfile
import time
from collections import Counter
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

Case = dict[str, Any]
_ALIKE = 0.5
_PROGRAM = Path(sys.executable).with_name("deepreview")
_ANSWERS = {"fixed": "fixed", "skipped": "declined", "documented": "documented", "commented": "documented"}
_EXPECTED = {
    *(("published", step) for step in ("new", "overlooked", "caused-by-fix", "placed")),
    *(("dropped", step) for step in ("new", "overlooked", "placed")),
    ("again", "declined"),
}
_SAME_BEFORE = "declined_prior_round"


def git(repo: Path, *words: str, stdin: str | None = None) -> str:
    done = subprocess.run(["git", "-C", str(repo), *words], input=stdin, capture_output=True, text=True, check=True)
    return done.stdout


def pieces(body: str) -> list[list[str]]:
    """The code that a finding quotes, cut where it leaves lines out."""
    lines = body.splitlines()
    found: list[list[str]] = []
    start = next((n for n, line in enumerate(lines) if line.startswith("```") and not line.startswith("```diff")), -1)
    for line in lines[start + 1 :] if start >= 0 else ():
        if line.startswith("```"):
            break
        if not found or line.strip(" \t/#.…") == "":
            found.append([])
        if line.strip(" \t/#.…"):
            found[-1].append(line.rstrip())
    return [piece for piece in found if piece]


def put(lines: list[str], piece: list[str]) -> list[str]:
    """The file with that code in it; as it is where it stands there already, or where nothing resembles it."""
    bare = [line.strip() for line in lines]
    wanted = [line.strip() for line in piece]
    if any(bare[at : at + len(wanted)] == wanted for at in range(len(bare))):
        return lines
    best = (0.0, 0, 0)
    for length in range(max(1, len(wanted) - 2), len(wanted) + 4):
        for at in range(len(bare) - length + 1):
            matcher = SequenceMatcher(None, "\n".join(bare[at : at + length]), "\n".join(wanted), autojunk=False)
            if matcher.real_quick_ratio() > best[0] and matcher.quick_ratio() > best[0]:
                best = max(best, (matcher.ratio(), at, length))
    alike, at, length = best
    if alike < _ALIKE:
        return lines
    own = lines[at][: len(lines[at]) - len(lines[at].lstrip())]
    indent = own if not piece[0][:1].isspace() else ""
    return [*lines[:at], *(indent + line for line in piece), *lines[at + length :]]


def states(repo: Path, cases: list[Case]) -> list[tuple[str, int]]:
    """A commit for each round, and how many quotes had to be put back for it."""
    known = [case["code"]["commit"] if case["code"]["quality"] == "exact" else "" for case in cases]
    base = cases[-1]["code"]["base"]
    made: list[tuple[str, int]] = []
    later = ""
    for case, exact in zip(reversed(cases), reversed(known), strict=True):
        commit, changed = (exact, 0) if exact else earlier(repo, later, base, case)
        made.append((commit, changed))
        later = commit
    return made[::-1]


def earlier(repo: Path, later: str, base: str, case: Case) -> tuple[str, int]:
    files: dict[str, list[str]] = {}
    changed = 0
    for raw in case["raw_findings"]:
        path = raw["location"][0]["path"] if raw["location"] else ""
        if path not in files:
            shown = subprocess.run(
                ["git", "-C", str(repo), "show", f"{later}:{path}"], capture_output=True, text=True, check=False
            )
            if not path or shown.returncode:
                continue
            files[path] = shown.stdout.splitlines()
        for piece in pieces(raw["body"] or ""):
            before = files[path]
            files[path] = put(before, piece)
            changed += files[path] is not before
    index = {"GIT_INDEX_FILE": str(repo / ".git" / "ten-rounds"), **os.environ}  # noqa: TID251 - a bench's own git
    subprocess.run(["git", "-C", str(repo), "read-tree", later], env=index, check=True)
    for path, lines in files.items():
        blob = git(repo, "hash-object", "-w", "--stdin", stdin="\n".join(lines) + "\n").strip()
        words = ["update-index", "--cacheinfo", f"100644,{blob},{path}"]
        subprocess.run(["git", "-C", str(repo), *words], env=index, check=True)
    tree = subprocess.run(
        ["git", "-C", str(repo), "write-tree"], env=index, check=True, capture_output=True, text=True
    ).stdout.strip()
    who = ("-c", "user.name=bench", "-c", "user.email=bench@example.org")
    return git(repo, *who, "commit-tree", tree, "-p", base, "-m", "The change").strip(), changed


class Rounds:
    """The program, in a home of its own."""

    def __init__(self, repo: Path, folder: Path) -> None:
        self.repo, self.folder = repo, folder
        (folder / "home").mkdir()

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        env = {"PATH": os.environ["PATH"], "HOME": str(self.folder / "home")}  # noqa: TID251 - and no more than that
        return subprocess.run(
            [str(_PROGRAM), *words, "--repo", str(self.repo)], env=env, capture_output=True, text=True, check=False
        )

    def review(self, number: int, case: Case) -> tuple[Case, float]:
        seats: list[str] = []
        for raw in case["raw"]:
            if raw["status"] != "failed":
                file = self.folder / str(number) / f"{raw['agent']}.md"
                file.parent.mkdir(exist_ok=True)
                file.write_text(raw["text"], encoding="utf-8")
                seats += ["--replay", str(file)]
        began = time.monotonic()
        out = self.folder / str(number) / "report.json"
        done = self.run(
            "review", "topic", "--base", "before", "-q", "--to", "json", "-o", str(out), "--with", "names,paths", *seats
        )
        if done.returncode > 1:
            raise SystemExit(done.stderr)
        return json.loads(out.read_text(encoding="utf-8")), time.monotonic() - began


def answers(case: Case, report: Case) -> list[tuple[str, str, str]]:
    """What the author did, by the names of this report: alias, state, text. What was not published was declined."""
    linked: dict[str, list[str]] = {}
    for link in case["links"]:
        linked.setdefault(link["gold"], []).append(link["raw"])
    said = {uid: row for row in case["gold"]["resolution"]["rows"] for uid in linked.get(row["ref"], ())}
    found = []
    for finding in report["findings"]:
        row = next((said[uid] for uid in finding["claims"] if uid in said), None)
        fates = [case["raw_fates"][uid] for uid in finding["claims"] if uid in case["raw_fates"]]
        if row and row["action_normalised"] in _ANSWERS:
            state = _ANSWERS[row["action_normalised"]]
            text = (row["reason"] or "as its author said") if state != "fixed" else ""
            found.append((finding["alias"], state, text))
        elif fates and all(fate["fate"] in {"dropped", "withdrawn", "observation"} for fate in fates):
            wrong = any(fate.get("reason") == "false_positive" for fate in fates)
            found.append((finding["alias"], "refuted" if wrong else "declined", "not published"))
    return found


def tell(number: int, case: Case, report: Case) -> Counter[str]:
    """Counts of one round, and each surprising finding as a line."""
    count: Counter[str] = Counter(one["standing"] for one in report["findings"])
    count.update(f"now {row['now']}" for row in report["previous"])
    woken = {row["identity"] for row in report["previous"] if row["now"] == "woken"}
    where = {row["claim"]: (row["finding"], row["dropped"]) for row in report["claims_map"]}
    count["claims"], count["placed"] = len(report["claims"]), sum(bool(f) or d >= 0 for f, d in where.values())
    by = {one["fingerprint"]: one for one in report["findings"]}
    linked = {link["raw"]: link["gold"] for link in case["links"]}
    for uid, fate in case["raw_fates"].items():
        finding, dropped = where.get(uid, ("", -1))
        step = report["dropped"][dropped]["step"] if dropped >= 0 else by[finding]["standing"] if finding else "lost"
        if finding and by[finding]["identity"] in woken:
            step = "woken"
        kind = "again" if fate.get("reason") == _SAME_BEFORE else "published" if uid in linked else fate["fate"]
        count[f"{kind}: {step}"] += 1
        if (kind, step) not in _EXPECTED:
            title = next(raw["title"] for raw in case["raw_findings"] if raw["uid"] == uid)
            because = by[finding]["because"] if finding else report["dropped"][dropped]["reason"]
            print(f"    R{number} {uid} {kind}: {step} | {title[:70]} | {because[:200]}")
    return count


def taken_over(case: Case, report: Case, before: list[tuple[Case, Case]]) -> Counter[str]:
    """What became here of the findings that their publisher took over from an earlier round by hand."""
    count: Counter[str] = Counter()
    now = {row["identity"]: row["now"] for row in report["previous"]}
    for finding in case["gold"]["findings"]:
        found = re.search(r"Round (\d+) ([A-Z]\d+)", finding["carry_over"] or "")
        if found and int(found[1]) <= len(before):
            then, told = before[int(found[1]) - 1]
            uids = {link["raw"] for link in then["links"] if link["gold"] == found[2]}
            own = [one for one in told["findings"] if uids & set(one["claims"])]
            states = {now.get(one["identity"] or one["fingerprint"], "unknown") for one in own}
            count[f"taken over: {', '.join(sorted(states)) or 'not among the findings'}"] += 1
    return count


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cases", type=Path)
    parser.add_argument("repo", type=Path)
    parser.add_argument("--pr", type=int, required=True)
    parser.add_argument("--keep", type=Path)
    given = parser.parse_args()
    files = sorted(given.cases.glob(f"*-pr-{given.pr}.json"))
    if not files or not given.repo.is_dir():
        print("skipped: no such rounds or repository here")
        return
    cases = [json.loads(file.read_text(encoding="utf-8")) for file in files]
    folder = given.keep or Path(tempfile.mkdtemp())
    folder.mkdir(exist_ok=True)
    repo = folder / "repo"
    subprocess.run(["git", "clone", "-q", "-s", "--no-checkout", str(given.repo), str(repo)], check=True)
    git(repo, "remote", "remove", "origin")
    git(repo, "branch", "-f", "before", cases[-1]["code"]["base"])
    program = Rounds(repo, folder)
    total: Counter[str] = Counter()
    before: list[tuple[Case, Case]] = []
    for number, (case, (commit, put_back)) in enumerate(zip(cases, states(repo, cases), strict=True), 1):
        git(repo, "update-ref", "refs/heads/topic", commit)
        report, seconds = program.review(number, case)
        print(
            f"round {number}: {commit[:9]}, {put_back} quotes put back, {seconds:.1f} s, {report['verdict']['value']}"
        )
        count = tell(number, case, report) + taken_over(case, report, before)
        before.append((case, report))
        total += count
        print("   ", ", ".join(f"{name} {n}" for name, n in sorted(count.items())))
        print("   ", report["convergence"]["converged"], report["convergence"]["reason"])
        program.run("resolve", "--confirm")
        for alias, state, text in answers(case, report):
            done = program.run("resolve", alias, state, *([text] if text else []))
            if done.returncode:
                print("    refused:", done.stderr.strip())
    print("in all:", ", ".join(f"{name} {n}" for name, n in sorted(total.items())))


if __name__ == "__main__":
    main()
