"""Shell and BATS, by shellcheck: a list of codes that were worth reading."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from deepreview.errors import how_to_add
from deepreview.reviewers.base import Output
from deepreview.reviewers.static.hit import Hit, Laid, Unreadable, line_key, squeezed
from deepreview.reviewers.static.reports import document, ended, laid_of

_COMMAND = re.compile(r"(^|[;&|(]|\b(then|do|else|if|exec|sudo|env)\s)\s*$")
_SPLITTING = frozenset({"shellcheck:SC2086", "shellcheck:SC2046"})
_MEANT = re.compile(
    r"(?i)(args?|flags?|opts?|options?|params?|cmd|command|[a-z]s|list|user|pid|port|count|num|id|status|code|rc|uid|gid|version|timeout|seconds?|secs|delay|interval|size|len|length|width|height|max|min|limit|jobs|[!#?])\}?$"
)
"""Names of what is a list of words, where splitting is the purpose, numbers and words without blanks."""
_BATS_ONLY = frozenset({"2314", "2315"})


@dataclass(frozen=True, slots=True)
class ShellCheck:
    """Runs `shellcheck` without a configuration file and without following `source`."""

    codes: frozenset[str] = frozenset()
    """Without `SC`."""
    name: str = "shellcheck"
    program: str = "shellcheck"
    install: str = how_to_add("static")

    def wants(self, laid: Laid) -> bool:
        """Shell in the dialects that it knows, and BATS; not zsh and fish, nor what makes shell."""
        template = b"<%" in laid.content or b"{{" in laid.content[:200]
        return laid.language in {"bash", "bats"} and b"zsh" not in laid.content[:40] and not template

    def argv(self, names: Sequence[str], kit: Path) -> Sequence[str]:
        """Only the chosen codes; without the data flow analysis, which takes minutes for a script of 4,000 lines."""
        del kit
        include = ",".join(sorted(f"SC{code}" for code in self.codes))
        return [
            "--norc",
            "--extended-analysis=false",
            "--format=json1",
            "--severity=style",
            f"--include={include}",
            "--",
            *names,
        ]

    def parse(self, output: Output, files: Mapping[str, Laid]) -> Sequence[Hit]:
        """One hit for each comment."""
        ended(output, 0, 1)
        try:
            hits = [self._hit(item, files) for item in document(output)["comments"]]
            return [hit for hit in hits if not (hit.kind in _SPLITTING and _meant(hit)) and not _of_array(hit)]
        except (KeyError, TypeError, ValueError) as error:
            raise Unreadable(f"printed JSON of another form: {error!r}") from error

    def _hit(self, item: Mapping[str, object], files: Mapping[str, Laid]) -> Hit:
        laid = laid_of(files, str(item["file"]))
        first = max(1, min(int(str(item["line"])), len(laid.lines) or 1))
        last = max(first, min(int(str(item["endLine"])), len(laid.lines) or 1))
        line = laid.lines[first - 1] if laid.lines else ""
        start, end = int(str(item["column"])) - 1, int(str(item["endColumn"])) - 1
        # Columns count a tab as up to eight, so they are only trusted on lines without one.
        piece = line[start:end] if first == int(str(item["endLine"])) and "\t" not in line else line.strip()
        return Hit(
            kind=f"shellcheck:SC{item['code']}",
            path=laid.path,
            first=first,
            last=last,
            key=piece if str(item["code"]) == "2086" else f"{squeezed(piece)}@{line_key(laid, first)}",
            message=str(item["message"]),
            node=line.strip() if str(item["code"]) not in _BATS_ONLY else piece,
            names={"symbol": piece},
        )


def _of_array(hit: Hit) -> bool:
    """Whether the elements of an array are split, or its indices: `$@` is a user's, an array is the script's own."""
    return hit.kind == "shellcheck:SC2068" and not re.search(r"\$(@|\{@)", hit.node)


def _meant(hit: Hit) -> bool:
    """Whether splitting is the purpose: a list by its name, or the command itself."""
    symbol = hit.names["symbol"]
    if re.match(r"(return|exit|shift)\b", hit.node) or "<<<" in hit.node.partition(symbol)[0]:
        return True  # a number, or a text that no shell of today splits
    return bool(_MEANT.search(symbol) or _COMMAND.search(hit.node.partition(symbol)[0]))
