"""Notes for the project's rules in what reviewers write: `[repo] ADD …`, wherever it stands at a line's beginning."""

import re
from collections.abc import Iterable, Iterator

from deepreview.context.visible import one_line
from deepreview.model.claim import Claim, Observation, Section
from deepreview.model.memory import Note, Verb
from deepreview.model.published import Published

MARK = "[repo]"
"""What every text with a note has, in any case."""
LONGEST = 600
"""Characters of a note: what is longer is no rule, and is cut."""
MOST = 20
"""Notes of one reviewer in one round; the rest stays in its own text."""
AUTHOR = "imported report"
"""Who proposes what stands in the process notes of an imported report."""
_NOTE = re.compile(
    r"^[ \t>]*(?:(?:[-*+]|\d{1,3}[.)])[ \t]+)?(?:\[[ xX+]\][ \t]+)?[*`]{0,3}\[repo\][*`]{0,3}:?[ \t]*"
    r"(?:[*`]{0,3}(?P<verb>ADD|UPDATE|REMOVE)\b[*`]{0,3}:?[ \t]*)?(?P<text>[^\n]*)$",
    re.IGNORECASE,
)
_MARK = re.compile(r"^[ \t>]*(?:[-*+][ \t]|\d{1,3}[.)][ \t]|#|`{3}|~{3}|\||\[\w+\])")
_TARGET = re.compile(r"^\[?(?:rule[ \t]+)?(?P<id>R[1-9]\d{0,5})\]?(?:[ \t]*[:,—–-][ \t]*|[ \t]+|$)")
_CITED = re.compile(r"\[rule[ \t]+(R[1-9]\d{0,5})\]", re.IGNORECASE)


def notes(observations: Iterable[Observation], round_id: str = "") -> tuple[Note, ...]:
    """What is proposed, in the order in which it is said, each reviewer's own repetitions once."""
    found: dict[tuple[str, Verb, str], Note] = {}
    count: dict[str, int] = {}
    for said in observations:
        if MARK not in said.text.lower():
            continue
        for verb, target, text in _said(said.text):
            key = (said.reviewer, verb, f"{target} {text}".lower())
            if key in found or count.get(said.reviewer, 0) >= MOST:
                continue
            count[said.reviewer] = count.get(said.reviewer, 0) + 1
            found[key] = Note(verb=verb, text=text, target=target, reviewers=(said.reviewer,), round=round_id)
    return tuple(found.values())


def notes_of_published(report: Published, round_id: str) -> tuple[Note, ...]:
    """What an imported report proposes: its reviewers in their own texts, and whoever wrote the report."""
    said = [(original.name, original.text) for original in report.originals]
    said += [(AUTHOR, passage.text) for passage in report.notes]
    return notes((Observation(reviewer=who, section=Section.NOTE, text=text) for who, text in said), round_id)


def _said(text: str) -> Iterator[tuple[Verb, str, str]]:
    lines = text.split("\n")
    for at, line in enumerate(lines):
        if not (found := _NOTE.match(line)):
            continue
        told = [found["text"]]
        for more in lines[at + 1 : at + 20]:
            if not more.strip() or _MARK.match(more):
                break
            told.append(more)
        verb = Verb((found["verb"] or "add").lower())
        whole = one_line(" ".join(told)).lstrip("*: ")
        named = _TARGET.match(whole) if verb is not Verb.ADD else None
        whole = whole[named.end() :] if named else whole
        if whole or named:
            yield verb, named["id"] if named else "", whole if len(whole) <= LONGEST else f"{whole[:LONGEST]}…"


def cited(claims: Iterable[Claim], observations: Iterable[Observation]) -> tuple[str, ...]:
    """The rules that are cited as `[rule R3]`, once for each text that does."""
    texts = [f"{claim.title}\n{claim.body}\n{claim.unless}" for claim in claims]
    texts += [said.text for said in observations]
    return tuple(f"R{name[1:]}" for text in texts for name in dict.fromkeys(_CITED.findall(text)))
