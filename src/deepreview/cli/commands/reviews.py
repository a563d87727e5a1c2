"""`deepreview consolidate` and `deepreview parse`: reviews that others wrote."""

import asyncio
import json
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from deepreview import wiring
from deepreview.archive.folder import Archive
from deepreview.cli.commands.review import exit_code, outcome_options
from deepreview.cli.console import progress
from deepreview.cli.context import TOOL, Where, environment, now
from deepreview.cli.options import where
from deepreview.cli.printing import chosen, deliver, rendered
from deepreview.config.schema import Replayed, Settings
from deepreview.context.visible import visible
from deepreview.engine.pipeline import Surroundings, review
from deepreview.engine.unseen import report_unseen
from deepreview.errors import Exit, UsageError
from deepreview.git.target import Named, Pin
from deepreview.model.family import family_of, word
from deepreview.model.published import Published
from deepreview.model.report import Report
from deepreview.model.review import Review
from deepreview.parse.document import is_review, parse_document
from deepreview.parse.places import written
from deepreview.parse.review import Author
from deepreview.render.published import published_markdown
from deepreview.reviewers.replay.formats import read_files, voices_of_data
from deepreview.reviewers.replay.voice import NotUnderstood
from deepreview.wire import document_json


@click.command(name="consolidate")
@click.argument("reviews", metavar="REVIEW...", nargs=-1)
@click.option("--head", default="", help="The commit or branch that was reviewed, to check the reviews against it.")
@click.option("--base", help="What the head is compared with; default: as `deepreview review` chooses it.")
@click.option("--fail-on", help="Lightest finding that makes the exit code 1: suggestion, important, critical, never.")
@click.option("--disable", multiple=True, help="Switch a kind of finding off.")
@outcome_options
@where
def consolidate_command(
    reviews: tuple[str, ...],
    head: str,
    to: str,
    output: Path | None,
    quiet: bool,
    repo: Path,
    archive: Path | None,
    config: Path | None,
    **flags: Any,  # noqa: ANN401 - settings of many types, read by config/load.py
) -> int:
    """Merge reviews that were made elsewhere into one report, keeping no round.

    Each REVIEW is a file, or NAME=FILE: a reviewer's text, a published report, JSON, SARIF, rdjson, or the exported
    comments of a pull request. With --head each claim is held against the code in --repo; without it, nothing is.
    """
    format_ = chosen(to)
    if not reviews:
        raise UsageError("no review is named", hint="give files: `deepreview consolidate claude.md codex.md`")
    if flags["base"] and not head:
        raise UsageError("--base is given without --head", hint="name the reviewed commit with --head")
    at = Where(repo=repo, archive=archive, config=config)
    given = {**flags, "replay": reviews, "archive": archive}
    report, fail_on = _seen(at, head, given, quiet=quiet) if head else _unseen(at, given)
    deliver(rendered(report, format_), output)
    return exit_code(report, fail_on, quiet=quiet)


def _unseen(at: Where, flags: Mapping[str, Any]) -> tuple[Report, str]:
    """What the reviews say, and from which finding on the exit code is 1."""
    settings = wiring.settled(flags, environment(), wiring.named_file(at.config)).settings
    voices = read_files([Replayed.named(text) for text in settings.replay])
    return report_unseen(voices, wiring.steps(settings), TOOL, now()), settings.fail_on


def _seen(at: Where, head: str, flags: Mapping[str, Any], *, quiet: bool) -> tuple[Report, str]:
    """The same, each claim held against the code."""
    asked = Named(text=f"{flags['base']}...{head}" if flags["base"] else head)
    pinned, loaded = wiring.prepare(asked, {**flags, "base": None}, at.place(), at.config)
    settings = replace(loaded.settings, reviewers=(), reserve=(), lead="")
    return _held_against(pinned, settings, quiet=quiet), settings.fail_on


