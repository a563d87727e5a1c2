"""The parser gate: "this file is broken" is put to a parser before anybody spends time on it.

Reviewers invent syntax errors, and repeat them over rounds. For Python, JSON and TOML the language's own parser
answers; for others a tree-sitter grammar, where one is installed. A rule's finding of another kind gets the observation
that its file parses, which is what its place rests on; to what is said in prose about something else it means nothing.
"""

import ast
import json
import re
import tomllib
import warnings
from collections.abc import Callable, Mapping, Sequence
from pathlib import PurePosixPath

from deepreview import trees
from deepreview.context.tree import text
from deepreview.model.change import RepoPath, Side
from deepreview.model.claim import SAID
from deepreview.model.evidence import Evidence, Outcome
from deepreview.model.finding import Finding, Fingerprint
from deepreview.verify.base import Bench

NAME = "syntax"
_ABOUT_SYNTAX = ("invalid-syntax", "syntax-error", "parse-error", "SC1072", "SC1073", "E999")
_SAID_OF_IT = re.compile(
    r"\b(syntax errors?|invalid syntax|(does not|doesn.t|fails? to|cannot be) parsed?)\b", re.IGNORECASE
)
_LARGEST = 1_000_000


class Syntax:
    """Parses the file of each finding once."""

    name = NAME

    def examine(self, findings: Sequence[Finding], bench: Bench) -> Mapping[Fingerprint, Evidence]:
        """Whether the file parses: it refutes claims of broken syntax and supports the places of other rules."""
        by_file: dict[tuple[Side, RepoPath], list[Finding]] = {}
        for finding in findings:
            if finding.main:
                by_file.setdefault((finding.main.side, finding.main.path), []).append(finding)
        contents = {side: bench.tree(side).read([p for s, p in by_file if s is side]) for side in Side}
        found: dict[Fingerprint, Evidence] = {}
        for (side, path), group in by_file.items():
            content = contents[side].get(path, b"")
            answer = broken_at(path, text(content)) if 0 < len(content) <= _LARGEST else None
            if answer is not None:
                found |= {finding.fingerprint: _evidence(finding, answer) for finding in group}
        return found


def _evidence(finding: Finding, answer: int) -> Evidence:
    about = finding.kind.endswith(_ABOUT_SYNTAX) or (finding.kind == SAID and bool(_SAID_OF_IT.search(finding.title)))
    if answer == 0:
        of_rule = Outcome.NOT_APPLICABLE if finding.kind == SAID else Outcome.SUPPORTS
        outcome = Outcome.REFUTES if about else of_rule
        return Evidence(check=NAME, outcome=outcome, summary="The file parses.", detail="")
    outcome = Outcome.SUPPORTS if about else Outcome.INCONCLUSIVE
    return Evidence(check=NAME, outcome=outcome, summary=f"The file does not parse at line {answer}.", detail="")


def broken_at(path: str, source: str) -> int | None:
    """The line of the first syntax error, 0 when the file parses, None when no parser is at hand."""
    own = _PARSERS.get(PurePosixPath(path).suffix.lower())
    if own is not None:
        return own(source)
    return _by_grammar(path, source)


def _by_grammar(path: str, source: str) -> int | None:
    found = trees.first_error(path, source)
    if isinstance(found, trees.NotParsable):
        return None
    return found.line if found else 0


def _python(source: str) -> int | None:
    """By this interpreter; what only it cannot read may be newer than it, so without a second voice there is no answer.

    Wrong indentation is wrong in every version, and the grammar reads over it.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(source.encode("utf-8", "surrogateescape"))
    except IndentationError as error:
        return error.lineno or 1
    except SyntaxError as error:
        return (error.lineno or 1) if _by_grammar("a.py", source) else None
    except (ValueError, RecursionError, MemoryError):
        return None
    return 0


def _json(source: str) -> int | None:
    try:
        json.loads(source)
    except json.JSONDecodeError as error:
        return error.lineno
    except (ValueError, RecursionError):  # a number of thousands of digits is JSON, but more than Python takes
        return None
    return 0


def _toml(source: str) -> int | None:
    try:
        tomllib.loads(source)
    except (ValueError, RecursionError) as error:
        at = str(error).rpartition("(at line ")[2].partition(",")[0]
        return int(at) if at.isdigit() else None
    return 0


_PARSERS: dict[str, Callable[[str], int | None]] = {".py": _python, ".pyi": _python, ".json": _json, ".toml": _toml}
