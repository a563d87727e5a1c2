"""A small agent that speaks the Agent Client Protocol and does what its argument says, the bad things included.

Standard library only: it is run inside a guest's place, as `python -c`. All that it is sent it keeps in its scratch
folder, for a test to look at.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

LOG = Path(os.environ["TMPDIR"], "sent.jsonl")  # noqa: TID251 - a program of its own
SCENARIO = sys.argv[1]
SESSION = "session-1"


def listen() -> dict[str, Any]:
    line = sys.stdin.readline()
    if not line:
        sys.exit(0)
    with LOG.open("a", encoding="utf-8") as log:
        log.write(line)
    message: dict[str, Any] = json.loads(line)
    return message


def send(**message: Any) -> None:
    sys.stdout.write(json.dumps({"jsonrpc": "2.0", **message}) + "\n")
    sys.stdout.flush()


def update(which: str, /, **more: Any) -> None:
    told = {"sessionId": SESSION, "update": {"sessionUpdate": which, **more}}
    send(method="session/update", params=told)


def say(text: str) -> None:
    update("agent_message_chunk", content={"type": "text", "text": text})


def ask(number: int, method: str, **params: Any) -> dict[str, Any]:
    send(id=number, method=method, params={"sessionId": SESSION, **params})
    answer = listen()
    assert answer["id"] == number, answer
    return answer


def permission(number: int, kind: str) -> str:
    options = [
        {"optionId": "yes", "name": "Allow", "kind": "allow_once"},
        {"optionId": "always", "name": "Always", "kind": "allow_always"},
        {"optionId": "no", "name": "Reject", "kind": "reject_once"},
    ]
    call = {"toolCallId": f"p{number}", "title": f"to {kind}", "kind": kind}
    outcome = ask(number, "session/request_permission", toolCall=call, options=options)["result"]["outcome"]
    return str(outcome.get("optionId", outcome["outcome"]))


def read(number: int, path: str, **more: int) -> str:
    answer = ask(number, "fs/read_text_file", path=path, **more)
    return str(answer["result"]["content"] if "result" in answer else "error: " + answer["error"]["message"])


def tools() -> None:
    say("I look ")
    say("around.")
    update("tool_call", toolCallId="t1", title="read", kind="read", status="pending")
    update("tool_call_update", toolCallId="t1", status="in_progress", rawInput={"path": "src/a.py"})
    content = [{"type": "content", "content": {"type": "text", "text": "x = 2"}}]
    update("tool_call_update", toolCallId="t1", status="completed", content=content)
    update("tool_call_update", toolCallId="t2", title="ls", kind="execute", status="failed", rawOutput="gone")
    update("tool_call", toolCallId="t3", title="never taken up", locations=[{"path": "/repo/x"}])
    update("agent_thought_chunk", content={"type": "text", "text": "secret thought"})
    say("Found it.")


def asks() -> None:
    kinds = ("read", "search", "edit", "execute", "fetch", "other")
    say(json.dumps({kind: permission(100 + number, kind) for number, kind in enumerate(kinds)}))


def files() -> None:
    paths = ["README.md", "/etc/passwd", "../x", ".git/config", "nowhere"]
    found = {path: read(200 + number, path) for number, path in enumerate(paths)}
    found["lines"] = read(300, str(Path.cwd() / "long.txt"), line=3, limit=2)
    say(json.dumps(found))


def strange() -> None:
    sys.stdout.write("a line that is no JSON\n[1, 2]\n")
    send(method="vendor/news", params={"n": 1})
    update("mood_update", mood="fine")
    send(id=77, result={"late": True})
    answer = ask(400, "terminal/create", command="touch canary")
    say(str(answer["error"]["code"]))


def prompted(number: int) -> None:
    if SCENARIO == "silent":
        return
    if SCENARIO == "dies":
        say("I was about to")
        sys.stderr.write("Error: out of memory in a made-up place\n")
        sys.exit(3)
    if SCENARIO == "leaves":
        sys.exit(0)
    if SCENARIO in ERRORS:
        code, message, data = ERRORS[SCENARIO]
        send(id=number, error={"code": code, "message": message, "data": data})
        return
    if SCENARIO == "quiet":
        send(id=number, result={"stopReason": "end_turn"})
        return
    {"tools": tools, "asks": asks, "files": files, "strange": strange}.get(SCENARIO, lambda: say('{"n": 1}'))()
    stop = SCENARIO if SCENARIO in {"max_tokens", "max_turn_requests", "refusal", "cancelled"} else "end_turn"
    usage = {"totalTokens": 60, "inputTokens": 30, "outputTokens": 12, "thoughtTokens": 8, "cachedReadTokens": 10}
    update("usage_update", used=60, size=1000, cost={"amount": 0.25, "currency": "USD"})
    send(id=number, result={"stopReason": stop, "usage": usage})


ERRORS = {
    "rate": (-32603, "Internal error", {"details": "429 Too Many Requests"}),
    "key": (-32000, "Authentication required", None),
    "broken": (-32603, "Something went wrong", None),
}


def main() -> None:
    asked = 0
    while True:
        message = listen()
        method, number = message["method"], message.get("id", 0)
        if method == "initialize":
            able = {"loadSession": SCENARIO != "no-memory", "sessionCapabilities": {}}
            version = 9 if SCENARIO == "newer" else 1
            about = {"name": "fake", "version": "1.2"}
            send(id=number, result={"protocolVersion": version, "agentCapabilities": able, "agentInfo": about})
        elif method == "session/load":
            say("This was said in an earlier turn.")
            send(id=number, result=None)
        elif method == "session/new":
            send(id=number, result={"sessionId": SESSION, "models": {"currentModelId": "fake-1"}})
        elif method == "session/prompt":
            asked = number
            prompted(number)
        elif method == "session/cancel":
            send(id=asked, result={"stopReason": "cancelled"})


main()
