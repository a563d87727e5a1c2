"""What somebody says became of findings: read, held against the report that it is about, made into records."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from deepreview.errors import UsageError
from deepreview.model.change import Sha
from deepreview.model.finding import Fingerprint, State
from deepreview.model.published import Resolved
from deepreview.model.report import Report
from deepreview.model.resolution import Resolution

STATES = {
    "fixed": State.FIXED,
    "declined": State.DECLINED,
    "deferred": State.DEFERRED,
    "documented": State.DOCUMENTED,
    "refuted": State.REFUTED,
    "obsolete": State.OBSOLETE,
    "open": State.OPEN,
}
_WANTS = {
    State.DECLINED: "a reason: the next round's reviewers are told it",
    State.REFUTED: "the evidence: what shows that it is not so",
    State.DEFERRED: "a link to where it is followed up",
}
_NAME = re.compile(r"(?:R\d{1,4}-)?[CIS]\d{1,4}|[TD]G\d{1,4}|[0-9a-f]{16}", re.IGNORECASE)
_OWN = re.compile(r"R(?P<round>\d{1,4})-(?P<alias>.+)", re.IGNORECASE)
_LINK = re.compile(r"https?://[^\s/]+(?:/\S*)?", re.IGNORECASE)
_GAPS = re.compile(
    r"(?P<what>test|doc)\w*\s+gaps?\s*#?(?P<first>\d{1,3})(?:\s*[–-]\s*#?(?P<last>\d{1,3}))?", re.IGNORECASE
)
"""What tables call gaps: `Testing Gap #2`, `Documentation Gaps #3–#8`."""
_ACTIONS = (
    (re.compile(r"declin|skip|won.?t ?fix|n/a|not? (?:change|action)", re.IGNORECASE), State.DECLINED),
    (re.compile(r"defer|postpone|later", re.IGNORECASE), State.DEFERRED),
    (re.compile(r"comment|document(?!ation updated)", re.IGNORECASE), State.DOCUMENTED),
    (re.compile(r"refut|false positive|invalid|not a bug", re.IGNORECASE), State.REFUTED),
    (re.compile(r"fix|written|updated|auto-resolved|resolved|applied|done", re.IGNORECASE), State.FIXED),
    (re.compile(r"open|pending|todo", re.IGNORECASE), State.OPEN),
)
"""What tables of published reports call it, the first that is found."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A finding of a report, or one of an earlier round that it tells of."""

    name: str
    life: Fingerprint
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What was said of some findings."""

    names: tuple[str, ...]
    state: State
    text: str
    """A reason, a link, evidence or a commit, by the state."""


def read_answer(words: Sequence[str]) -> Answer:
    """From `I1 S2 declined "out of scope"`; raises UsageError where something is missing."""
    names = []
    rest = list(words)
    while rest and is_name(rest[0]):
        names.append(rest.pop(0))
    known = ", ".join(STATES)
    if not names:
        raise UsageError("no finding is named first", hint="for instance `deepreview resolve I1 fixed`")
    if not rest or rest[0].lower() not in STATES:
        said = f"{rest[0]!r} is no state" if rest else "it is not said what became of it"
        raise UsageError(said, hint=f"one of {known}")
    state, text = STATES[rest[0].lower()], " ".join(rest[1:]).strip()
    if state in _WANTS and not text:
        raise UsageError(
            f"{state.value} needs {_WANTS[state]}", hint=f"`deepreview resolve {names[0]} {state.value} …`"
        )
    if state is State.DEFERRED and not is_link(text):
        raise UsageError(
            f"{text!r} is no link", hint=f"`deepreview resolve {names[0]} deferred https://…`, where it is followed up"
        )
    return Answer(names=tuple(names), state=state, text=text)


def is_name(text: str) -> bool:
    """Whether it can be the name of a finding or of a gap."""
    return _NAME.fullmatch(text) is not None


def round_of(name: str) -> int:
    """The round that a name across rounds tells, as R2-I1 does; 0 for any other."""
    own = _OWN.fullmatch(name)
    return int(own["round"]) if own else 0


def is_link(text: str) -> bool:
    """Whether it is an address on the web, whole."""
    return _LINK.fullmatch(text) is not None


def find(name: str, report: Report) -> Named:
    """The finding that a name means in a report: its alias there, its name across rounds, or its fingerprint."""
    own = _OWN.fullmatch(name)
    alias = own["alias"] if own and int(own["round"]) == report.round else name
    for finding in report.findings:
        if alias.upper() == finding.alias.upper() or name.lower() in {finding.life, finding.fingerprint}:
            return Named(name=finding.alias, life=finding.life, title=finding.title)
    for row in report.previous:
        if name.upper() == row.name.upper() or name.lower() == row.identity:
            return Named(name=row.name, life=row.identity, title=row.title)
    for gap in report.gaps:
        if name.upper() == gap.alias or name.lower() == gap.fingerprint:
            return Named(name=gap.alias, life=gap.fingerprint, title=gap.title)
    known = [*(finding.alias for finding in report.findings), *(row.name for row in report.previous if row.now.open)]
    known += [gap.alias for gap in report.waiting]
    raise UsageError(f"{report.clock.round_id} has no finding {name}", hint=f"it has {', '.join(known) or 'none'}")


def resolution(answer: Answer, named: Named, report: Report, by: str, at: str) -> Resolution:
    """The record of an answer about one finding."""
    link = answer.text if answer.state is State.DEFERRED else ""
    commit = answer.text if answer.state is State.FIXED else ""
    return Resolution(
        fingerprint=named.life,
        state=answer.state,
        by=by,
        at=at,
        reason="" if link or commit else answer.text,
        commit=Sha(commit),
        link=link,
        round=report.clock.round_id,
        proposed=False,
    )


def confirmed(report: Report, names: Iterable[str], by: str, at: str) -> tuple[Resolution, ...]:
    """The proposals of a report as records; all of them where none is named."""
    wanted = {find(name, report).life for name in names}
    found = [row.proposal for row in report.previous if row.proposal and (not wanted or row.identity in wanted)]
    if missing := wanted - {one.fingerprint for one in found}:
        names_ = ", ".join(row.name for row in report.previous if row.identity in missing) or "what was named"
        raise UsageError(f"nothing is proposed about {names_}", hint="say it: `deepreview resolve R1-I1 fixed`")
    return tuple(
        Resolution(
            fingerprint=one.fingerprint,
            state=one.state,
            by=by,
            at=at,
            reason=f"{one.reason.removesuffix('.')} ({one.by})",
            commit=one.commit,
            link=one.link,
            round=one.round,
            proposed=False,
        )
        for one in found
    )


def from_table(rows: Sequence[Resolved], report: Report) -> tuple[tuple[tuple[Answer, Named], ...], tuple[str, ...]]:
    """The answers in a published report's table, and which of its rows say nothing of a finding of this report."""
    taken, left = [], []
    aliases = {finding.alias: finding for finding in report.findings}
    for row in rows:
        finding = aliases.get(row.ref) or next((one for one in report.findings if _same(one.title, row.title)), None)
        state = next((state for pattern, state in _ACTIONS if pattern.search(row.action)), None)
        if state and (found := _gaps(row, report)):
            text = row.reason or ("as the report's table says" if state in _WANTS else "")
            taken += [(Answer(names=(one.name,), state=state, text=text), one) for one in found]
            continue
        if finding is None or state is None or (row.ref in aliases and not _fits(finding.title, row.title)):
            left.append(f"{row.ref}: {row.title}" if row.ref else row.title)
            continue
        text = row.reason or ("as the report's table says" if state in _WANTS else "")
        named = Named(name=finding.alias, life=finding.life, title=finding.title)
        taken.append((Answer(names=(finding.alias,), state=state, text=text), named))
    return tuple(taken), tuple(left)


def _gaps(row: Resolved, report: Report) -> tuple[Named, ...]:
    """The gaps of a report that a row means; none where it means none, or its title is another's."""
    found = _GAPS.match(row.ref or row.title)
    if not found:
        return ()
    letter, first = ("TG" if found["what"].lower() == "test" else "DG"), int(found["first"])
    wanted = {f"{letter}{number}" for number in range(first, int(found["last"] or first) + 1)}
    title = row.title.removeprefix(found[0]).lstrip(" :—–")
    one = not found["last"]
    return tuple(
        Named(name=gap.alias, life=gap.fingerprint, title=gap.title)
        for gap in report.gaps
        if gap.alias in wanted and not (one and not _fits(gap.title, title))
    )


def _same(one: str, other: str) -> bool:
    return _bare(one) == _bare(other) != ""


def _fits(title: str, told: str) -> bool:
    """Whether a row's title is the finding's, as far as it goes: tables shorten them."""
    one, other = _bare(title), _bare(told)
    return not other or one.startswith(other[:40]) or other.startswith(one[:40])


def _bare(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "", text.lower())
