"""Comments of a pull request, as `gh api` and `gh pr view --json` export them: one voice for each author."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from deepreview.model.change import Side
from deepreview.model.claim import Observation, Place, Section, Severity
from deepreview.model.family import family_of, word
from deepreview.parse.review import Author, parse_review
from deepreview.parse.vocabulary import severity_of
from deepreview.reviewers.replay.voice import (
    NotUnderstood,
    Remark,
    Voice,
    headed,
    lines_of,
    voice,
)

_LABELS = re.compile(
    r"!\[(\w+)\]\(|\*\*(?:severity|priority)\**\s*:?\**\s*:?\s*\**(\w+)|\b(P[0-3])\b|^\W*(nit|nitpick|minor|critical|blocker)\b"
    r"|[\U0001F534\U0001F7E0\U0001F7E1\U0001F535]\s*\**(\w+)",
    re.IGNORECASE | re.MULTILINE,
)
_SUGGESTION = re.compile(r"^```suggestion[^\n]*\n(.*?)^```", re.MULTILINE | re.DOTALL)
_LABEL_LINE = re.compile(r"^[\s_*|>]*(?:[^\w\s`]\S*\s)?[\w\s]{0,30}(?:[_*]+\s*\|\s*[_*]+[^\n]{0,60})[_*]*$")
_LONGEST = 60_000


def is_comments(document: object) -> bool:
    """Whether a JSON document is an export of comments or reviews."""
    if isinstance(document, dict):
        return any(isinstance(document.get(key), list) for key in ("comments", "reviews", "reviewThreads"))
    return isinstance(document, list) and bool(document) and all(_is_comment(item) for item in _flat(document))


def _is_comment(item: object) -> bool:
    return isinstance(item, dict) and "body" in item and ("user" in item or "author" in item)


def _flat(document: list[Any]) -> Iterator[Any]:
    """The items, also where every page of an export is a list of its own."""
    for item in document:
        yield from item if isinstance(item, list) else (item,)


def read_comments(document: Any, name: str) -> tuple[Voice, ...]:  # noqa: ANN401 - JSON of any shape
    """One voice for each author of a comment; replies stand under what they answer. Raises NotUnderstood."""
    try:
        items = [*_items(document)]
        roots = [item for item in items if not item.get("in_reply_to_id")]
        replies: dict[Any, list[Mapping[str, Any]]] = {}
        for item in items:
            if parent := item.get("in_reply_to_id"):
                replies.setdefault(parent, []).append(item)
        known = {item.get("id") for item in roots}
        roots += [answer for parent, answers in replies.items() if parent not in known for answer in answers]
        said: dict[str, list[Mapping[str, Any]]] = {}
        for item in roots:
            said.setdefault(_author(item, name), []).append(item)
        return tuple(_voice(author, own, replies) for author, own in said.items())
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise NotUnderstood(f"is no export of comments: {error!r}"[:200]) from error


def _items(document: Any) -> Iterator[Mapping[str, Any]]:  # noqa: ANN401 - JSON of any shape
    if isinstance(document, list):
        yield from _flat(document)
        return
    for key in ("comments", "reviews"):
        yield from document.get(key) or ()
    for thread in document.get("reviewThreads") or ():
        nested = thread.get("comments") or ()
        talk = (nested.get("nodes") if isinstance(nested, dict) else nested) or [{"body": ""}]
        first, answers = talk[0], talk[1:]
        yield {**thread, **first}
        yield from ({**answer, "in_reply_to_id": first.get("id")} for answer in answers)


def _author(item: Mapping[str, Any], name: str) -> str:
    person = item.get("user") or item.get("author") or {}
    login = person.get("login") if isinstance(person, dict) else person
    return str(login or name).removesuffix("[bot]")


def _voice(author: str, items: list[Mapping[str, Any]], replies: Mapping[Any, list[Mapping[str, Any]]]) -> Voice:
    placed = [item for item in items if item.get("path") and str(item.get("body") or "").strip()]
    loose = [
        str(item["body"])[:_LONGEST] for item in items if not item.get("path") and str(item.get("body") or "").strip()
    ]
    told = voice(author, (_remark(item, replies.get(item.get("id"), [])) for item in placed))
    own, family = word(author), family_of(author)
    claims, notes = list(told.claims), list[Observation]()
    for number, text in enumerate(loose, 2):
        review = parse_review(text, Author(name=own, family=family, number=number))
        claims += review.claims
        notes += review.observations if review.claims else [Observation(reviewer=own, section=Section.NOTE, text=text)]
    return Voice(name=own, family=family, claims=tuple(claims), observations=tuple(notes))


def _remark(item: Mapping[str, Any], answers: list[Mapping[str, Any]]) -> Remark:
    body = str(item["body"])[:_LONGEST]
    suggestion = _SUGGESTION.search(body)
    plain = "\n".join(line for line in body.split("\n") if not _LABEL_LINE.match(line[:200]))
    title, rest = headed(_without_label(plain) or body)
    talk = "".join(f"\n\n> **{_author(a, '?')}:** {' '.join(str(a.get('body')).split())[:500]}" for a in answers[:20])
    first, last, outdated = _lines(item)
    side = Side.BASE if item.get("side") == "LEFT" else Side.HEAD
    return Remark(
        title=title,
        body=rest + talk,
        severity=_severity(body),
        places=(Place(path=str(item["path"]), first=first, last=last, side=side),),
        quote="" if outdated else _quote(str(item.get("diff_hunk") or ""), first, last, side),
        fix=suggestion[0] if suggestion else "",
        method=f"A comment on the pull request{' that is outdated' if outdated else ''}.",
    )


def _without_label(text: str) -> str:
    return re.sub(r"^\s*(!\[\w+\]\([^)\s]{0,300}\)|\*\*\[?\w+\]?\*\*:?)\s*", "", text.strip())


def _severity(body: str) -> Severity:
    for found in _LABELS.finditer(body[:2000]):
        named = severity_of(next(group for group in found.groups() if group))
        if named is not None:
            return named
    return Severity.SUGGESTION


def _lines(item: Mapping[str, Any]) -> tuple[int, int, bool]:
    """First and last line and whether they are those of an older commit."""
    last = item.get("line")
    if last is None:
        old = item.get("original_line") or item.get("originalLine")
        return (*lines_of(item.get("original_start_line") or item.get("originalStartLine") or old, old), True)
    return (*lines_of(item.get("start_line") or item.get("startLine") or last, last), False)


def _quote(hunk: str, first: int, last: int, side: Side) -> str:
    """The end of the hunk is what the comment stands under."""
    mark = "-" if side is Side.BASE else "+"
    kept = [line[1:] for line in hunk.split("\n")[1:] if line[:1] in {" ", mark}]
    count = last - first + 1
    return "\n".join(kept[-count:]) if first and 0 < count <= len(kept) else ""
