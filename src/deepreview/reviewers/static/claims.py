"""Claims from judged hits: texts, places, patches, and one claim for what is one decision of the author."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from deepreview.model.claim import Answer, Claim, ClaimId, DefectClass, Place
from deepreview.reviewers.static.flow import After, Next
from deepreview.reviewers.static.hit import Edit, Laid
from deepreview.reviewers.static.judge import Judged
from deepreview.reviewers.static.rules import Rule

REVIEWER = "static"
_TOGETHER = 3
"""More hits of one rule in one file are one decision of the author."""
_LONGEST = 90
_SHOWN = 12
"""Lines of a quote: the beginning of a long node says what it is."""
_PLAIN_PATH = re.compile(r"[\w./+@-]+", re.ASCII)
_LOOKS = frozenset({"typos", "repeated-word", "ruff:F401", "ruff:F841"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Which tool a rule was applied by, for the sentence that says how it was found."""

    tool: str
    """Name and version."""
    files: int
    how: str = ""
    """The whole sentence, where it is known."""


def claims_of(judged: Iterable[Judged], sources: Mapping[str, Source]) -> tuple[Claim, ...]:
    """The claims in the order of kind, path and line, numbered by kind; equal input gives equal claims."""
    groups = sorted(_groups(judged), key=lambda group: (group[0].hit.kind, group[0].hit.path, group[0].hit.first))
    numbers: dict[str, int] = defaultdict(int)
    claims = []
    for group in groups:
        kind = group[0].hit.kind
        numbers[kind] += 1
        claims.append(_claim(group, ClaimId(f"{REVIEWER}/{kind}/{numbers[kind]}"), sources[group[0].rule.analyser]))
    return tuple(claims)


def _groups(judged: Iterable[Judged]) -> list[list[Judged]]:
    """Hits that are said together: all of a quiet rule, else more than three of one rule in one file."""
    rows: dict[tuple[str, ...], list[Judged]] = defaultdict(list)
    for item in sorted(judged, key=lambda item: (item.hit.path, item.hit.first, item.hit.key)):
        where = item.hit.key if item.rule.id == "typos" else item.hit.path
        rows[item.hit.kind, where, item.suppressed, item.severity.value].append(item)
    groups: list[list[Judged]] = []
    for row in rows.values():
        together = row[0].rule.quiet or row[0].rule.per_function or len(row) > _TOGETHER
        groups += [row] if together else [[item] for item in row]
    return groups


def _claim(group: Sequence[Judged], claim_id: ClaimId, source: Source) -> Claim:
    main = group[0]
    words = _words(main)
    rule = main.rule
    others = _others(group)
    last = min(main.hit.last, main.hit.first + _SHOWN - 1)
    return Claim(
        id=claim_id,
        reviewer=REVIEWER,
        family=REVIEWER,
        kind=main.hit.kind,
        severity=main.severity,
        defect=DefectClass.ENHANCEMENT if rule.id in _LOOKS else DefectClass.REGRESSION,
        title=_filled(rule.title, words) + others,
        body=_filled(rule.why, words) or _sentence(main.hit.message),
        unless=_filled(rule.unless, words),
        method=_method(main, source),
        places=tuple(
            Place(path=item.hit.path, first=item.hit.first, last=min(item.hit.last, item.hit.first + _SHOWN - 1))
            for item in group
        ),
        quote=main.laid.quote(main.hit.first, last),
        fix=_filled(rule.fix, words),
        patch=_patch(group),
        repro="",
        silent=rule.silent,
        reachable=Answer.UNKNOWN,
        suppressed=main.suppressed,
        excuse=next((item.excuse for item in group if item.excuse), ""),
    )


def _others(group: Sequence[Judged]) -> str:
    count = len({(item.hit.path, item.hit.first) for item in group}) - 1
    return f" (and {count} more {'place' if count == 1 else 'places'})" if count > 0 else ""


def _method(item: Judged, source: Source) -> str:
    if source.how:
        return source.how
    name = item.rule.id.partition(":")[2] or item.rule.id
    files = "1 file" if source.files == 1 else f"{source.files} files"
    followed = " What follows in the function was read by name." if item.after is not None else ""
    return f"{source.tool}, rule {name}, on base and head of {files}; not in base.{followed}"


def _words(item: Judged) -> dict[str, str]:
    node = item.hit.node or item.laid.quote(item.hit.first, item.hit.first)
    words = {name: _code(value) for name, value in item.hit.names.items()}
    words |= {"node": _code(node), "message": _sentence(item.hit.message).rstrip(". ")}
    words |= _extracts(node)
    if item.after is not None:
        words |= _phrases(item.rule, item.after)
    return words


