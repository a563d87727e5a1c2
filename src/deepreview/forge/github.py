"""GitHub: pull requests by REST, their threads by GraphQL, which alone knows whether one is resolved."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import assert_never
from urllib.parse import quote

from deepreview.forge.base import (
    Comment,
    Conclusion,
    Discussion,
    ForgeError,
    OpenThread,
    Pull,
    Resolve,
    SetCheck,
    Thread,
    WriteSummary,
)
from deepreview.forge.http import Api, Json
from deepreview.model.change import RepoPath, Sha, Side

CHECK = "Deep Review"
_BATCH = 30
"""Threads of one review."""
_GONE = (404, 410)
_UNPROCESSABLE = 422
_NO_APP = (403, 404)
"""What a token that is no App's gets for a check run."""
_SIDES = {Side.HEAD: "RIGHT", Side.BASE: "LEFT"}
_STATES = {Conclusion.SUCCESS: "success", Conclusion.NEUTRAL: "success", Conclusion.FAILURE: "failure"}
_LONGEST_STATUS = 120
_HUNK = re.compile(r"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")
_PULL = """
query($owner: String!, $name: String!, $number: Int!, $comments: String, $threads: String) {
  viewer { login }
  repository(owner: $owner, name: $name) { pullRequest(number: $number) {
    headRefOid state
    comments(first: 100, after: $comments) {
      nodes { databaseId viewerDidAuthor author { login } body } pageInfo { hasNextPage endCursor } }
    reviewThreads(first: 50, after: $threads) {
      nodes { id isResolved isOutdated path line resolvedBy { login }
        comments(first: 50) { totalCount nodes { databaseId viewerDidAuthor author { login } body } } }
      pageInfo { hasNextPage endCursor } }
  } }
}"""
_SETTLE = "mutation($thread: ID!) { %s(input: {threadId: $thread}) { thread { isResolved } } }"


