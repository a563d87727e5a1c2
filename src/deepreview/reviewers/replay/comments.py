"""Comments of a pull request, as `gh api` and `gh pr view --json` export them: one voice for each author."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from deepreview.model.change import Side
from deepreview.model.claim import DefectClass, Observation, Place, Section, Severity
from deepreview.model.family import family_of, word
from deepreview.parse.labels import Sort, sort_of, unlabelled
from deepreview.parse.places import written
from deepreview.parse.review import Author, parse_review
from deepreview.parse.tools import plainly
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
    r"!\[(\w+)\]\(|\*\*(?:severity|priority)\**\s*:?\**\s*:?\s*\**(\w+)"
    r"|\*\*(\w+) severity\*\*|\b(P[0-3])\b|^\W*(nit|nitpick|minor|critical|blocker)\b"
    r"|[\U0001F534\U0001F7E0\U0001F7E1\U0001F535]\s*\**(\w+)",
    re.IGNORECASE | re.MULTILINE,
)
_SUGGESTION = re.compile(r"^```suggestion[^\n]*\n(.*?)^```", re.MULTILINE | re.DOTALL)
_LABEL_LINE = re.compile(r"^[\s_*|>]*(?:[^\w\s`]\S*\s)?[\w\s]{0,30}(?:[_*]+\s*\|\s*[_*]+[^\n]{0,60})[_*]*$")
_CATEGORY = re.compile(r"[ \t]*!\[category [^\]\n]{1,40}\]\([^)\s]{0,300}\)")
_LONGEST = 60_000
_BODIES = ("comments", "reviews")
_THREADS = "reviewThreads"
_WRAPPERS = ("data", "repository", "resource", "node", "pullRequest")
"""What GraphQL puts around a pull request."""
_DEEPEST = 8


def is_comments(document: object) -> bool:
    """Whether a JSON document is an export of comments, reviews or threads, in whatever pages."""
    items = [*_flat(document)]
    return bool(items) and all(_is_comment(item) or _is_thread(item) or _is_pull(item) for item in items)


def _is_comment(item: object) -> bool:
    return isinstance(item, dict) and "body" in item and ("user" in item or "author" in item)


def _is_thread(item: object) -> bool:
    return isinstance(item, dict) and "isResolved" in item and "comments" in item


def _is_pull(item: object) -> bool:
    """Whether it holds threads, or reviews or comments with bodies: other JSON has lists of that name too."""
    if not isinstance(item, dict) or not any(isinstance(item.get(key), (list, dict)) for key in (*_BODIES, _THREADS)):
        return False
    listed = [one for key in _BODIES for one in _nodes(item.get(key))]
    return all(isinstance(one, dict) and "body" in one for one in listed)


def _flat(document: object, deep: int = 0) -> Iterator[Any]:
    """The comments, threads and pull requests, also where every page is a list or an answer of its own."""
    inner: list[Any] = []
    if isinstance(document, list):
        inner = document
    elif isinstance(document, dict) and not (_is_comment(document) or _is_pull(document)):
        inner = [document[key] for key in _WRAPPERS if isinstance(document.get(key), dict)][:1]
    if deep < _DEEPEST and (inner or isinstance(document, list)):
        for item in inner:
            yield from _flat(item, deep + 1)
    else:
        yield document


def _nodes(listed: object) -> list[Any]:
    """A list, or what GraphQL has in its place."""
    if isinstance(listed, dict):
        nodes, edges = listed.get("nodes"), listed.get("edges")
        if isinstance(nodes, list):
            return [node for node in nodes if node is not None]
        return [edge.get("node") for edge in edges if isinstance(edge, dict)] if isinstance(edges, list) else []
    return listed if isinstance(listed, list) else []


def read_comments(document: Any, name: str) -> tuple[Voice, ...]:  # noqa: ANN401 - JSON of any shape
    """One voice for each author of a comment; replies stand under what they answer. Raises NotUnderstood."""
    try:
        items = [item for found in _flat(document) for item in _items(found)]
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
        voices = tuple(_voice(author, own, replies) for author, own in said.items())
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise NotUnderstood(f"is no export of comments: {error!r}"[:200]) from error
    if not voices:
        raise NotUnderstood("is an export without a comment: no review was made")
    return voices


def _items(found: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    if _is_thread(found):
        yield from _talk(found)
    elif _is_comment(found):
        yield found
    else:
        for key in _BODIES:
            yield from _nodes(found.get(key))
        for thread in _nodes(found.get(_THREADS)):
            yield from _talk(thread)


def _talk(thread: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The comments of a thread as the REST interface has them: the first, and answers to it."""
    talk = _nodes(thread.get("comments"))
    if talk:
        own = thread.get("id") or id(thread)
        yield {**thread, **talk[0], "id": own}
        yield from ({**answer, "in_reply_to_id": own} for answer in talk[1:])


