"""`deepreview resolve` and `deepreview rounds`: what became of findings, and whether that ends."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import click

from deepreview.archive.folder import RoundFolder
from deepreview.archive.resolutions import FILE, Resolutions
from deepreview.cli.commands.rounds import load
from deepreview.cli.context import Where, environment, now
from deepreview.cli.options import where
from deepreview.cli.printing import deliver, note
from deepreview.context.visible import one_line
from deepreview.errors import UsageError
from deepreview.git.source import open_source
from deepreview.lives.answer import Answer, Named, confirmed, find, from_table, read_answer, resolution
from deepreview.lives.converge import line_of
from deepreview.lives.fold import lives
from deepreview.model.change import Sha
from deepreview.model.finding import State
from deepreview.model.life import Life
from deepreview.model.report import Report
from deepreview.model.resolution import Resolution
from deepreview.parse.published import parse_report
from deepreview.render import standing


@click.command(name="resolve")
@click.argument("words", metavar="FINDING... STATE [TEXT]", nargs=-1)
@click.option("--round", "round_id", default="", metavar="ROUND", help="The round that is meant; default: the newest.")
@click.option("--confirm", is_flag=True, help="Put on record what the round proposes: of the named, or of all.")
@click.option(
    "--from", "table", metavar="REPORT.md", type=click.Path(path_type=Path), help="Take a published report's table."
)
@where
def resolve_command(
    words: tuple[str, ...],
    round_id: str,
    confirm: bool,
    table: Path | None,
    repo: Path,
    archive: Path | None,
    config: Path | None,
) -> int:
    """Say what became of findings.

    FINDING is a name in the newest report, like I1 or TG1, or one of an earlier round, like R2-I1; several may be
    named. STATE is fixed [COMMIT], declined REASON, deferred LINK, documented [TEXT], refuted EVIDENCE, obsolete
    [TEXT], or open.

    Nothing that was said before is changed: the newest word counts, and the next round's reviewers are told it.
    """
    at = Where(repo=repo, archive=archive, config=config)
    folder = at.rounds().find(round_id, at.shelf())
    report = load(folder)
    by, when = speaker(at), now().isoformat(timespec="seconds")
    if sum((confirm, table is not None, bool(words) and not confirm)) != 1:
        raise UsageError("one thing is to be said", hint="name findings and a state, or use --confirm or --from FILE")
    if confirm:
        said = confirmed(report, words, by, when)
        if not said:
            note(f"{folder.path.name} proposes nothing.")
            return 0
    else:
        answers = _of_table(table, report) if table else _of_words(words, report, at)
        said = tuple(resolution(answer, named, report, by, when) for answer, named in answers)
    record(folder, said)
    deliver("".join(f"{_told(one, report)}\n" for one in said), None)
    return 0


def _of_words(words: Sequence[str], report: Report, at: Where) -> list[tuple[Answer, Named]]:
    answer = read_answer(words)
    if answer.state is State.FIXED and answer.text:
        answer = replace(answer, text=commit_named(answer.text, at))
    named = {one.life: one for one in (find(name, report) for name in answer.names)}
    return [(answer, one) for one in named.values()]


def commit_named(name: str, at: Where) -> Sha:
    """The whole name of a commit of the repository; raises UsageError where there is none of that name."""
    place = at.place()
    found = open_source(place.folder, place.environ).commit(name)
    if found is None:
        raise UsageError(f"no commit is called {name}", hint="name the commit that fixes it, or leave it out")
    return found


def _of_table(table: Path, report: Report) -> tuple[tuple[Answer, Named], ...]:
    try:
        published = parse_report(table.read_text(encoding="utf-8", errors="replace"))
    except OSError as error:
        raise UsageError(f"{table} cannot be read: {error.strerror}", hint="name a report in Markdown") from error
    rows = published.resolution.rows if published.resolution else ()
    taken, left = from_table(rows, report)
    for row in left:
        note(f"Not taken, since the round has no such finding or its action is not known: {one_line(row)}")
    if not taken:
        raise UsageError(f"{table} resolves no finding of {report.clock.round_id}", hint="name its round with --round")
    return taken


def record(folder: RoundFolder, said: Sequence[Resolution]) -> None:
    """Put it on the record of the repository."""
    Resolutions(path=folder.path.parent / FILE).append(said)


def speaker(at: Where) -> str:
    """Who says it: as git names them in that repository, else the user of the machine."""
    environ = environment()
    place = at.place()
    try:
        name = open_source(place.folder, place.environ).git.line("config", "--get", "user.name")
    except UsageError:
        name = ""
    return name or environ.get("USER", "") or "somebody"


def _told(said: Resolution, report: Report) -> str:
    known = find(said.fingerprint, report)
    more = said.reason or said.link or said.commit[:9]
    return one_line(f"{known.name} {said.state.value}: {known.title}" + (f" ({more})" if more else ""))


@click.command(name="rounds")
@click.argument("round_id", metavar="[ROUND]", required=False, default="")
@where
def rounds_command(round_id: str, repo: Path, archive: Path | None, config: Path | None) -> int:
    """Show the rounds of one target, what each brought, and whether they come to an end.

    The target is that of ROUND, else of the newest round of this repository.
    """
    at = Where(repo=repo, archive=archive, config=config)
    rounds = at.rounds()
    folder = rounds.find(round_id, at.shelf())
    shelf = folder.path.parent
    own = [one for one in rounds.of_target(folder.plan().pin, shelf.name) if one.finished]
    reports = [load(one) for one in own]
    said = Resolutions(path=shelf / FILE).all()
    if not reports:
        note("No round of this target is finished.")
        return 0
    rows: list[tuple[str, ...]] = [
        ("round", "commit", "new", "carried", "again", "waiting", "settled", "open C", "I", "S")
    ]
    rows += [line_of(report) for report in reports]
    wide = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    table = ["  ".join(f"{cell:<{w}}" for cell, w in zip(row, wide, strict=True)).rstrip() for row in rows]
    ends = standing.ends(reports[-1])
    known = lives(reports, said)
    lines = (*table, "", *map(one_line, (*ends, *_since(reports[-1], known))), "", *map(_life_line, known))
    deliver("\n".join(lines) + "\n", None)
    return 0


def _since(newest: Report, known: Sequence[Life]) -> Iterator[str]:
    """What was answered after the newest round, which still told of it as open."""
    states = {life.identity: life.state for life in known if life.state is not State.OPEN}
    opened = {one.life: one.alias for one in newest.findings if one.counts}
    opened |= {row.identity: row.name for row in newest.previous if row.waits}
    answered = [f"{name} {states[life].value}" for life, name in opened.items() if life in states]
    if answered:
        yield f"Answered since: {', '.join(answered)}."


def _life_line(life: Life) -> str:
    """One finding through the rounds: `R3-I1 open, rounds 1-3: title`."""
    first, last = life.seen[0].round, life.last.round
    when = f"round {first}" if first == last else f"rounds {first} to {last}, in {len(life.seen)} of them"
    state = f"gone in round {life.gone}" if life.gone and life.state is State.OPEN else life.state.value
    reason = life.resolution.reason if life.resolution else ""
    told = f"{life.name} {state}{f' ({reason})' if reason else ''}, {when}: {life.finding.title}"
    return one_line(told)
