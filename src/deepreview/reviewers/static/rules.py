"""The catalog: every rule that is on or can be switched on, with its texts, read from `rules/*.yml`.

A rule of our own has `match`, an ast-grep rule; the others name a rule of an analyser (`ruff:F821`) and say what it
means. Keys: `languages` or `nodes` (comments, literals: one rule for each language), `default` (on, off, note),
`where` (product, tests, any, workflow, bats), `severity`, `silent`, `guard` (a comment nearby that explains is quoted
as an excuse), `comment_in_body` (so is any comment inside), `idiom` (silent when the base tree holds the same code
three times), `habit` (a regular expression: silent when the base writes so often, or not less than `against`),
`flow` (which question about the rest of the function decides), `anchor` (about something missing: only when the
declaration itself is new), `column`, `min_lines`, `per_function`, `bats` (works where the tree is broken), `quiet` (one
finding for all places), `sibling` (only where the same file does it right elsewhere).
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from importlib.util import find_spec
from typing import Any, Final

from deepreview.catalog import nearest
from deepreview.model.claim import Answer, Severity

COMMENTS: Final = {
    "go": ("comment",),
    "python": ("comment",),
    "ts": ("comment",),
    "tsx": ("comment",),
    "js": ("comment",),
    "java": ("line_comment", "block_comment"),
    "rust": ("line_comment", "block_comment"),
    "bash": ("comment",),
    "yaml": ("comment",),
}
LITERALS: Final = {
    "go": ("interpreted_string_literal", "raw_string_literal"),
    "python": ("string",),
    "ts": ("string",),
    "tsx": ("string",),
    "js": ("string",),
    "java": ("string_literal",),
    "rust": ("string_literal",),
    "bash": ("word", "string", "raw_string"),
    "yaml": ("plain_scalar", "double_quote_scalar", "single_quote_scalar"),
}
OUR_FILES: Final = ("go", "python", "typescript", "java", "rust", "shell", "text")
_OPEN: Final = re.compile(r"ruff:[A-Z]+\d+|shellcheck:SC\d{4}|hadolint:(DL|SC)\d{4}|zizmor:[a-z-]+|biome:[a-z]+/\w+")
"""Rules of analysers that can be switched on although they have no texts here."""
TOOL_FILES: Final = ("ruff", "shellcheck", "hadolint", "zizmor", "biome", "typos")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule: when it speaks and what it says."""

    id: str
    title: str
    why: str
    unless: str
    fix: str
    severity: Severity
    silent: Answer
    default: str = "on"
    where: str = "any"
    guard: bool = False
    comment_in_body: bool = False
    idiom: bool = False
    habit: str = ""
    against: str = ""
    anchor: bool = False
    bats: bool = False
    quiet: bool = False
    sibling: bool = False
    per_function: bool = False
    flow: str = ""
    column: str = ""
    min_lines: int = 1
    languages: tuple[str, ...] = ()
    match: Mapping[str, Any] | None = None

    @property
    def analyser(self) -> str:
        """The tool that applies it: `ast-grep` for our own rules."""
        return self.id.partition(":")[0] if self.match is None else "ast-grep"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Which rules run: the defaults, with what the user switched on or off by rule or by tool."""

    enable: frozenset[str] = frozenset()
    disable: frozenset[str] = frozenset()

    def runs(self, rule: Rule) -> bool:
        """Whether the rule is looked for, be it only for a note."""
        if {rule.id, rule.analyser} & self.disable:
            return False
        return rule.default != "off" or rule.id in self.enable

    def noted(self, rule: Rule) -> bool:
        """Whether it is only counted in a note."""
        return rule.default == "note" and rule.id not in self.enable


@cache
def catalog() -> Mapping[str, Rule]:
    """All rules by id, in the order of the files; needs PyYAML, of the extra `static`."""
    return {rule.id: rule for rule in (*our_rules(), *tool_rules())}


def unknown(names: Iterable[str], *, whole: bool) -> dict[str, str]:
    """Those of the names that would switch nothing, each with a hint; `whole`: an analyser's name stands for its rules.

    Without PyYAML nobody knows the rules, and none of them runs.
    """
    if find_spec("yaml") is None:
        return {}
    known = {*catalog(), *((rule.analyser for rule in catalog().values()) if whole else ())}
    lost = (name for name in names if name not in known and not _OPEN.fullmatch(name))
    return {name: nearest(name, known, "the page of the reviewer static lists all rules") for name in lost}


def our_rules() -> Iterator[Rule]:
    """The rules that ast-grep applies."""
    for name in OUR_FILES:
        for document in _documents(name):
            yield _rule(document)


def tool_rules() -> Iterator[Rule]:
    """The rules of other analysers that have texts here."""
    for name in TOOL_FILES:
        for document in _documents(name):
            shared = document.get("all", {})
            for rule_id, given in document["rules"].items():
                yield _rule({**shared, **given, "id": rule_id if name == "typos" else f"{name}:{rule_id}"})


def _documents(name: str) -> list[dict[str, Any]]:
    import yaml  # noqa: PLC0415 - of the extra `static`

    source = resources.files("deepreview.reviewers.static").joinpath("rules", f"{name}.yml")
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return [document for document in yaml.load_all(source.read_text(encoding="utf-8"), Loader=loader) if document]


def _rule(document: Mapping[str, Any]) -> Rule:
    given = dict(document)
    nodes = given.pop("nodes", "")
    if nodes:
        given["languages"] = list(COMMENTS)
        given["match"] = {"nodes": nodes, **given["match"]}
    given["severity"] = Severity(given["severity"])
    given["silent"] = Answer({True: "yes", False: "no"}.get(given["silent"], given["silent"]))
    given["default"] = {True: "on", False: "off"}.get(given.get("default", "on"), given.get("default", "on"))
    given["languages"] = tuple(given.get("languages", ()))
    for key in ("title", "why", "unless", "fix"):
        given[key] = str(given.get(key, "")).strip()
    return Rule(**given)


def generic(kind: str) -> Rule:
    """A rule of an analyser that was switched on and has no texts here: it says what the analyser says."""
    return foreign_rule(kind, "", Severity.SUGGESTION)


def foreign_rule(kind: str, about: str, severity: Severity) -> Rule:
    """A rule of any tool, in the tool's words."""
    return Rule(id=kind, title="{message}", why=about, unless="", fix="", severity=severity, silent=Answer.UNKNOWN)


def pack(rules: Iterable[Rule], languages: Iterable[str] = tuple(COMMENTS)) -> str:
    """The rules of these languages as one file for ast-grep, with one for each that finds what cannot be parsed.

    Rules of other languages are left out because ast-grep takes half a second to make all of them.
    """
    spoken = set(languages)
    documents = [document for rule in rules for document in _expanded(rule) if document["language"] in spoken]
    documents += [
        {"id": f"unparsed@{language}", "language": language, "severity": "hint", "rule": {"kind": "ERROR"}}
        for language in COMMENTS
        if language in spoken
    ]
    return "\n---\n".join(json.dumps(document) for document in documents)


def _expanded(rule: Rule) -> Iterator[dict[str, Any]]:
    assert rule.match is not None
    match = dict(rule.match)
    nodes = match.pop("nodes", "")
    for language in rule.languages:
        body = dict(match["rule"])
        if nodes:
            kinds = (COMMENTS if nodes == "comments" else LITERALS)[language]
            body = {"all": [{"any": [{"kind": kind} for kind in kinds]}, body]}
        yield {**match, "rule": body, "id": f"{rule.id}@{language}", "language": language, "severity": "hint"}
