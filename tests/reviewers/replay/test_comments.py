"""Comments, in every shape in which `gh` hands them out: made documents, true to the fields of each."""

import json
from typing import Any

import pytest

from deepreview.model.change import Side
from deepreview.model.claim import Claim, DefectClass, Section, Severity
from deepreview.reviewers.replay.formats import voices_of
from deepreview.reviewers.replay.voice import NotUnderstood, Voice

HUNK = "@@ -8,2 +8,5 @@ def poll():\n z\n+a\n+b\n+c"


def voices(document: Any) -> dict[str, Voice]:
    content = document if isinstance(document, str) else json.dumps(document)
    return {voice.name: voice for voice in voices_of(content.encode(), "me")}


def rest(number: int, login: str, body: str, **given: Any) -> dict[str, Any]:
    """A comment as `gh api repos/O/R/pulls/N/comments` lists it."""
    return {
        "id": number,
        "node_id": f"PRRC_{number}",
        "pull_request_review_id": 70,
        "user": {"login": login, "type": "Bot" if login.endswith("[bot]") else "User"},
        "path": "src/poll.py",
        "commit_id": "a" * 40,
        "original_commit_id": "b" * 40,
        "diff_hunk": HUNK,
        "body": body,
        "start_line": 10,
        "original_start_line": 7,
        "start_side": "RIGHT",
        "line": 12,
        "original_line": 9,
        "side": "RIGHT",
        "position": 5,
        "original_position": 5,
        "subject_type": "line",
        "author_association": "NONE",
    } | given


PAGE_1 = [rest(1, "kim", "It loses the last row."), rest(2, "bot-a[bot]", "**P1** It never ends.")]
PAGE_2 = [rest(3, "sam", "It does not: see c.", in_reply_to_id=1), rest(4, "kim", "Rename it.")]
SHAPES = {
    "one page": json.dumps(PAGE_1 + PAGE_2),
    "--paginate, older": json.dumps(PAGE_1) + json.dumps(PAGE_2),
    "--paginate, indented": f"\n{json.dumps(PAGE_1, indent=2)}\n{' ' * 90}\n{json.dumps(PAGE_2, indent=2)}\n",
    "--paginate --slurp": json.dumps([PAGE_1, PAGE_2]),
    "--paginate --slurp with an empty page": json.dumps([PAGE_1, PAGE_2, []]),
    "--jq .[]": "\n".join(json.dumps(one) for one in PAGE_1 + PAGE_2),
    "with a mark of the byte order": "\ufeff" + json.dumps(PAGE_1 + PAGE_2),
}


@pytest.mark.parametrize("text", SHAPES.values(), ids=SHAPES)
def test_every_way_of_paging_says_the_same(text: str) -> None:
    told = voices(text)
    assert list(told) == ["kim", "bot-a"]
    assert [claim.title for claim in told["kim"].claims] == ["It loses the last row", "Rename it"]
    assert "> **sam:** It does not: see c." in told["kim"].claims[0].body
    (claim,) = told["bot-a"].claims
    assert (claim.severity, claim.quote, claim.main and (claim.main.first, claim.main.last)) == (
        Severity.IMPORTANT,
        "a\nb\nc",
        (10, 12),
    )


def test_a_page_that_broke_off_is_no_export() -> None:
    (voice,) = voices_of(f"{json.dumps(PAGE_1)}{json.dumps(PAGE_2)[:-5]}".encode(), "me")
    assert not [claim for claim in voice.claims if claim.title == "It loses the last row"]


def test_a_comment_on_a_file_has_no_line_and_is_not_outdated() -> None:
    told = voices([rest(1, "kim", "Too long.", subject_type="file", line=None, original_line=1, position=None)])
    (claim,) = told["kim"].claims
    assert claim.main is not None
    assert (claim.main.first, claim.main.last, claim.method) == (0, 0, "A comment on the pull request.")


def test_an_author_who_is_gone_is_named_after_the_file() -> None:
    assert list(voices([rest(1, "", "It breaks.") | {"user": None}])) == ["me"]