def _held_against(pinned: Pin, settings: Settings, *, quiet: bool) -> Report:
    """A round of nobody but the reviews, in a folder that is gone afterwards."""
    environ = environment()
    crew = wiring.crew(settings, environ)
    with (
        tempfile.TemporaryDirectory(prefix="deepreview-", ignore_cleanup_errors=True) as folder,
        progress(quiet=quiet, ci=bool(environ.get("CI"))) as emit,
    ):
        round_folder, plan = Archive(root=Path(folder)).start(pinned, settings, TOOL, now())
        return asyncio.run(review(plan, round_folder, crew, Surroundings(environ=environ, now=now, emit=emit)))


@click.command(name="parse")
@click.argument("file", metavar="FILE")
@click.option("--json", "as_json", is_flag=True, help="All that was understood, as JSON.")
@click.option("--name", default="", help="Who wrote the review; default: the file's name.")
@click.option("-o", "--output", metavar="FILE", type=click.Path(path_type=Path), help="Write to FILE.")
def parse_command(file: str, as_json: bool, name: str, output: Path | None) -> int:
    """Read a reviewer's text, a published report, or any file that `consolidate` reads; - reads standard input.

    Without --json a published report is written again in the newest form, and a review as a list of its claims. A file
    with the words of several reviewers gives one review each, with --json in a list.
    The exit code is 3 when the file holds no review: no claim, no observation, no file that was read.
    """
    content = _read(file)
    author = name or ("review" if file == "-" else Path(file).stem)
    reviews = _data(content, author, _shown(file))
    if reviews is not None:
        deliver(_reviews_json(reviews) if as_json else "\n".join(map(_listed, reviews)), output)
        return _ended(file, holds=any(one.claims or one.observations or one.covered for one in reviews))
    text = content.decode("utf-8-sig", "replace")
    document = parse_document(text, Author(name=word(author), family=family_of(author)))
    if as_json:
        deliver(document_json(document), output)
    elif isinstance(document, Published):
        deliver(published_markdown(document), output)
    else:
        deliver(_listed(document), output)
    return _ended(file, holds=not isinstance(document, Review) or is_review(text, document))


def _ended(file: str, *, holds: bool) -> int:
    if holds:
        return Exit.CLEAN.value
    click.echo(f"{_shown(file)} holds no review: no claim, no observation, no file that was read", err=True)
    return Exit.NO_VERDICT.value


def _data(content: bytes, author: str, shown: str) -> tuple[Review, ...] | None:
    """What each voice in a file of data says; None for a text."""
    try:
        voices = voices_of_data(content, author)
    except NotUnderstood as why:
        raise UsageError(f"{shown} {why}", hint="see docs/replay.md for what can be read") from why
    if voices is None:
        return None
    return tuple(
        Review(
            reviewer=voice.name,
            verdict="",
            claims=voice.claims,
            observations=voice.observations,
            covered=voice.covered,
            gaps=voice.gaps,
        )
        for voice in voices
    )


def _reviews_json(reviews: Sequence[Review]) -> str:
    """One review as a document, several as a list of such."""
    documents = [json.loads(document_json(one)) for one in reviews]
    text = json.dumps(documents[0] if len(documents) == 1 else documents, indent=2, ensure_ascii=False)
    return text.encode("utf-8", "backslashreplace").decode() + "\n"


def _shown(file: str) -> str:
    return "standard input" if file == "-" else file


def _read(file: str) -> bytes:
    shown = _shown(file)
    try:
        content = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    except OSError as error:
        raise UsageError(
            f"{shown} cannot be read: {error.strerror or error}", hint="name a review or report"
        ) from error
    return content


def _listed(review: Review) -> str:
    """A line for each claim, and what else there is as counts."""
    lines = [f"{review.reviewer}: {visible(review.verdict) or 'no verdict stated'}"]
    for claim in review.claims:
        withdrawn = f" ({claim.suppressed})" if claim.suppressed else ""
        local = claim.id.rpartition("/")[2]
        lines.append(f"  {local:<5} {claim.severity.value:<10} {visible(claim.title)}{withdrawn}")
        lines += [f"        {visible(written(claim.places).replace('`', ''))}"] if claim.places else []
    counts = (len(review.claims), len(review.observations), len(review.covered))
    lines.append("{} claims, {} observations, {} files named as read".format(*counts))
    lines += [visible(gap) for gap in review.gaps]
    return "\n".join(lines) + "\n"
