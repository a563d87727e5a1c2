"""What a guest's place costs: `python bench/guests.py [FOLDER]`, where FOLDER is a bare mirror to make checkouts of."""

import asyncio
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from deepreview.context.steering import unwanted
from deepreview.git.checkout import Ends, write_checkout
from deepreview.git.mirror import Mirror
from deepreview.git.trees import GitTree
from deepreview.guests.isolation import Isolation
from deepreview.guests.redact import redaction
from deepreview.model.change import Sha
from deepreview.process import run_now, start
from deepreview.testing.guests import Lodging, missing, ran
from deepreview.testing.reviewed import Reviewed

TIMES = 15


async def median(work: Callable[[], Awaitable[object]]) -> float:
    """Milliseconds."""
    took = []
    for _ in range(TIMES):
        began = time.perf_counter()
        await work()
        took.append(1000 * (time.perf_counter() - began))
    return statistics.median(took)


async def starting() -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        env = {"PATH": os.defpath}

        async def plain() -> None:
            async with start(["true"], env=env, cwd=root, stdin=b"") as stream:
                await stream.end()

        base = await median(plain)
        print(f"start `true`, plain:        {base:6.1f} ms")
        for isolation in Isolation:
            if why := missing(isolation):
                print(f"{isolation.value}: {why}")
                continue
            repo = Reviewed.at(root / isolation.value)
            repo.box.commit("base", {"a.py": "1\n"})
            repo.box.git("checkout", "-q", "-b", "topic")
            repo.box.commit("change", {"a.py": "2\n"})
            async with Lodging(repo=repo, isolation=isolation).open() as room:
                took = await median(lambda room=room: ran(room, "true"))  # type: ignore[misc]  # bound on purpose
                print(f"start `true`, {isolation.value:11} {took:7.1f} ms  x{took / base:.1f}")


def checkouts(path: Path) -> None:
    mirror = Mirror(path=path, environ={"PATH": os.defpath})
    head = Sha(mirror.git.line("rev-parse", "HEAD"))
    base = Sha(mirror.git.line("rev-parse", "HEAD^"))
    for _ in range(3):
        with tempfile.TemporaryDirectory() as folder:
            tree = GitTree(mirror.git, head)
            began = time.perf_counter()
            made = write_checkout(
                mirror, Ends(base=base, head=head, tree=tree), Path(folder) / "c", unwanted(tree.entries())
            )
            ours = time.perf_counter() - began
            began = time.perf_counter()
            argv = ["git", "clone", "-q", "--shared", str(path), str(Path(folder) / "clone")]
            run_now(argv, env={"PATH": os.defpath, "HOME": folder}, cwd=Path(folder))
            theirs = time.perf_counter() - began
        files = len(tree.entries())
        print(
            f"checkout of {files} files: {ours:.2f} s, git clone --shared {theirs:.2f} s; left out {len(made.left_out)}"
        )


def redacting() -> None:
    hidden = redaction({"A_TOKEN": "0123456789abcdef"}, {"~": Path("/home/someone"), "<repo>": Path("/home/x/repo")})
    text = 'an ordinary line of an agent\'s stream, {"path": "/home/x/repo/src/a.py", "n": 12}\n' * 12_500
    began = time.perf_counter()
    hidden.text(text)
    print(f"redaction: {len(text) / 1e6 / (time.perf_counter() - began):.1f} MB/s")


if __name__ == "__main__":
    asyncio.run(starting())
    redacting()
    for named in sys.argv[1:]:
        checkouts(Path(named))
