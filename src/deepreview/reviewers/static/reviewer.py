"""Analysers with a configuration of our own, and syntax rules of our own, on what the change brought."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from deepreview.context.brief import Brief
from deepreview.errors import how_to_add
from deepreview.model.change import Side
from deepreview.model.round import Reading
from deepreview.reviewers.base import Desk, NothingToDo
from deepreview.reviewers.static import biome, hadolint
from deepreview.reviewers.static.astgrep import AstGrep
from deepreview.reviewers.static.biome import Biome
from deepreview.reviewers.static.claims import REVIEWER as NAME
from deepreview.reviewers.static.files import Layout, lay_out
from deepreview.reviewers.static.foreign import hear
from deepreview.reviewers.static.hadolint import Hadolint
from deepreview.reviewers.static.hit import Analyser
from deepreview.reviewers.static.outcome import outcome_of
from deepreview.reviewers.static.programs import find_program, version_of
from deepreview.reviewers.static.ruff import Ruff
from deepreview.reviewers.static.rules import Choice, Rule, catalog, generic, pack
from deepreview.reviewers.static.sarif import Command
from deepreview.reviewers.static.scan import FILES, Scan, scan
from deepreview.reviewers.static.shellcheck import ShellCheck
from deepreview.reviewers.static.typos import Typos
from deepreview.reviewers.static.zizmor import Zizmor

_EXTRA = how_to_add("static")
_MODULES = {"PyYAML": "yaml", "ast-grep-py": "ast_grep_py"}


@dataclass(frozen=True, slots=True, kw_only=True)
class StaticReviewer:
    """Runs every analyser that is at hand on the changed files at base and head, and says what is only at head."""

    sarif: tuple[Path, ...] = ()
    """Results of other tools, on head."""
    commands: tuple[Command, ...] = ()
    """Other tools that print SARIF."""
    enable: frozenset[str] = frozenset()
    """Rules by id: those that are off, or any of an analyser (`ruff:PLR0913`)."""
    disable: frozenset[str] = frozenset()
    """Rules by id, or whole analysers by name."""

    @property
    def name(self) -> str:
        """As given to `--with`."""
        return NAME

    @property
    def summary(self) -> str:
        """What it looks for, in one line."""
        return "defects that analysers and syntax rules of our own find where the change brought them"

    def missing(self) -> tuple[str, ...]:
        """Analysers and modules that are not here, each with how to add it."""
        gone = [f"{name}: {_EXTRA}" for name, module in _MODULES.items() if find_spec(module) is None]
        absent = [tool for tool in self._tools({}) if find_program(tool.program) is None]
        return (*gone, *(f"{tool.name}: {tool.install}" for tool in absent))

    async def review(self, brief: Brief, desk: Desk) -> Reading:
        """Say what the change brought; an analyser that fails or is not here becomes a gap of the reading."""
        if any(find_spec(module) is None for module in _MODULES.values()):
            raise NothingToDo(f"its rules cannot be read on this machine: {_EXTRA}")
        base, head = desk.tree(Side.BASE), desk.tree(Side.HEAD)
        layout = lay_out(brief.change.patches, base, head, desk.scratch / FILES)
        if not layout.files(Side.HEAD):
            raise NothingToDo("the change leaves no file with text that it could read")
        choice = Choice(enable=self.enable, disable=self.disable)
        rules = {rule.id: rule for rule in catalog().values() if choice.runs(rule)}
        rules |= {kind: generic(kind) for kind in sorted(self.enable) if ":" in kind and kind not in rules}
        tools = [tool for tool in self._tools(rules) if any(map(tool.wants, layout.files(Side.HEAD)))]
        _write_kit(desk.scratch / "kit", rules, {laid.language for side in Side for laid in layout.files(side)})
        async with asyncio.TaskGroup() as group:
            scanning = [group.create_task(_scan(tool, layout, desk)) for tool in tools]
            hearing = group.create_task(hear(self.sarif, self.commands, layout, desk))
        scans = [done for task in scanning if (done := task.result()) is not None]
        outcome = outcome_of(layout, scans, rules, choice)
        for claim in outcome.claims(base, hearing.result()):
            desk.say(claim)
        for note in outcome.notes():
            desk.say(note)
        return outcome.reading(hearing.result(), _absent(tools))

    def _tools(self, rules: Mapping[str, Rule]) -> Sequence[Analyser]:
        """The analysers that are not switched off, in a fixed order, the slowest first."""
        tools: tuple[Analyser, ...] = (
            ShellCheck(codes=_codes(rules, "shellcheck", "SC")),
            AstGrep(),
            Ruff(codes=_codes(rules, "ruff")),
            Biome(codes=_codes(rules, "biome")),
            Zizmor(codes=_codes(rules, "zizmor")),
            Typos(),
            Hadolint(codes=_codes(rules, "hadolint")),
        )
        return [tool for tool in tools if tool.name not in self.disable]


def _codes(rules: Mapping[str, Rule], tool: str, prefix: str = "") -> frozenset[str]:
    return frozenset(rule.partition(":")[2].removeprefix(prefix) for rule in rules if rule.startswith(f"{tool}:"))


def _absent(tools: Sequence[Analyser]) -> tuple[str, ...]:
    return tuple(
        f"{tool.name} is not installed ({tool.install})." for tool in tools if find_program(tool.program) is None
    )


async def _scan(tool: Analyser, layout: Layout, desk: Desk) -> Scan | None:
    program = find_program(tool.program)
    if program is None:
        return None
    async with asyncio.TaskGroup() as group:
        version = group.create_task(version_of(program, desk))
        scanned = group.create_task(scan(tool, program, layout, desk))
    return scanned.result().by(version.result())


def _write_kit(folder: Path, rules: Mapping[str, Rule], languages: set[str]) -> None:
    """The configuration that the analysers get, all of it ours."""
    (folder / "pack").mkdir(parents=True, exist_ok=True)
    (folder / "sgconfig.yml").write_text("ruleDirs: [pack]\n", encoding="utf-8")
    ours = [rule for rule in rules.values() if rule.match is not None]
    (folder / "pack" / "rules.yml").write_text(
        pack(ours, {"bash" if spoken == "bats" else spoken for spoken in languages}), encoding="utf-8"
    )
    (folder / "hadolint.yml").write_text(hadolint.CONFIGURATION, encoding="utf-8")
    (folder / "biome.json").write_text(biome.configuration(_codes(rules, "biome")), encoding="utf-8")


REVIEWER = StaticReviewer()