VIEW = {
    "comments": [
        {
            "id": "IC_1",
            "author": {"login": "kim"},
            "authorAssociation": "MEMBER",
            "body": "## Suggestions\n\nS1. **It is slow** — `src/poll.py:3`\n",
            "createdAt": "2026-01-05T10:00:00Z",
            "includesCreatedEdit": False,
            "isMinimized": True,
            "minimizedReason": "OUTDATED",
            "reactionGroups": [],
            "url": "https://example.org/1",
            "viewerDidAuthor": False,
        },
        {"id": "IC_2", "author": {"login": "sam"}, "body": "Thanks!", "isMinimized": False, "minimizedReason": ""},
    ],
    "reviews": [
        {
            "id": "PRR_1",
            "author": {"login": "bot-a"},
            "authorAssociation": "NONE",
            "body": "## Important Issues\n\nI1. **It never ends** — `src/poll.py:12`\n\nIt does not.\n",
            "submittedAt": "2026-01-05T10:05:00Z",
            "includesCreatedEdit": False,
            "reactionGroups": [],
            "state": "CHANGES_REQUESTED",
            "commit": {"oid": "a" * 40},
        },
        {"id": "PRR_2", "author": {"login": "kim"}, "body": "", "state": "COMMENTED", "commit": {"oid": ""}},
    ],
    "latestReviews": [{"id": "PRR_1", "author": {"login": "bot-a"}, "body": "said above"}],
}


def test_the_view_of_a_pull_request() -> None:
    told = voices(VIEW)
    assert {name: ([c.title for c in v.claims], len(v.observations)) for name, v in told.items()} == {
        "kim": (["It is slow"], 0),
        "sam": ([], 1),
        "bot-a": (["It never ends"], 0),
    }
    assert told["kim"].claims[0].suppressed == "hidden on the pull request (outdated)"
    assert told["bot-a"].claims[0].suppressed == ""


def thread(number: int, login: str, body: str, *answers: tuple[str, str], **given: Any) -> dict[str, Any]:
    """A thread as GraphQL gives it; `given` are fields of the thread."""
    talk = [
        {"id": f"PRRC_{number}{at}", "author": {"login": name}, "body": text, "diffHunk": HUNK, "path": "src/poll.py"}
        for at, (name, text) in enumerate([(login, body), *answers])
    ]
    return {
        "id": f"PRRT_{number}",
        "isResolved": False,
        "isOutdated": False,
        "path": "src/poll.py",
        "line": 12,
        "startLine": 10,
        "originalLine": 9,
        "originalStartLine": 7,
        "diffSide": "RIGHT",
        "subjectType": "LINE",
        "comments": {"nodes": talk},
    } | given


THREADS = [
    thread(1, "kim", "It loses the last row.", ("sam", "It does not: see c."), ("kim", "True.")),
    thread(2, "bot-a", "**P1** It never ends.", isResolved=True),
    thread(3, "bot-a", "It is slow.", isOutdated=True, line=None, startLine=None),
    thread(4, "bot-a", "It was fine before.", diffSide="LEFT", line=8, startLine=None),
    thread(5, "bot-a", "It has moved.", isOutdated=True),
]


def answer(threads: Any, **more: Any) -> dict[str, Any]:
    return {"data": {"repository": {"pullRequest": {"reviewThreads": threads} | more}}}


GRAPHQL = {
    "one answer": json.dumps(answer({"nodes": THREADS, "pageInfo": {"hasNextPage": False}})),
    "edges": json.dumps(answer({"edges": [{"node": one} for one in THREADS]})),
    "--paginate": json.dumps(answer({"nodes": THREADS[:2]})) + json.dumps(answer({"nodes": THREADS[2:]})),
    "--slurp": json.dumps([answer({"nodes": THREADS[:2]}), answer({"nodes": THREADS[2:]})]),
    "--jq to the nodes": json.dumps(THREADS),
    "--jq to each node": "\n".join(map(json.dumps, THREADS)),
    "the pull request alone": json.dumps({"reviewThreads": THREADS}),
    "with a node that is gone": json.dumps(answer({"nodes": [*THREADS, None]})),
}


@pytest.mark.parametrize("text", GRAPHQL.values(), ids=GRAPHQL)
def test_threads_in_every_shape(text: str) -> None:
    told = voices(text)
    assert list(told) == ["kim", "bot-a"]
    (first,) = told["kim"].claims
    assert "> **sam:** It does not: see c." in first.body
    assert "> **kim:** True." in first.body
    resolved, gone, before, moved = told["bot-a"].claims
    assert (first.suppressed, resolved.suppressed) == ("", "its thread is resolved on the pull request")
    assert [spot(claim) for claim in (first, resolved, gone, before, moved)] == [
        (10, 12, Side.HEAD, "a\nb\nc"),
        (10, 12, Side.HEAD, "a\nb\nc"),
        (7, 9, Side.HEAD, ""),
        (8, 8, Side.BASE, "z"),
        (7, 9, Side.HEAD, ""),
    ]
    assert "outdated" in gone.method
    assert "outdated" not in first.method


