"""JavaScript and TypeScript, by Biome, where its program is on the path."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from deepreview.reviewers.base import Output
from deepreview.reviewers.static.hit import Hit, Laid, Unreadable, line_key
from deepreview.reviewers.static.reports import document, ended, laid_of


@dataclass(frozen=True, slots=True)
class Biome:
    """Runs `biome lint` with a configuration of our own."""

    codes: frozenset[str] = frozenset()
    """`group/rule`."""
    name: str = "biome"
    program: str = "biome"
    install: str = "npm install -g @biomejs/biome"

    def wants(self, laid: Laid) -> bool:
        """JavaScript and TypeScript, no declarations."""
        return laid.language in {"ts", "tsx", "js"} and not laid.name.endswith(".d.ts")

    def argv(self, names: Sequence[str], kit: Path) -> Sequence[str]:
        """The configuration is given by path, so none is looked for."""
        options = ["--reporter=json", "--max-diagnostics=none", "--colors=off", "--no-errors-on-unmatched"]
        return ["lint", f"--config-path={kit / 'biome.json'}", *options, *names]

    def parse(self, output: Output, files: Mapping[str, Laid]) -> Sequence[Hit]:
        """The diagnostics of the chosen rules; files that it cannot parse give none."""
        ended(output, 0, 1)
        try:
            items = document(output)["diagnostics"]
            return [self._hit(item, files) for item in items if str(item["category"]).startswith("lint/")]
        except (KeyError, TypeError, ValueError) as error:
            raise Unreadable(f"printed JSON of another form: {error!r}") from error

    def _hit(self, item: Mapping[str, object], files: Mapping[str, Laid]) -> Hit:
        where = item["location"]
        if not isinstance(where, dict):
            raise TypeError("location")
        laid = laid_of(files, str(where["path"]))
        first = max(1, min(int(where["start"]["line"]), len(laid.lines) or 1))
        last = max(first, min(int(where["end"]["line"]), len(laid.lines) or 1))
        return Hit(
            kind=f"biome:{str(item['category']).removeprefix('lint/')}",
            path=laid.path,
            first=first,
            last=last,
            key=f"{item['message']}@{line_key(laid, first)}",
            message=str(item["message"]),
            names={},
        )


def configuration(codes: frozenset[str]) -> str:
    """A configuration that switches on the given rules and nothing else."""
    rules: dict[str, object] = {"recommended": False}
    for code in sorted(codes):
        group, _, rule = code.partition("/")
        chosen = rules.setdefault(group, {})
        assert isinstance(chosen, dict)
        chosen[rule] = "warn"
    return json.dumps(
        {
            "root": True,
            "vcs": {"enabled": False},
            "files": {"maxSize": 5_000_000},
            "formatter": {"enabled": False},
            "assist": {"enabled": False},
            "linter": {"enabled": True, "rules": rules},
        }
    )
