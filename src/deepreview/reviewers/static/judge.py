"""From what is new to what is said: path filters, the answer of the data flow, suppressions in order, excuses."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from deepreview.context.tree import Tree
from deepreview.model.change import RepoPath
from deepreview.model.claim import Severity
from deepreview.reviewers.static import flow
from deepreview.reviewers.static.compare import New
from deepreview.reviewers.static.files import is_fixture, is_test, is_workflow
from deepreview.reviewers.static.flow import After, Next
from deepreview.reviewers.static.hit import Hit, Laid, squeezed
from deepreview.reviewers.static.rules import Rule
from deepreview.reviewers.static.suppress import HABIT, IDIOM, Sought, answered, excuse, explains, occurrences
from deepreview.trees import parse

if TYPE_CHECKING:
    from ast_grep_py import SgNode

_POINTERS = re.compile(r"^(url\.Parse|http\.NewRequest\w*|os\.(Open|Create|Stat))$")
_CHANGES = re.compile(r"(^|\.)(Delete|Unregister|Register|Save|Store|Commit|Update|Patch|Create|Persist|Insert)\w*$")
"""Calls whose failure loses something even when nothing after them depends on it."""
_USES = re.compile(r"uses:\s*[^\s.]\S*@")
_PINNED = re.compile(r"uses:\s*\S+@[0-9a-f]{40}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One new hit and all that is known about it."""

    hit: Hit
    laid: Laid
    rule: Rule
    severity: Severity
    after: After | None = None
    suppressed: str = ""
    excuse: str = ""


def judge(found: Iterable[tuple[New, Rule]], base: Tree) -> tuple[Judged, ...]:
    """What is to be said, suppressed or not; `base` is searched for house idioms and known words."""
    judged = list(_first_look(found))
    code: dict[str, set[str]] = {}
    habits: dict[str, set[str]] = {}
    for item in (one for one in judged if not one.suppressed):
        if item.rule.idiom:
            code.setdefault(item.laid.language, set()).add(_idiom_text(item))
        if item.rule.habit:
            habits.setdefault(item.laid.language, set()).update({item.rule.habit, item.rule.against} - {""})
    words = {item.hit.key for item in judged if item.rule.id == "typos" and not item.suppressed}
    counted = occurrences(base, Sought(code=_frozen(code), habits=_frozen(habits), words=frozenset(words)))
    return tuple(_with_base(item, counted) for item in judged)


def _frozen(sets: Mapping[str, set[str]]) -> dict[str, frozenset[str]]:
    return {key: frozenset(values) for key, values in sets.items()}


def _first_look(found: Iterable[tuple[New, Rule]]) -> Iterator[Judged]:
    roots: dict[RepoPath, SgNode] = {}
    for new, rule in found:
        laid = new.pair.head
        if laid is None or not belongs(rule, new.hit, laid):
            continue
        after = _after(rule, new.hit, laid, roots)
        plain = Judged(hit=new.hit, laid=laid, rule=rule, severity=_severity(rule, new.hit, after), after=after)
        yield replace(plain, suppressed=_suppressed(plain, new), excuse=_excuse(plain))


def belongs(rule: Rule, hit: Hit, laid: Laid) -> bool:
    """Whether the rule speaks about files and places like this one."""
    where = {
        "any": True,
        "product": not is_test(laid.path),
        "tests": is_test(laid.path),
        "bats": laid.language == "bats",
        "workflow": is_workflow(laid.path),
    }[rule.where]
    column = hit.names.get("column", "0")
    placed = {"": True, "first": column == "0", "indented": column != "0"}[rule.column]
    parsed = rule.analyser != "ast-grep" or rule.bats or laid.language != "bats"
    if rule.id.endswith("useJsxKeyInIterable") and b"react" not in laid.content.lower():
        return False
    if rule.id == "ruff:F811" and not _defines(hit, laid):
        return False
    wanted = rule.id == "ruff:F401" and _wanted(hit, laid)
    return where and placed and parsed and not wanted and (not rule.sibling or _differs(rule, laid))


def _wanted(hit: Hit, laid: Laid) -> bool:
    """Whether the import is there for others, or for a type in a comment."""
    name = re.escape(hit.names.get("symbol", "").rpartition(".")[2])
    typed = re.compile(rf"#\s*type:.*\b{name}\b")
    return laid.path.endswith(("__init__.py", "conftest.py")) or any(typed.search(line) for line in laid.lines)


def _defines(hit: Hit, laid: Laid) -> bool:
    """Whether the line defines the name, and does not merely take an imported fixture as an argument."""
    name = re.escape(hit.names.get("symbol", ""))
    decorated = hit.first > 1 and laid.lines[hit.first - 2].lstrip().startswith(("@", ")"))
    line = laid.quote(hit.first, hit.first)
    return not decorated and bool(re.match(rf"\s*((async\s+)?def|class)\s+{name}\b|.*\bimport\b", line))


