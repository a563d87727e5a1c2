"""`deepreview memory`: what reviewers and decisions propose as rules of the project, and the rules themselves."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import click
from pydantic import TypeAdapter

from deepreview import wire
from deepreview.archive.folder import RoundFolder
from deepreview.archive.imported import PUBLISHED_FILE, Publications
from deepreview.archive.memory import FILE as LOG
from deepreview.archive.memory import MemoryLog
from deepreview.archive.resolutions import FILE, Resolutions
from deepreview.cli.commands.resolve import speaker
from deepreview.cli.commands.rounds import load
from deepreview.cli.context import Where, now
from deepreview.cli.options import comma_separated, where
from deepreview.cli.printing import deliver, note, replaced
from deepreview.context import repo_rules
from deepreview.context.visible import one_line
from deepreview.errors import MachineError, UsageError
from deepreview.git.source import open_source
from deepreview.memory.notes import MARK, notes, notes_of_published
from deepreview.memory.queue import Use, Waiting, contradictions, fold, fresh, overtaken, uses
from deepreview.model.memory import Decided, Deed, Expired, Note, RepoRule, Verb
from deepreview.model.report import Report
from deepreview.parse.published import parse_report
from deepreview.render.wording import counted


@dataclass(frozen=True, slots=True, kw_only=True)
class _Memory:
    """All that `deepreview memory` shows."""

    queue: tuple[Waiting, ...]
    rules: tuple[Use, ...]
    contradictions: tuple[str, ...]


_MEMORY: TypeAdapter[_Memory] = TypeAdapter(_Memory)


@click.group(name="memory", invoke_without_command=True)
@click.option("--json", "as_json", is_flag=True, help="Everything, as JSON.")
@where
@click.pass_context
def memory_command(context: click.Context, as_json: bool, repo: Path, archive: Path | None, config: Path | None) -> int:
    """Show the notes that wait for a decision, and the project's rules with their use.

    Reviewers propose notes as `[repo] ADD ...`, `UPDATE R3 ...` or `REMOVE R3 ...`; a reason that three findings were
    declined for becomes one too. A note is in force for nobody. An accepted one is written into deep-review-context.md
    of the working tree, and reaches reviewers once it is in the base commit. docs/memory.md tells more.
    """
    at = Where(repo=repo, archive=archive, config=config)
    context.obj = at
    if context.invoked_subcommand is not None:
        return 0
    desk = _Desk(at)
    with desk.log.alone():
        queue = desk.queue()
    rules = repo_rules.parse(desk.text())
    shown = (*contradictions(rules, queue), *overtaken(rules, queue, desk.said))
    told = _Memory(queue=queue, rules=uses(rules, desk.reports), contradictions=shown)
    deliver(wire.to_json(_MEMORY, told, indent=2) + "\n" if as_json else _shown(told), None)
    return 0


@memory_command.command(name="accept")
@click.argument("name", metavar="NOTE")
@click.option("--text", default="", metavar="TEXT", help="The rule in your words; default: the note's.")
@click.option("--rule", "target", default="", metavar="RULE", help="The rule to update or remove.")
@click.option("--paths", callback=comma_separated, metavar="GLOBS", help="Only for changes that touch these paths.")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE", help="Only until that day.")
@click.option("--pr", type=click.IntRange(min=1), metavar="NUMBER", help="Only for that pull request.")
@click.pass_obj
def accept(at: Where, /, name: str, text: str, target: str, **scope: object) -> int:
    """Make a rule of a note, or do to a rule what the note asks; commit the file to put it in force."""
    desk = _Desk(at)
    with desk.log.alone():
        note_ = _find(name, desk.queue())
        if note_.decided and note_.decided.deed is Deed.ACCEPT:
            raise UsageError(
                f"{name} was accepted before, as {note_.decided.rule}", hint="`deepreview memory` lists it"
            )
        rule = desk.rule_for(note_, text, target, scope)
        before = desk.text()
        removed = note_.note.verb is Verb.REMOVE
        # the file first: a note whose acceptance was cut off still waits, and to accept it again finds what was done
        desk.write(repo_rules.without(before, [rule.id]) if removed else repo_rules.written(before, rule))
        desk.decide(note_, Deed.ACCEPT, rule.text, rule.id)
    deed = "removed from" if removed else "written to"
    deliver(f"{rule.id} {deed} {desk.file}: {one_line(rule.text)}\n", None)
    note("It takes effect once the file is reviewed, committed and part of a change's base.")
    return 0


@memory_command.command(name="edit")
@click.argument("name", metavar="NOTE")
@click.argument("text")
@click.pass_obj
def edit(at: Where, name: str, text: str) -> int:
    """Give a note another text; it still waits."""
    return _decide(at, name, Deed.EDIT, text)


@memory_command.command(name="reject")
@click.argument("name", metavar="NOTE")
@click.argument("reason")
@click.pass_obj
def reject(at: Where, name: str, reason: str) -> int:
    """Reject a note; said again, it stays rejected."""
    return _decide(at, name, Deed.REJECT, reason)


@memory_command.command(name="expire")
@click.argument("name", metavar="RULE")
@click.pass_obj
def expire(at: Where, name: str) -> int:
    """Take a rule out of the file; commit the file to put that in force."""
    desk = _Desk(at)
    with desk.log.alone():
        before = desk.text()
        rule = _rule(name, before)
        desk.log.append([Expired(rule=rule.id, by=speaker(at), at=desk.when)])  # first: it can be repeated after a kill
        desk.write(repo_rules.without(before, [rule.id]))
    deliver(f"{rule.id} removed from {desk.file}: {one_line(rule.text)}\n", None)
    note("It takes effect once the file is reviewed, committed and part of a change's base.")
    return 0


def _decide(at: Where, name: str, deed: Deed, text: str) -> int:
    if not (told := one_line(text)):
        raise UsageError("the text is empty", hint=f"say {'why' if deed is Deed.REJECT else 'how the rule reads'}")
    desk = _Desk(at)
    with desk.log.alone():
        found = _find(name, desk.queue())
        if found.decided and found.decided.deed is Deed.ACCEPT:
            raise UsageError(f"{name} was accepted as {found.decided.rule}", hint=f"edit {repo_rules.FILE} itself")
        desk.decide(found, deed, told, "")
    deliver(f"{found.name} {deed.value}: {told}\n", None)
    return 0


def _find(name: str, queue: Sequence[Waiting]) -> Waiting:
    found = next((one for one in queue if one.name == name.upper()), None)
    if found is None:
        raise UsageError(f"no note is called {one_line(name)}", hint="`deepreview memory` lists them")
    return found


def _rule(name: str, text: str) -> RepoRule:
    found = next((rule for rule in repo_rules.parse(text) if rule.id == name.upper()), None)
    if found is None:
        raise UsageError(f"no rule is called {one_line(name)}", hint="`deepreview memory` lists them")
    return found


class _Desk:
    """What is on record of one repository, and its file of rules."""

    def __init__(self, at: Where) -> None:
        place = at.place()
        source = open_source(place.folder, place.environ)
        shelf = at.shelf()
        rounds = at.rounds()
        self.at, self.when = at, now().isoformat(timespec="seconds")
        self.file = source.top / repo_rules.FILE
        self.bare = source.bare
        self.log = MemoryLog(path=rounds.root / shelf / LOG)
        self.reports = list(_readable(one for one in rounds.rounds(shelf) if one.finished))
        self.imported = Publications(root=rounds.root).all(shelf) if shelf else ()
        self.said = Resolutions(path=rounds.root / shelf / FILE).all()

    def queue(self) -> tuple[Waiting, ...]:
        """The queue with what is new, which is put on record: so numbers stay."""
        entries = self.log.all()
        new = fresh(entries, self._notes(), self.said, self.when)
        if new:
            self.log.append(new)
        return fold((*entries, *new))

    def _notes(self) -> Iterator[Note]:
        for folder in self.imported:
            text = (folder / PUBLISHED_FILE).read_bytes().decode("utf-8-sig", "replace")
            if MARK in text.lower():  # to read a report takes a while, and most propose nothing
                yield from notes_of_published(parse_report(text), folder.name)
        for report in self.reports:
            yield from notes(report.observations, report.clock.round_id)

    def decide(self, found: Waiting, deed: Deed, text: str, rule: str) -> None:
        """Put a decision on record."""
        by = speaker(self.at)
        self.log.append([Decided(number=found.number, deed=deed, by=by, at=self.when, text=text, rule=rule)])

    def text(self) -> str:
        """The file in the working tree; empty where there is none."""
        if self.bare or not self.file.exists():
            return ""
        self._refuse_link()
        try:
            return self.file.read_bytes().decode("utf-8", "surrogateescape")
        except OSError as error:
            raise MachineError(f"{self.file} cannot be read: {error.strerror}", hint="see what it is") from error

    def write(self, text: str) -> None:
        """Put another text into the file, whole."""
        if self.bare:
            raise UsageError("a bare repository has no file of rules to edit", hint="use --repo with a work tree")
        self._refuse_link()
        replaced(self.file, text)

    def _refuse_link(self) -> None:
        if self.file.is_symlink():
            raise UsageError(f"{self.file} is a symbolic link", hint="put a file in its place")

    def rule_for(self, found: Waiting, text: str, target: str, scope: dict[str, object]) -> RepoRule:
        """The rule as it is to stand in the file, or the one that is to go."""
        name = target or found.note.target
        if found.note.verb is not Verb.ADD and not name:
            raise UsageError(f"{found.name} names no rule to {found.note.verb.value}", hint="name it with --rule R1")
        removes = found.note.verb is Verb.REMOVE
        wanted = one_line(text or found.note.text)
        if name:
            rule = self._gone(name) if removes else None
            rule = rule or _rule(name, self.text())
        else:
            rule = self._unrecorded(wanted) or RepoRule(id=self._unused(), text="")
        return _scoped(rule if removes else replace(rule, text=wanted), scope)

    def _unrecorded(self, text: str) -> RepoRule | None:
        """The rule of the file that says just that and came from no decision: written before a kill, or by hand."""
        recorded = {one.rule for one in self.log.all() if isinstance(one, Decided | Expired)}
        rules = repo_rules.parse(self.text())
        return next((rule for rule in rules if rule.text == text and rule.id not in recorded), None)

    def _gone(self, name: str) -> RepoRule | None:
        """The rule of that name, where it is on record and has left the file: there is nothing more to remove."""
        here = {rule.id for rule in repo_rules.parse(self.text())}
        texts = {one.rule: one.text for one in self.log.all() if isinstance(one, Decided) and one.rule}
        texts |= {rule.id: rule.text for report in self.reports for rule in report.rules}
        known = name.upper() in texts.keys() - here
        return RepoRule(id=name.upper(), text=texts[name.upper()]) if known else None

    def _unused(self) -> str:
        """An id that no rule ever had, as far as the file and the record know."""
        names = [rule.id for rule in repo_rules.parse(self.text())]
        names += [one.rule for one in self.log.all() if isinstance(one, Decided | Expired) and one.rule]
        names += [rule.id for report in self.reports for rule in report.rules]
        return repo_rules.unused(names)


def _readable(rounds: Iterable[RoundFolder]) -> Iterator[Report]:
    for one in rounds:
        with suppress(UsageError):  # of another version, or damaged: `deepreview list` tells
            yield load(one)


def _scoped(rule: RepoRule, scope: dict[str, object]) -> RepoRule:
    paths, until, pr = scope.get("paths"), scope.get("until"), scope.get("pr")
    if isinstance(paths, tuple):
        rule = replace(rule, paths=paths)
    if isinstance(until, date):
        rule = replace(rule, until=until.isoformat()[:10])
    return replace(rule, pr=pr) if isinstance(pr, int) else rule


def _shown(told: _Memory) -> str:
    waiting = [_note_line(one) for one in told.queue if one.open]
    over = [_note_line(one) for one in told.queue if not one.open]
    parts = [
        ("Waiting", waiting or ["nothing"]),
        ("Rules in the working tree", [_rule_line(use) for use in told.rules] or ["none"]),
        ("Contradictions", list(told.contradictions)),
        ("Decided", over),
    ]
    return "\n".join(
        f"{title}\n" + "".join(f"  {one_line(line)}\n" for line in lines) for title, lines in parts if lines
    )


def _note_line(one: Waiting) -> str:
    said = ", ".join(one.note.reviewers) or f"{len(one.note.evidence)} decisions"
    target = f" {one.note.target}" if one.note.target else ""
    line = f"{one.name} {one.note.verb.value.upper()}{target} {one.note.text} [{said}]"
    if one.note.evidence:
        line += f" since {'; '.join(one.note.evidence[:3])}"
    if not one.decided:
        return line
    after = "" if one.decided.deed is not Deed.REJECT else f": {one.decided.text}"
    rule = f" as {one.decided.rule}" if one.decided.rule else ""
    return f"{line} ({one.decided.deed.value}{rule} by {one.decided.by}{after})"


def _rule_line(use: Use) -> str:
    rule = use.rule
    scope = [f"paths {' '.join(rule.paths)}"] if rule.paths else []
    scope += [f"until {rule.until}"] if rule.until else []
    scope += [f"pull request {rule.pr}"] if rule.pr else []
    last = f", last in {use.last}" if use.last else ""
    unused = ", never needed" if use.unused else ""
    told = f"given to {counted(use.given, 'round')}, cited {counted(use.cited, 'time')}{last}{unused}"
    where_ = f" ({'; '.join(scope)})" if scope else ""
    return f"{rule.id}{where_} {rule.text} [{told}]"