def spot(claim: Claim) -> tuple[int, int, Side, str]:
    assert claim.main is not None
    return claim.main.first, claim.main.last, claim.main.side, claim.quote


def test_threads_reviews_and_comments_of_one_answer() -> None:
    told = voices(answer({"nodes": THREADS[:1]}, reviews={"nodes": VIEW["reviews"]}, comments=VIEW["comments"]))
    assert {name: len(voice.claims) for name, voice in told.items()} == {"kim": 2, "sam": 0, "bot-a": 1}


@pytest.mark.parametrize(
    "document",
    [
        {"comments": [], "reviews": []},
        answer({"nodes": []}),
        answer({"nodes": [thread(1, "a", "b", comments={"nodes": []})]}),
    ],
)
def test_an_export_without_a_comment_is_no_review(document: Any) -> None:
    with pytest.raises(NotUnderstood, match="without a comment"):
        voices(document)


def test_other_json_with_a_list_of_that_name_is_not_taken_for_an_export() -> None:
    told = voices([{"title": "It breaks", "file": "a.py", "line": 3, "comments": ["seen twice"]}])
    assert [claim.title for claim in told["me"].claims] == ["It breaks"]


def test_lists_in_lists_end_somewhere() -> None:
    with pytest.raises(NotUnderstood):
        voices("[" * 400 + "]" * 400)


SHIELD = "https://img.example/x"


@pytest.mark.parametrize(
    ("body", "severity", "title"),
    [
        (
            "_⚠️ Potential issue_ | _🟠 Major_\n\n**It loses the last row.**\n\nText.",
            Severity.IMPORTANT,
            "It loses the last row",
        ),
        ("_⚠️ Potential issue_\n\n**It loses the last row.**", Severity.IMPORTANT, "It loses the last row"),
        (
            "### It loses the last row\n\n**Low Severity**\n\n<!-- DESCRIPTION START -->\nText.",
            Severity.SUGGESTION,
            "It loses the last row",
        ),
        ("### It loses the last row\n\n**High Severity**\n\nText.", Severity.IMPORTANT, "It loses the last row"),
        (f"![critical]({SHIELD})\n\nIt loses the last row. Always.", Severity.CRITICAL, "It loses the last row"),
        (
            f"**<sub><sub>![P1 Badge]({SHIELD})</sub></sub>  It loses the last row**\n\nText.",
            Severity.IMPORTANT,
            "It loses the last row",
        ),
        (
            f'<a href="#"><img alt="P2" src="{SHIELD}"></a> **It loses the last row**\n\nText.',
            Severity.SUGGESTION,
            "It loses the last row",
        ),
        ("**issue (bug_risk):** It loses the last row. Always.", Severity.IMPORTANT, "It loses the last row"),
        ("**logic:** It loses the last row", Severity.SUGGESTION, "It loses the last row"),
        (
            f"### It loses the last row <sub>![category Logic]({SHIELD})</sub>\n\nText.",
            Severity.SUGGESTION,
            "It loses the last row",
        ),
    ],
)
def test_the_labels_of_tools_rate_a_comment_and_are_no_part_of_its_title(
    body: str, severity: Severity, title: str
) -> None:
    (claim,) = voices([rest(1, "bot-a", body)])["bot-a"].claims
    assert (claim.severity, claim.title) == (severity, title)


def test_a_fold_for_machines_is_no_part_of_a_comment() -> None:
    fold = "<details>\n<summary>🤖 Prompt for AI Agents</summary>\n\nFix it.\n\n</details>"
    body = f"**It loses rows.**\n\nAt the end.\n\n{fold}"
    (claim,) = voices([rest(1, "bot-a", body)])["bot-a"].claims
    assert claim.body == "At the end."


def test_approval_and_a_bare_question_at_a_line_are_said_and_hold_nothing_against_the_change() -> None:
    told = voices([rest(1, "kim", "LGTM"), rest(2, "kim", "Why is this a list?"), rest(3, "kim", "Why not sort it?")])
    assert [(claim.title, claim.defect) for claim in told["kim"].claims] == [
        ("Why not sort it?", DefectClass.ENHANCEMENT)
    ]
    assert [(one.section, one.text) for one in told["kim"].observations] == [
        (Section.STRENGTH, "`src/poll.py:10-12`: LGTM"),
        (Section.NOTE, "`src/poll.py:10-12`: Why is this a list?"),
    ]