def _differs(rule: Rule, laid: Laid) -> bool:
    """Whether the same file does elsewhere what is missing here; of pins, in at least half of the places."""
    source = "\n".join(laid.lines)
    if rule.id == "zizmor:unpinned-uses":
        return 2 * len(_PINNED.findall(source)) >= len(_USES.findall(source))
    return "persist-credentials: false" in source


def _after(rule: Rule, hit: Hit, laid: Laid, roots: "dict[RepoPath, SgNode]") -> After | None:
    if not rule.flow:
        return None
    if laid.path not in roots:
        roots[laid.path] = parse("\n".join(laid.lines), laid.language)
    return flow.after(rule.flow, roots[laid.path], hit, laid.language)


def _severity(rule: Rule, hit: Hit, after: After | None) -> Severity:
    """The rule's severity, unless the tool or what follows in the function says otherwise."""
    if hit.names.get("weight", "High") != "High":
        return Severity.SUGGESTION
    if after is None or rule.id == "go-error-becomes-nil":
        return rule.severity
    if rule.flow == "failed-call" and after.next is Next.SUCCESS:
        return Severity.SUGGESTION
    raised = (
        (rule.flow == "curl" and after.next is Next.USED)
        or (rule.flow == "discarded" and _dereferenced(after))
        or (rule.id == "ts-swallowed-catch" and after.next is Next.EFFECT)
    )
    return Severity.IMPORTANT if raised else rule.severity


def _dereferenced(after: After) -> bool:
    """Whether a pointer that is nil on failure is followed below."""
    loose = re.search(rf"\b{re.escape(after.name)}\.", after.code)
    return bool(after.next is Next.USED and _POINTERS.match(after.call) and loose)


def _suppressed(item: Judged, new: New) -> str:
    """Why it is not shown, in the order in which the reasons count; empty when it is."""
    if is_fixture(item.laid.path):
        return "test data, where defects may be meant"
    comment = answered(item.hit, item.laid)
    if comment:
        return f"answered by a comment for a tool: {comment}"
    if new.renamed:
        return f"probably moved: the same code with other names was removed at {new.renamed}"
    return _by_flow(item.rule, item.after, item.hit)


def _by_flow(rule: Rule, after: After | None, hit: Hit) -> str:
    if after is None or rule.id in {"go-error-becomes-nil", "java-empty-catch"} or rule.flow in {"curl", "discarded"}:
        return ""
    if after.next is Next.HANDLED:
        return f"line {after.line} still uses the error: {after.code}"
    if after.next is Next.TOLD:
        return f"the function returns {after.name or 'None'} only on failure, so its caller can tell"
    if after.next is Next.SUCCESS and _CHANGES.search(after.call) and not explains(hit.node):
        return ""
    if after.next in {Next.SUCCESS, Next.NOTHING}:
        return "nothing that the call delivers is used afterwards and nothing is written, so it reads as best effort"
    return ""


def _excuse(item: Judged) -> str:
    if not item.rule.guard:
        return ""
    logged = next((line.strip()[:200] for line in item.hit.node.splitlines() if explains(line)), "")
    said = logged if item.rule.flow == "failed-call" else ""
    return excuse(item.hit, item.laid, any_comment=item.rule.comment_in_body) or said


def _idiom_text(item: Judged) -> str:
    return squeezed(item.hit.node or item.laid.quote(item.hit.first, item.hit.first))


def _with_base(item: Judged, counted: Mapping[str, int]) -> Judged:
    if item.suppressed:
        return item
    if item.rule.idiom and counted[_idiom_text(item)] >= IDIOM:
        return replace(
            item, suppressed=f"the base holds the same code {counted[_idiom_text(item)]} times: a house idiom"
        )
    written, other = counted[item.rule.habit], counted[item.rule.against]
    if item.rule.against and written >= other:
        return replace(item, suppressed=f"done otherwise in {other} of {written + other} such files of the base")
    if item.rule.habit and not item.rule.against and written >= HABIT:
        return replace(item, suppressed=f"the base writes it like this {written} times: a house idiom")
    if item.rule.id == "typos" and counted[item.hit.key.lower()]:
        return replace(item, suppressed="the project already spells the word like this")
    return item


def runs_of(hits: Sequence[New], rule: Rule) -> tuple[New, ...]:
    """Of a rule about several neighbouring lines, the first line of each run that is long enough; else all."""
    if rule.min_lines == 1:
        return tuple(hits)
    kept, run = [], list[New]()
    for new in sorted(hits, key=lambda new: (new.hit.path, new.hit.first)):
        if run and (run[-1].hit.path, run[-1].hit.last + 1) != (new.hit.path, new.hit.first):
            kept += run[:1] if len(run) >= rule.min_lines else []
            run = []
        run.append(new)
    return (*kept, *(run[:1] if len(run) >= rule.min_lines else []))