def _author(item: Mapping[str, Any], name: str) -> str:
    person = item.get("user") or item.get("author") or {}
    login = person.get("login") if isinstance(person, dict) else person
    return str(login or name).removesuffix("[bot]")


def _voice(author: str, items: list[Mapping[str, Any]], replies: Mapping[Any, list[Mapping[str, Any]]]) -> Voice:
    placed = [item for item in items if item.get("path") and str(item.get("body") or "").strip()]
    loose = [item for item in items if not item.get("path") and str(item.get("body") or "").strip()]
    own, family = word(author), family_of(author)
    said = [_said(item, replies.get(item.get("id"), [])) for item in placed]
    told = voice(author, (one for one in said if isinstance(one, Remark)))
    claims = list(told.claims)
    notes = [Observation(reviewer=own, section=one[0], text=one[1]) for one in said if not isinstance(one, Remark)]
    for number, item in enumerate(loose, 2):
        text, settled = str(item["body"])[:_LONGEST], _settled(item)
        review = parse_review(text, Author(name=own, family=family, number=number))
        claims += (replace(claim, suppressed=claim.suppressed or settled) for claim in review.claims)
        notes += review.observations if review.claims else [Observation(reviewer=own, section=Section.NOTE, text=text)]
    return Voice(name=own, family=family, claims=tuple(claims), observations=tuple(notes))


def _said(item: Mapping[str, Any], answers: list[Mapping[str, Any]]) -> Remark | tuple[Section, str]:
    """What a comment at a file holds against the change, or what it approves or asks."""
    body = str(item["body"])[:_LONGEST]
    words = plainly(body) if "<" in body else body
    plain = "\n".join(line for line in words.split("\n") if not _LABEL_LINE.match(line[:200]))
    told = unlabelled(_CATEGORY.sub("", _without_label(plain)) or body)
    talk = "".join(f"\n\n> **{_author(a, '?')}:** {' '.join(str(a.get('body')).split())[:500]}" for a in answers[:20])
    first, last, outdated = _lines(item)
    side = Side.BASE if "LEFT" in {item.get("side"), item.get("diffSide")} else Side.HEAD
    place = Place(path=str(item["path"]), first=first, last=last, side=side)
    sort = sort_of(told.text) if told.sort is Sort.CLAIM else told.sort
    if sort is not Sort.CLAIM:
        section = Section.STRENGTH if sort is Sort.PRAISE else Section.NOTE
        return section, f"{written((place,))}: {told.text}{talk}"
    suggestion = _SUGGESTION.search(body)
    title, rest = headed(told.text or body)
    return Remark(
        title=title,
        body=rest + talk,
        severity=unlabelled(words.strip()).severity or told.severity or _severity(body),
        places=(place,),
        defect=DefectClass.ENHANCEMENT if told.text.endswith("?") else DefectClass.REGRESSION,
        quote="" if outdated else _quote(str(item.get("diff_hunk") or item.get("diffHunk") or ""), first, last, side),
        fix=suggestion[0] if suggestion else "",
        method=f"A comment on the pull request{' that is outdated' if outdated else ''}.",
        suppressed=_settled(item),
    )


def _settled(item: Mapping[str, Any]) -> str:
    """Why somebody took a comment off the table, if somebody did."""
    if item.get("isResolved"):
        return "its thread is resolved on the pull request"
    if item.get("isMinimized"):
        reason = str(item.get("minimizedReason") or "").lower().replace("_", "-")[:40]
        return f"hidden on the pull request{f' ({reason})' if reason else ''}"
    return ""


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
    if str(item.get("subject_type") or item.get("subjectType") or "").lower() == "file":
        return 0, 0, False
    last = item.get("line")
    if last is None or item.get("isOutdated"):
        old = item.get("original_line") or item.get("originalLine") or last
        return (*lines_of(item.get("original_start_line") or item.get("originalStartLine") or old, old), True)
    return (*lines_of(item.get("start_line") or item.get("startLine") or last, last), False)


def _quote(hunk: str, first: int, last: int, side: Side) -> str:
    """The end of the hunk is what the comment stands under."""
    mark = "-" if side is Side.BASE else "+"
    kept = [line[1:] for line in hunk.split("\n")[1:] if line[:1] in {" ", mark}]
    count = last - first + 1
    return "\n".join(kept[-count:]) if first and 0 < count <= len(kept) else ""