@dataclass(frozen=True, kw_only=True)
class GitHub:
    """One repository on GitHub."""

    api: Api
    repo: str
    """`owner/name`."""

    def pull(self, number: int) -> Pull:
        """A pull request with its discussion."""
        head, is_open, comments, threads = self._discussion(number)
        files = [file for page in self.api.pages(f"repos/{self.repo}/pulls/{number}/files") for file in page]
        return Pull(
            repo=self.repo,
            number=number,
            head=head,
            open=is_open,
            lines={place: spans for file in files for place, spans in _spans(file)},
            renamed={
                RepoPath(f["previous_filename"]): RepoPath(f["filename"]) for f in files if "previous_filename" in f
            },
            comments=tuple(comment for comment in comments if comment.mine),
            threads=tuple(threads),
            check=self._check(head),
        )

    def discussion(self, number: int) -> Discussion:
        """What is said on a pull request."""
        _, _, comments, threads = self._discussion(number)
        return Discussion(comments=tuple(comments), threads=tuple(threads))

    def head(self, number: int) -> Sha:
        """The commit that a pull request is at now."""
        return Sha(self.api.get(f"repos/{self.repo}/pulls/{number}")["head"]["sha"])

    def pulls_of(self, commit: Sha) -> tuple[int, ...]:
        """The open pull requests whose head is this commit."""
        found = (pull for page in self.api.pages(f"repos/{self.repo}/commits/{commit}/pulls") for pull in page)
        return tuple(pull["number"] for pull in found if pull["state"] == "open" and pull["head"]["sha"] == commit)

    def open_threads(self, pull: Pull, threads: Sequence[OpenThread]) -> tuple[OpenThread, ...]:
        """Start discussions, many in one review: people are notified once. One that is refused stops no other."""
        refused: list[OpenThread] = []
        for start in range(0, len(threads), _BATCH):
            batch = threads[start : start + _BATCH]
            body = {"commit_id": pull.head, "event": "COMMENT", "comments": [_anchored(thread) for thread in batch]}
            if not self._taken(f"{self._of(pull)}/reviews", body):
                refused += [t for t in batch if not self._taken(f"{self._of(pull)}/comments", _anchored(t, pull.head))]
        return tuple(refused)

    def perform(self, pull: Pull, action: Resolve | WriteSummary | SetCheck) -> None:
        """Do one thing."""
        match action:
            case Resolve():
                name = "resolveReviewThread" if action.settled else "unresolveReviewThread"
                try:
                    self.api.query(_SETTLE % name, {"thread": action.thread}, writes=True)
                except ForgeError as error:
                    if error.status not in _GONE:
                        raise
            case WriteSummary():
                self._summary(pull, action)
            case SetCheck():
                self._set_check(pull, action)
            case _:
                assert_never(action)

    def _of(self, pull: Pull) -> str:
        return f"repos/{self.repo}/pulls/{pull.number}"

    def _taken(self, path: str, body: Json) -> bool:
        try:
            self.api.write("POST", path, body)
        except ForgeError as error:
            if error.status != _UNPROCESSABLE:
                raise
            return False
        return True

    def _summary(self, pull: Pull, action: WriteSummary) -> None:
        if action.comment:
            try:
                self.api.write("PATCH", f"repos/{self.repo}/issues/comments/{action.comment}", {"body": action.body})
            except ForgeError as error:
                if error.status not in _GONE:
                    raise
            else:
                return
        self.api.write("POST", f"repos/{self.repo}/issues/{pull.number}/comments", {"body": action.body})

    def _set_check(self, pull: Pull, action: SetCheck) -> None:
        run = {
            "name": CHECK,
            "head_sha": pull.head,
            "status": "completed",
            "conclusion": action.conclusion.value,
            "external_id": action.digest,
            "output": {"title": action.title, "summary": action.summary},
        }
        try:
            self.api.write("POST", f"repos/{self.repo}/check-runs", run)
        except ForgeError as error:
            if error.status not in _NO_APP:
                raise
        else:
            return
        said = f"{action.title[:_LONGEST_STATUS]} [{action.digest}]"
        status = {"state": _STATES[action.conclusion], "context": CHECK, "description": said}
        self.api.write("POST", f"repos/{self.repo}/statuses/{pull.head}", status)

    def _check(self, head: Sha) -> str:
        named = f"repos/{self.repo}/commits/{head}/check-runs?check_name={quote(CHECK)}"
        runs = [run for page in self.api.pages(named) for run in page["check_runs"]]
        if runs:
            return str(max(runs, key=lambda run: run["id"])["external_id"])
        statuses = (status for page in self.api.pages(f"repos/{self.repo}/commits/{head}/statuses") for status in page)
        newest = next((status for status in statuses if status["context"] == CHECK), None)  # newest first
        found = re.search(r"\[(\w+)\]$", (newest or {}).get("description") or "")
        return found[1] if found else ""

    def _discussion(self, number: int) -> tuple[Sha, bool, list[Comment], list[Thread]]:
        owner, name = self.repo.split("/")
        comments: list[Comment] = []
        threads: list[Thread] = []
        cursors: Json = {"comments": None, "threads": None}
        while True:
            found = self.api.query(_PULL, {"owner": owner, "name": name, "number": number, **cursors})
            pull = (found["repository"] or {}).get("pullRequest")
            if pull is None:
                raise ForgeError(f"{self.repo} has no pull request #{number}", hint="check the number", status=404)
            comments += [_comment(node) for node in pull["comments"]["nodes"]]
            threads += [_thread(node, found["viewer"]["login"]) for node in pull["reviewThreads"]["nodes"]]
            pages = {"comments": pull["comments"]["pageInfo"], "threads": pull["reviewThreads"]["pageInfo"]}
            if not any(page["hasNextPage"] for page in pages.values()):
                return Sha(pull["headRefOid"]), pull["state"] == "OPEN", comments, threads
            cursors = {name_: page["endCursor"] or cursors[name_] for name_, page in pages.items()}


def _comment(node: Json) -> Comment:
    author = (node["author"] or {}).get("login", "")
    return Comment(id=node["databaseId"], mine=node["viewerDidAuthor"], author=author, body=node["body"])


def _thread(node: Json, viewer: str) -> Thread:
    resolver = (node["resolvedBy"] or {}).get("login", "")
    comments = tuple(_comment(comment) for comment in node["comments"]["nodes"])
    return Thread(
        id=node["id"],
        path=node["path"],
        line=node["line"] or 0,
        resolved=node["isResolved"],
        resolved_by_me=bool(resolver) and resolver.removesuffix("[bot]") == viewer.removesuffix("[bot]"),
        outdated=node["isOutdated"],
        comments=comments,
        more=node["comments"]["totalCount"] > len(comments),
    )


def _anchored(thread: OpenThread, head: Sha | None = None) -> Json:
    side = _SIDES[thread.side]
    place: Json = {"path": thread.path, "side": side, "line": thread.last, "body": thread.body}
    if thread.first < thread.last:
        place |= {"start_line": thread.first, "start_side": side}
    return place | ({"commit_id": head} if head else {})


def _spans(file: Json) -> Iterator[tuple[tuple[RepoPath, Side], tuple[range, ...]]]:
    """The lines of a file's hunks; a file whose patch GitHub leaves out, being too large or binary, has none."""
    hunks = [match for line in file.get("patch", "").split("\n") if (match := _HUNK.match(line))]
    path = RepoPath(file["filename"])
    for side, start in ((Side.BASE, 1), (Side.HEAD, 3)):
        counted = [(int(hunk[start]), int(hunk[start + 1] or 1)) for hunk in hunks]
        yield (path, side), tuple(range(first, first + count) for first, count in counted)
