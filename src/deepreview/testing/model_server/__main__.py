"""The model server as a program: `python -m deepreview.testing.model_server --port 8399 --scenario tools`."""

import argparse
import asyncio
import json
import signal
import sys
from pathlib import Path

from deepreview.testing.model_server.recording import Recorded
from deepreview.testing.model_server.scenarios import SCENARIOS
from deepreview.testing.model_server.server import ModelServer


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="model_server", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="on 127.0.0.1; 0 takes a free one")
    parser.add_argument("--socket", type=Path, help="listen on this Unix socket instead")
    parser.add_argument("--scenario", default="ok", help=f"for URLs that name none; one of {', '.join(SCENARIOS)}")
    parser.add_argument(
        "--answer", action="append", default=[], metavar="NAME=FILE", help="a scenario of a file's text"
    )
    parser.add_argument("--record", type=Path, help="write what was asked here at the end, one JSON object a line")
    return parser.parse_args()


def _line(seen: Recorded) -> str:
    names = ("scenario", "label", "method", "path", "query", "headers", "at", "status", "sent_bytes", "complete")
    body = seen.body.decode(errors="replace") if isinstance(seen.body, bytes) else seen.body
    return json.dumps({name: getattr(seen, name) for name in (*names, "disconnected", "trouble")} | {"body": body})


async def _serve(server: ModelServer, where: str) -> None:
    over = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, over.set)
    async with server:
        sys.stdout.write(f"{where or f'http://127.0.0.1:{server.port}'}\n")
        sys.stdout.flush()
        await over.wait()


def main() -> None:
    """Serve until told to end; the first line of the output is where."""
    given = _arguments()
    server = ModelServer(port=given.port, socket=given.socket, default=given.scenario)
    for answer in given.answer:
        name, _, file = answer.partition("=")
        server.add_answer(name, Path(file).read_text(encoding="utf-8"))
    asyncio.run(_serve(server, str(given.socket or "")))
    if given.record:
        lines = [f"{_line(seen)}\n" for seen in server.recording.requests]
        given.record.write_text("".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main()
