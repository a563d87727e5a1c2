"""Reading what analysers print, none of which is trusted to have the form that it should have."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from deepreview.reviewers.base import Output
from deepreview.reviewers.static.hit import Laid, Unreadable


def said(output: Output) -> str:
    """The first line of what the program complained about."""
    lines = output.stderr.decode("utf-8", "replace").strip().splitlines() or ["nothing on standard error"]
    return lines[0].strip()[:200]


def ended(output: Output, *codes: int) -> None:
    """Raise Unreadable when the program ended otherwise than with one of the codes."""
    if output.code not in codes:
        raise Unreadable(f"ended with {output.code}: {said(output)}")


def document(output: Output) -> Any:  # noqa: ANN401 - JSON; every reader checks what it takes
    """The JSON document on standard output; raises Unreadable."""
    try:
        return json.loads(output.stdout.decode("utf-8", "replace"))
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"printed no JSON: {said(output)}") from error


def documents(output: Output) -> Iterator[Mapping[str, Any]]:
    """The JSON documents on standard output, one a line; raises Unreadable."""
    for line in output.stdout.decode("utf-8", "replace").splitlines():
        try:
            value = json.loads(line) if line.strip() else None
        except (ValueError, RecursionError) as error:
            raise Unreadable(f"printed a line that is not JSON: {said(output)}") from error
        if isinstance(value, dict):
            yield value


def laid_of(files: Mapping[str, Laid], name: str) -> Laid:
    """The file that a report names, absolute or relative; raises Unreadable."""
    try:
        return files[name.rsplit("/", 1)[-1]]
    except KeyError as error:
        raise Unreadable(f"names a file that it was not given: {name[:80]!r}") from error
