"""Dockerfiles, by hadolint."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from deepreview.errors import how_to_add
from deepreview.reviewers.base import Output
from deepreview.reviewers.static.hit import Hit, Laid, Unreadable, squeezed
from deepreview.reviewers.static.reports import document, ended, laid_of

_VERSION = re.compile(r"[:@=][\w.\-]*\d[\w.\-]*")
CONFIGURATION = "failure-threshold: info\n"


@dataclass(frozen=True, slots=True)
class Hadolint:
    """Runs `hadolint` with a configuration of our own, which keeps it from looking for another."""

    codes: frozenset[str] = frozenset()
    name: str = "hadolint"
    program: str = "hadolint"
    install: str = how_to_add("static")

    def wants(self, laid: Laid) -> bool:
        """Dockerfiles and Containerfiles."""
        return laid.language == "dockerfile"

    def argv(self, names: Sequence[str], kit: Path) -> Sequence[str]:
        """No option of hadolint selects codes; the rest is left out when its report is read."""
        return ["--no-fail", "--no-color", "--config", str(kit / "hadolint.yml"), "--format", "json", *names]

    def parse(self, output: Output, files: Mapping[str, Laid]) -> Sequence[Hit]:
        """The hits of the codes that are switched on."""
        ended(output, 0)
        try:
            return [self._hit(item, files) for item in document(output) if item["code"] in self.codes]
        except (KeyError, TypeError, ValueError) as error:
            raise Unreadable(f"printed JSON of another form: {error!r}") from error

    def _hit(self, item: Mapping[str, object], files: Mapping[str, Laid]) -> Hit:
        laid = laid_of(files, str(item["file"]))
        line = max(1, min(int(str(item["line"])), len(laid.lines) or 1))
        text = laid.lines[line - 1] if laid.lines else ""
        return Hit(
            kind=f"hadolint:{item['code']}",
            path=laid.path,
            first=line,
            last=line,
            key=squeezed(_VERSION.sub("", text)),
            message=str(item["message"]),
            names={},
        )
