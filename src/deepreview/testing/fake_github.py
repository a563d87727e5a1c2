"""A GitHub of our own on the loopback: one repository, with the manners of the real one that matter to a client.

Paged lists with links, rate limits of both kinds, 422 for lines outside the diff (of a whole review, too), threads
and their state by GraphQL alone, tokens that may not write checks, and whatever a test wants to go wrong.
"""

import asyncio
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

Json = dict[str, Any]
ME = "deep-review"
TOKEN = "test-token"  # noqa: S105 - opens nothing but this server
PULL = 12
_LONGEST_BODY, _LONGEST_DESCRIPTION = 65_536, 140


@dataclass(kw_only=True)
class Trouble:
    """What becomes of the next requests that match."""

    method: str
    path: str
    """A regular expression."""
    status: int = 500
    body: Json = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    times: int = 1
    before: Callable[[], None] | None = None
    """Something that happens just before; with a status of 0 the request then goes on as if nothing was."""


@dataclass(kw_only=True)
class FakeGitHub:
    """The repository's state; tests read and change it between requests."""

    head: str
    files: list[Json] = field(default_factory=list)
    state: str = "open"
    comments: list[Json] = field(default_factory=list)
    threads: list[Json] = field(default_factory=list)
    checks: list[Json] = field(default_factory=list)
    statuses: list[Json] = field(default_factory=list)
    app: bool = True
    """Whether the token is an App's, which alone may write check runs."""
    page: int = 100
    """The most that one page of a list holds, whatever is asked for."""
    troubles: list[Trouble] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    """Each request as `METHOD /path`."""
    url: str = ""
    leaving: list[Callable[[], None]] = field(default_factory=list)
    """Called when nothing is served any more: connections to close."""
    _ids: int = 0

    def add_comment(self, body: str, author: str = ME) -> Json:
        """A comment under the pull request."""
        made = {"id": self._next(), "body": body, "author": author}
        self.comments.append(made)
        return made

    def add_thread(self, body: str, path: str, line: int, author: str = ME) -> Json:
        """A thread at a line."""
        first = {"id": self._next(), "body": body, "author": author}
        made = {
            "id": f"PRRT_{self._next()}",
            "path": path,
            "line": line,
            "outdated": False,
            "resolved_by": "",
            "comments": [first],
        }
        self.threads.append(made)
        return made

    def reply(self, thread: Json, body: str, author: str) -> None:
        """Somebody says something in a thread."""
        thread["comments"].append({"id": self._next(), "body": body, "author": author})

    def _next(self) -> int:
        self._ids += 1
        return self._ids

    @property
    def writes(self) -> list[str]:
        """The requests that change something."""
        return [line for line in self.asked if not line.startswith("GET")]

    @contextmanager
    def serving(self) -> Iterator[str]:
        """Serve from a thread; the address of the API."""
        loop = asyncio.new_event_loop()
        started: list[web.AppRunner] = []

        async def start() -> None:
            app = web.Application()
            app.router.add_route("*", "/{path:.*}", self._answer)
            runner = web.AppRunner(app, access_log=None)
            await runner.setup()
            site = web.TCPSite(runner, "127.0.0.1", 0)
            await site.start()
            self.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
            started.append(runner)

        loop.run_until_complete(start())
        thread = threading.Thread(target=loop.run_forever, daemon=True)
        thread.start()
        try:
            yield self.url
        finally:
            for leave in self.leaving:
                leave()
            asyncio.run_coroutine_threadsafe(started[0].cleanup(), loop).result(10)
            loop.call_soon_threadsafe(loop.stop)
            thread.join(10)
            loop.close()

    async def _answer(self, request: web.Request) -> web.Response:
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return web.json_response({"message": "Bad credentials"}, status=401)
        body = await request.json() if request.can_read_body else {}
        if request.path != "/graphql" or "mutation" in body["query"]:
            self.asked.append(f"{request.method} {request.path}")
        for trouble in self.troubles:
            if trouble.times and request.method == trouble.method and re.search(trouble.path, request.path):
                trouble.times -= 1
                if trouble.before:
                    trouble.before()
                if trouble.status:
                    return web.json_response(trouble.body, status=trouble.status, headers=trouble.headers)
        if request.path == "/graphql":
            return web.json_response(self._graphql(body))
        return self._rest(request, body)

    def _rest(self, request: web.Request, body: Json) -> web.Response:
        for method, pattern, answer in self._routes:
            match = re.fullmatch(f"/repos/acme/boiler{pattern}", request.path)
            if match and request.method == method:
                return answer(request, body, *match.groups())
        return _refusal(404, "Not Found")

    @property
    def _routes(self) -> tuple[tuple[str, str, Callable[..., web.Response]], ...]:
        return (
            ("GET", "/pulls/12", self._pull),
            ("GET", "/pulls/12/files", self._files),
            ("POST", "/pulls/12/reviews", self._new_review),
            ("POST", "/pulls/12/comments", self._new_review_comment),
            ("POST", "/issues/12/comments", self._new_comment),
            ("PATCH", r"/issues/comments/(\d+)", self._edit_comment),
            ("GET", r"/commits/(\w+)/pulls", self._pulls_of),
            ("GET", r"/commits/(\w+)/check-runs", self._runs),
            ("GET", r"/commits/(\w+)/statuses", self._statuses),
            ("POST", "/check-runs", self._new_run),
            ("POST", r"/statuses/(\w+)", self._new_status),
        )

    def _listed(self, request: web.Request, items: list[Json], key: str = "") -> web.Response:
        size = min(int(request.query.get("per_page", "30")), self.page)
        number = int(request.query.get("page", "1"))
        shown = items[(number - 1) * size : number * size]
        headers = {}
        if number * size < len(items):
            query = {**request.query, "page": str(number + 1)}
            headers["Link"] = f'<{self.url}{request.rel_url.with_query(query)}>; rel="next", <{self.url}/x>; rel="last"'
        return web.json_response({key: shown, "total_count": len(items)} if key else shown, headers=headers)

    def _pull(self, _: web.Request, __: Json) -> web.Response:
        return web.json_response({"head": {"sha": self.head}, "state": self.state})

    def _pulls_of(self, request: web.Request, _: Json, sha: str) -> web.Response:
        found = [{"number": PULL, "state": self.state, "head": {"sha": self.head}}] if sha == self.head else []
        return self._listed(request, found)

    def _files(self, request: web.Request, _: Json) -> web.Response:
        return self._listed(request, self.files)

    def _runs(self, request: web.Request, _: Json, sha: str) -> web.Response:
        named = [run for run in self.checks if run["head_sha"] == sha and run["name"] == request.query["check_name"]]
        return self._listed(request, named, "check_runs")

    def _statuses(self, request: web.Request, _: Json, sha: str) -> web.Response:
        return self._listed(request, [status for status in reversed(self.statuses) if status["sha"] == sha])

    def _new_status(self, _: web.Request, body: Json, sha: str) -> web.Response:
        assert len(body["description"]) <= _LONGEST_DESCRIPTION
        self.statuses.append({**body, "sha": sha})
        return web.json_response({}, status=201)

    def _new_run(self, _: web.Request, body: Json) -> web.Response:
        if not self.app:
            return _refusal(403, "You must authenticate via a GitHub App.")
        self.checks.append({**body, "id": self._next()})
        return web.json_response({"id": self._ids}, status=201)

    def _new_comment(self, _: web.Request, body: Json) -> web.Response:
        if len(body["body"]) > _LONGEST_BODY:
            return _refusal(422, "Validation Failed", "body is too long (maximum is 65536 characters)")
        return web.json_response({"id": self.add_comment(body["body"])["id"]}, status=201)

    def _edit_comment(self, _: web.Request, body: Json, number: str) -> web.Response:
        found = next((comment for comment in self.comments if comment["id"] == int(number)), None)
        if found is None:
            return _refusal(404, "Not Found")
        found["body"] = body["body"]
        return web.json_response({"id": found["id"]})

    def _new_review(self, _: web.Request, body: Json) -> web.Response:
        if any(not self._valid(comment) for comment in body["comments"]):
            return _refusal(422, "Unprocessable Entity", "Pull request review thread line must be part of the diff")
        for comment in body["comments"]:
            self.add_thread(comment["body"], comment["path"], comment["line"])
        return web.json_response({"id": self._next()}, status=200)

    def _new_review_comment(self, _: web.Request, body: Json) -> web.Response:
        if not self._valid(body):
            return _refusal(422, "Validation Failed", "pull_request_review_thread.line must be part of the diff")
        self.add_thread(body["body"], body["path"], body["line"])
        return web.json_response({"id": self._ids}, status=201)

    def _valid(self, comment: Json) -> bool:
        """Whether its lines are in one hunk of the file, on that side."""
        file = next((file for file in self.files if file["filename"] == comment["path"]), None)
        hunks = re.findall(r"^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@", (file or {}).get("patch", ""), re.MULTILINE)
        at = 2 if comment["side"] == "RIGHT" else 0
        last: int = comment["line"]
        first: int = comment.get("start_line", last)
        if "start_line" in comment and (first >= last or comment["start_side"] != comment["side"]):
            return False
        spans = [(int(hunk[at]), int(hunk[at]) + int(hunk[at + 1] or 1) - 1) for hunk in hunks]
        return any(start <= first <= last <= end for start, end in spans)

    def _graphql(self, body: Json) -> Json:
        variables = body["variables"]
        if "mutation" in body["query"]:
            thread = next((thread for thread in self.threads if thread["id"] == variables["thread"]), None)
            if thread is None:
                return {"errors": [{"type": "NOT_FOUND", "message": "Could not resolve to a node"}]}
            thread["resolved_by"] = "" if "unresolve" in body["query"] else f"{ME}[bot]"
            return {"data": {}}
        pull = {
            "headRefOid": self.head,
            "state": self.state.upper(),
            "comments": self._nodes([_comment(comment) for comment in self.comments], variables["comments"]),
            "reviewThreads": self._nodes([_thread(thread) for thread in self.threads], variables["threads"]),
        }
        found = variables["number"] == PULL
        return {"data": {"viewer": {"login": ME}, "repository": {"pullRequest": pull if found else None}}}

    def _nodes(self, items: list[Json], after: str | None) -> Json:
        start = int(after or 0)
        end = min(len(items), start + self.page)
        return {
            "nodes": items[start:end],
            "pageInfo": {"hasNextPage": end < len(items), "endCursor": str(end) if end > start else None},
        }


def _comment(comment: Json) -> Json:
    return {
        "databaseId": comment["id"],
        "viewerDidAuthor": comment["author"] == ME,
        "author": {"login": comment["author"]} if comment["author"] else None,
        "body": comment["body"],
    }


def _thread(thread: Json) -> Json:
    return {
        "id": thread["id"],
        "isResolved": bool(thread["resolved_by"]),
        "isOutdated": thread["outdated"],
        "path": thread["path"],
        "line": None if thread["outdated"] else thread["line"],
        "resolvedBy": {"login": thread["resolved_by"]} if thread["resolved_by"] else None,
        "comments": {
            "totalCount": len(thread["comments"]),
            "nodes": [_comment(comment) for comment in thread["comments"][:50]],
        },
    }


def _refusal(status: int, message: str, *errors: str) -> web.Response:
    return web.json_response({"message": message, "errors": list(errors)}, status=status)