def _extracts(node: str) -> dict[str, str]:
    """What the text rules quote from a comment or a literal."""
    pair = _REPEATED.search(node)
    path = re.search(r"(?:/Users/|/home/|[A-Z]:\\{1,2}Users\\{1,2})[^\s\"'`]*", node)
    where = re.search(r"(?i)\blines? \d+(?:[-–]\d+)?", node)
    found = {"pair": pair, "path": path, "where": where}
    return {name: _code(match[0]) for name, match in found.items() if match}


_REPEATED = re.compile(r"(?i)\b(?:(\w+) \1|into to|an an|the a|a the)\b")


def _phrases(rule: Rule, after: After) -> dict[str, str]:
    name, code, line = _code(after.name), _code(after.code), after.line
    words = {"call": _code(after.call) or "the call", "default": name, "use": "", "after": "", "fn": _code(after.call)}
    joint = "" if rule.flow == "failed-call" else ", and "
    match after.next:
        case Next.USED if rule.flow == "curl":
            words |= {"use": f", and its output is {name}", "after": "Here what comes back is kept or run."}
        case Next.USED if rule.flow == "default-return" or (rule.flow == "swallowed" and code.startswith("return")):
            words |= {
                "use": ", like a real result",
                "after": f"Line {line} returns the same when all went well: `{code}`.",
            }
        case Next.USED if re.search(rf"\b{re.escape(after.name)}\b\s*(!=|==|is)\s*(nil|null|None)", after.code):
            text = f"Line {line} (`{code}`) then takes the empty `{name}` for the answer."
            words |= {"use": f"{joint}`{name}` stays empty below", "after": text}
        case Next.USED:
            words |= {"use": f"{joint}`{name}` is used below", "after": f"Line {line} then uses `{name}`: `{code}`."}
        case Next.EFFECT if rule.flow == "default-return" or code.startswith("return"):
            words |= {"after": f"`{name}` is also what a call that worked can return."}
        case Next.EFFECT:
            words |= {"use": f"{joint}line {line} goes on", "after": f"Line {line} goes on all the same: `{code}`."}
        case Next.SUCCESS:
            words |= {"use": f"{joint}success is returned below"}
        case Next.HANDLED | Next.TOLD | Next.NOTHING:
            words |= {"use": f"{joint}nothing else happens" if rule.flow == "failed-call" else ""}
    return words


def _filled(template: str, words: Mapping[str, str]) -> str:
    """The template with its `{names}` replaced; what is not known is left out with its back quotes."""
    text = re.sub(r"\{([a-z]+)\}", lambda match: words.get(match[1], ""), template)
    return " ".join(text.replace("``", "it").split())


def _code(text: str) -> str:
    """Code on one line, short, without characters that would end the quotation."""
    line = " ".join(text.replace("`", "'").split())
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"


def _sentence(message: str) -> str:
    text = " ".join(message.split())
    return text if not text or text.endswith((".", "!", "?")) else f"{text}."


def _patch(group: Sequence[Judged]) -> str:
    """A diff with the certain corrections of all hits; empty when one of them has none."""
    if not all(item.hit.edits and _PLAIN_PATH.fullmatch(item.hit.path) for item in group):
        return ""
    files: dict[str, tuple[Laid, list[Edit]]] = {}
    for item in group:
        files.setdefault(item.hit.path, (item.laid, []))[1].extend(item.hit.edits)
    patch = "".join(_file_patch(laid, edits) for laid, edits in files.values())
    return patch if patch.isprintable() or _encodable(patch) else ""


def _encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _file_patch(laid: Laid, edits: Sequence[Edit]) -> str:
    changed: dict[int, str] = {}
    for edit in sorted(edits, key=lambda edit: (edit.line, -edit.start)):
        line = changed.get(edit.line, laid.lines[edit.line - 1])
        changed[edit.line] = line[: edit.start] + edit.text + line[edit.end :]
    hunks = "".join(_hunk(laid, lines, changed) for lines in _near(sorted(changed), len(laid.lines)))
    return f"--- a/{laid.path}\n+++ b/{laid.path}\n{hunks}"


def _near(lines: Sequence[int], count: int) -> list[range]:
    """The ranges of lines that the hunks show: three lines around each change, joined where they touch."""
    shown: list[range] = []
    for line in lines:
        around = range(max(1, line - 3), min(count, line + 3) + 1)
        if shown and around.start <= shown[-1].stop:
            around = range(shown.pop().start, around.stop)
        shown.append(around)
    return shown


def _hunk(laid: Laid, shown: range, changed: Mapping[int, str]) -> str:
    rows, new = [], []
    for number in shown:
        old = laid.lines[number - 1]
        end = "" if number < len(laid.lines) or laid.content.endswith(b"\n") else "\n\\ No newline at end of file"
        if number in changed:
            rows.append(f"-{old}{end}\n")
            new.append(f"+{changed[number]}{end}\n")
            if number + 1 in changed:
                continue
            rows += new
            new = []
        else:
            rows.append(f" {old}{end}\n")
    return f"@@ -{shown.start},{len(shown)} +{shown.start},{len(shown)} @@\n{''.join(rows)}"
