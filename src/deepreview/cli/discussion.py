"""What is said on a pull request at the forge, read once for a round and kept with it."""

import queue
import threading
from collections.abc import Callable, Mapping

from deepreview.archive.folder import Plan, RoundFolder
from deepreview.cli.printing import note
from deepreview.context.brief import Thread
from deepreview.errors import ConfigError, DeepReviewError, MachineError, UsageError, how_to_add
from deepreview.forge.base import Discussion, Discussions
from deepreview.git.target import Pin
from deepreview.publish.discussed import discussed

_PATIENCE = 20.0
"""Seconds: reviewers wait for it."""


def discussion(plan: Plan, folder: RoundFolder, environ: Mapping[str, str], *, quiet: bool) -> tuple[Thread, ...]:
    """The threads of the round's pull request; none, said once, where they cannot be read.

    A round that is taken up again has those that it began with: agents are asked the same, and what they have answered
    is not asked again.
    """
    if not (plan.pin.number and plan.pin.url):
        return ()
    kept = folder.threads()
    if kept is not None:
        return kept
    found = said_now(plan.pin, environ, quiet=quiet)
    folder.keep_threads(found)
    return found


def said_now(pin: Pin, environ: Mapping[str, str], *, quiet: bool) -> tuple[Thread, ...]:
    """The threads of a pull request as they are now; none, said, where they cannot be read or there is none."""
    if not (pin.number and pin.url):
        return ()
    try:
        return discussed(_within(_PATIENCE, lambda: _read(pin.url, pin.number, environ)))
    except DeepReviewError as error:
        if not quiet:
            why = str(error) if isinstance(error, UsageError | ConfigError) else error.message  # its hint is publish's
            note(f"Reviewers are not told what is said on #{pin.number}: {why}.")
        return ()


def _read(web: str, number: int, environ: Mapping[str, str]) -> Discussion:
    try:
        from deepreview.forge.connect import connect  # noqa: PLC0415 - of the extra `github`
    except ModuleNotFoundError as error:
        raise MachineError(f"{error.name} is missing", hint=how_to_add("github")) from error
    with connect(web, environ) as forge:
        place: Discussions = forge
        try:
            return place.discussion(number)
        except (LookupError, TypeError, ValueError) as error:
            raise MachineError("its answer is not understood", hint="check GITHUB_API_URL") from error


def _within(seconds: float, read: Callable[[], Discussion]) -> Discussion:
    """What is read; raises MachineError when that takes longer, and then waits for it no more."""
    done: queue.SimpleQueue[Discussion | Exception] = queue.SimpleQueue()

    def run() -> None:
        try:
            done.put(read())
        except Exception as error:  # noqa: BLE001 - raised again where it is waited for
            done.put(error)

    threading.Thread(target=run, daemon=True).start()
    try:
        found = done.get(timeout=seconds)
    except queue.Empty:
        raise MachineError(f"no answer within {seconds:g} s", hint="check the network") from None
    if isinstance(found, Exception):
        raise found
    return found
