"""A model that leads: asked once about the settled slate, its answer held against the rules.

Its answer is data in a schema. Where there is none, or it does not fit after one more question, the rules' own result
stands and the report says so.
"""

import re
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from functools import cache
from importlib import resources

from pydantic import TypeAdapter

from deepreview.agents.base import Agent, Question
from deepreview.consolidate.base import Slate
from deepreview.consolidate.lead import Holds, Led, led
from deepreview.context.quoted import listed, mark_of, quoted
from deepreview.engine.desk import Repository
from deepreview.engine.fanout import Room, talks
from deepreview.engine.session import Sessions
from deepreview.model.agent import Answered, Attempt, Broke, Failure
from deepreview.model.change import Change, RepoPath, Side
from deepreview.model.claim import Observation, Section
from deepreview.model.finding import Finding, Location
from deepreview.model.lead import Lead, Proposal
from deepreview.model.life import Previous
from deepreview.model.verdict import Verdict, VerdictValue
from deepreview.report.build import Records, derived
from deepreview.report.cited import Lines
from deepreview.reviewers.agent.transcript import Transcript, record_of
from deepreview.wire import from_json, strict_schema

_PROPOSAL: TypeAdapter[Proposal] = TypeAdapter(Proposal)
_LONGEST_BODY = 3_000
_LONGEST_CODE = 60
"""Lines shown of each finding, its own and those around."""
_AROUND = 12
_MOST = 400_000
"""Characters of all findings together: more than that no model weighs."""
_MOST_EARLIER = 200
_SLOT = re.compile(r"\{\{mark\}\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What a lead is asked about."""

    change: Change
    slate: Slate
    observations: tuple[Observation, ...]
    alone: Verdict
    """By the rules alone."""
    lines: Lines
    holds: Holds
    previous: tuple[Previous, ...] = ()
    """What became of findings of earlier rounds."""


@dataclass(eq=False, kw_only=True)
class _Talk:
    """All turns of one lead, as one record."""

    agent: Agent
    sessions: Sessions
    turns: list[Transcript] = field(default_factory=list)
    began: float = field(default_factory=time.monotonic)

    async def ask(self, question: Question) -> Answered | Broke:
        turn = Transcript()
        self.turns.append(turn)
        async with aclosing(self.sessions.ask(self.agent, question, 1)) as events:
            async for event in events:
                turn.take(event)
        return turn.end or Broke(failure=Failure.ERROR, message="it ended without an answer")


LEAD = "lead"
"""Under this name a lead's talks, requests and money are kept, beside those of the reviewers."""


async def led_records(agent: Agent, records: Records, room: Room) -> Records:
    """The records as a lead leaves them; as they were, where there is nothing to lead."""
    if not records.slate.findings or room.house is None:
        return records
    repository = room.repository
    case = Case(
        change=records.change,
        slate=records.slate,
        observations=records.observations,
        previous=records.previous,
        alone=derived(records),
        lines=repository.lines,
        holds=_holding(repository),
    )
    async with talks(LEAD, room) as sessions:
        assert sessions is not None
        slate, lead = await lead_by(agent, sessions, case)
    isolation = room.house.stay(LEAD).isolation
    return replace(records, slate=slate, lead=replace(lead, record=replace(lead.record, isolation=isolation)))


def _holding(repository: Repository) -> Holds:
    """Looks quoted code up at head and base, white space aside."""

    def holds(path: str, quote: str) -> bool:
        wanted = "".join(quote.split())
        trees = [side for side in Side if RepoPath(path) in repository.tree(side).entries()]
        return any(wanted in "".join("".join(repository.lines(RepoPath(path), side)).split()) for side in trees)

    return holds


async def lead_by(agent: Agent, sessions: Sessions, case: Case) -> tuple[Slate, Lead]:
    """The slate as the lead leaves it, and what it did; the slate as it was where its answer cannot be used."""
    talk = _Talk(agent=agent, sessions=sessions)
    found = await _proposal(talk, case)
    if isinstance(found, Broke):
        return case.slate, _lead(talk, case, found, None)
    ruled = led(case.slate, found, case.holds)
    return ruled.slate, _lead(talk, case, found, ruled)


async def _proposal(talk: _Talk, case: Case) -> Proposal | Broke:
    """Its answer in the schema, after one more question where the first does not fit."""
    schema = proposal_schema()
    whole = prompt(case)
    first = await talk.ask(Question(prompt=whole, schema=schema, tools=False))
    if isinstance(first, Broke):
        return first
    read = _read(first)
    if isinstance(read, Proposal):
        return read
    again = f"Your answer does not fit the schema: {read}. Answer again, with JSON that fits it and nothing else.\n"
    session = talk.turns[-1].session
    anew = f"{whole}\n{again}"
    mended = again if session else anew
    second = await talk.ask(Question(prompt=mended, schema=schema, resume=session, anew=anew, tools=False))
    if isinstance(second, Broke):
        return second
    read = _read(second)
    return read if isinstance(read, Proposal) else Broke(failure=Failure.MALFORMED, message=read)


def _read(answer: Answered) -> Proposal | str:
    """The proposal, or why there is none in it."""
    try:
        return from_json(_PROPOSAL, answer.data or answer.text)
    except ValueError as error:
        told = str(error).splitlines()
        return " ".join(part.strip() for part in told[:3])[:300]


def _lead(talk: _Talk, case: Case, found: Proposal | Broke, ruled: Led | None) -> Lead:
    broke = found if isinstance(found, Broke) else None
    proposal = found if isinstance(found, Proposal) else None
    spec = str(talk.agent.spec)
    attempts = (
        Attempt(
            agent=spec,
            failure=turn.end.failure if isinstance(turn.end, Broke) else None,
            message=turn.end.message if isinstance(turn.end, Broke) else "",
            seconds=round(turn.seconds, 3),
            usage=turn.usage,
        )
        for turn in talk.turns
    )
    return Lead(
        agent=spec,
        failure=broke.failure if broke else None,
        message=broke.message if broke else "",
        summary=ruled.summary if ruled else "",
        verdict=VerdictValue(proposal.verdict) if proposal else case.alone.value,
        verdict_reason=" ".join(proposal.verdict_reason.split()) if proposal else "",
        rulings=ruled.rulings if ruled else (),
        alone=ruled.alone if ruled else (),
        alone_verdict=case.alone,
        record=replace(record_of(talk.turns, attempts, talk.began, ()), agent=spec),
    )


@cache
def proposal_schema() -> str:
    """The JSON schema of an answer, in the strict form that every service takes."""
    return strict_schema(_PROPOSAL)


def lead_task() -> str:
    """What every lead is told, before the findings."""
    return (resources.files("deepreview.engine") / "prompts" / "lead.md").read_text(encoding="utf-8")


def prompt(case: Case) -> str:
    """The whole question; all that others wrote stands in it as data."""
    findings = [(finding.alias, _told(finding, case)) for finding in case.slate.findings]
    remarks = list(_remarks(case.observations))
    earlier = [_before(row) for row in case.previous[-_MOST_EARLIER:]]
    mark = mark_of([*(text for _, text in findings), *remarks, *earlier, case.change.title])
    parts = [_SLOT.sub(mark, lead_task()), quoted(mark, "the change", _change(case))]
    if remarks:
        parts.append(listed(mark, "what reviewers say of the whole", remarks))
    if earlier:
        parts.append(listed(mark, "findings of earlier rounds", earlier))
    size = 0
    for alias, text in findings:
        size += len(text)
        parts.append(quoted(mark, f"finding {alias}", text if size <= _MOST else text[:_LONGEST_BODY]))
    return "\n\n".join(parts) + "\n"


def _change(case: Case) -> str:
    change = case.change
    size = f"{len(change.patches)} files, +{change.added} -{change.removed}"
    return f"{change.title or change.slug}\n{size}\nBy the rules alone: {case.alone.value.value}. {case.alone.reason}"


def _remarks(observations: Iterable[Observation]) -> Iterator[str]:
    for one in observations:
        if one.section is Section.SUMMARY:
            yield f"{one.reviewer}: {one.text}"


def _told(finding: Finding, case: Case) -> str:
    """One finding with all that is known of it."""
    origin = f"{finding.origin.kind.value}: {finding.origin.reason}"
    places = ", ".join(_spot(place) for place in finding.locations) or "in no file"
    said = [
        f"{finding.alias} ({finding.severity.value}, {finding.defect.value}) {finding.title}",
        f"where: {places}",
        f"origin: {origin}",
        f"proof: {finding.proof.value}",
        f"said by: {', '.join(_voices(finding, case.slate))}",
        *_standing(finding),
        *(f"check {seen.check}, {seen.outcome.value}: {seen.summary}" for seen in finding.evidence),
        *(f"rules: {reason}" for reason in finding.reasons),
        finding.body[:_LONGEST_BODY],
        *([f"fix: {finding.fix[:_LONGEST_BODY]}"] if finding.fix else []),
        *([f"ran: {finding.repro[:_LONGEST_BODY]}"] if finding.repro else []),
    ]
    if finding.main:
        said += [f"code of {finding.main.path} at {finding.main.side.value}:", *_code(finding.main, case)]
    return "\n".join(said)


def _standing(finding: Finding) -> Iterator[str]:
    """How it stands to earlier rounds; nothing for what is plainly new."""
    since = f" since round {finding.since.round}" if finding.since else ""
    if since or finding.because or finding.held:
        more = " ".join(filter(None, (finding.because, finding.held)))
        yield f"earlier rounds: {finding.standing.value}{since}. {more}".rstrip()


def _before(row: Previous) -> str:
    """One finding of earlier rounds: what was said of it, and what this round shows."""
    said = f", said to be {row.said.value}{f': {row.reason}' if row.reason else ''}" if row.said.value != "open" else ""
    now = f"{row.now.value} as {row.alias}" if row.alias else row.now.value
    place = f" at {row.path}" if row.path else ""
    return f"{row.name} ({row.severity.value}{said}){place}: {row.title}. Now {now}. {' '.join(row.evidence)}".rstrip()


def _spot(place: Location) -> str:
    return f"{place.path}:{place.first}-{place.last}" if place.first else place.path


def _voices(finding: Finding, slate: Slate) -> Iterator[str]:
    for claim in slate.claims_of(finding):
        yield f"{claim.reviewer} ({claim.family}, as {claim.severity.value})"


def _code(place: Location, case: Case) -> Sequence[str]:
    lines = case.lines(place.path, place.side)
    first = max(1, place.first - _AROUND)
    last = min(len(lines), max(place.last, place.first) + _AROUND, first + _LONGEST_CODE)
    return [f"{number:>5}  {lines[number - 1]}" for number in range(first, last + 1)]
