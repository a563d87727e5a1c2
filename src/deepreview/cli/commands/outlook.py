"""What a review with agents would take, said before anybody is asked."""

from collections.abc import Iterable, Iterator

from deepreview import seating, wiring
from deepreview.broker.estimate import Estimate
from deepreview.cli.context import now
from deepreview.config.schema import Settings
from deepreview.engine.fanout import Seats
from deepreview.errors import Exit
from deepreview.git.target import Pin, Place
from deepreview.guests.isolation import label
from deepreview.render.activity import tokens
from deepreview.reviewers.base import Reviewer
from deepreview.seating import Outlook


def outlooks(settings: Settings, pinned: Pin, place: Place) -> tuple[Outlook, ...]:
    """One for each agent of the settings; the change is read only where agents review it."""
    party = seating.agents(settings, place.environ)
    found: tuple[Outlook, ...] = ()
    if party.all:
        brief = wiring.brief(pinned, settings, place.environ, now().date())
        found = seating.outlooks(party, settings, place.environ, brief)
    return (*found, seating.lead_outlook(party.lead, settings, place.environ)) if party.lead else found


def lines(found: Iterable[Outlook]) -> Iterator[str]:
    """A line for each agent, and one for each thing that it lacks."""
    for one in found:
        yield f"{one.reviewer} ({one.agent}): {guess(one.estimate)}"
        yield from (f"{one.reviewer} cannot run: {lack}" for lack in one.lacks)


def guess(estimate: Estimate) -> str:
    """`about 60k to 900k tokens, $0.30 to $4.20; estimated from …`."""
    least, most = estimate.tokens
    usd = f", ${estimate.usd[0]:.2f} to ${estimate.usd[1]:.2f}" if estimate.usd else ""
    return f"about {tokens(least)} to {tokens(most)} tokens{usd}; {estimate.basis}"


def dry_run(settings: Settings, pinned: Pin, place: Place) -> tuple[str, Exit]:
    """What would happen, in lines, and the exit code: that of a round without a reviewer where none can run here."""
    found = outlooks(settings, pinned, place)
    crew = wiring.crew(settings, place.environ)
    told = [
        f"change: {pinned.how}",
        f"reviewers: {', '.join(reviewer.name for reviewer in crew.seats.reviewers)}",
        *([f"reserve: {', '.join(reviewer.name for reviewer in crew.seats.reserve)}"] if crew.seats.reserve else []),
        *([f"lead: {crew.lead.spec}"] if crew.lead else []),
        *lines(found),
    ]
    if crew.terms:
        budgets = (("run", settings.budget), ("reviewer", settings.budget_reviewer), ("month", settings.budget_month))
        set_ = [f"{amount} per {what}" for what, amount in budgets if str(amount)]
        told.append(f"kept apart by: {label(crew.terms.isolation, account=bool(crew.terms.accounts))}")
        told.append(f"budget: {'; '.join(set_) or 'none; set one with --budget 5usd'}")
    unable = [one.name for one in (*crew.seats.reviewers, *crew.seats.reserve) if _cannot(one, crew.seats)]
    if unable:
        told.append(f"cannot run here: {', '.join(unable)}")
    if nobody := not _anybody(crew.seats):
        told.append("no reviewer can run here: the review would end without a verdict")
    return "\n".join([*told, "Nobody was asked."]) + "\n", Exit.NO_VERDICT if nobody else Exit.CLEAN


def _cannot(reviewer: Reviewer, seats: Seats) -> bool:
    """Whether it is an agent that lacks something; other reviewers do without what they miss."""
    agents = {*seats.replaceable, *(one.name for one in seats.reserve)}
    return reviewer.name in agents and bool(reviewer.missing())


def _anybody(seats: Seats) -> bool:
    asked = (one for one in seats.reviewers if one.name not in seats.unasked)
    return any(not _cannot(one, seats) for one in (*asked, *seats.reserve))


def could_join(settings: Settings, place: Place) -> str:
    """A sentence that names agents which could review here and were not asked to; empty where there are none."""
    if seating.agents(settings, place.environ).all:
        return ""
    ready = seating.installed(settings, place.environ)
    if not ready:
        return ""
    names = ",".join(ready)
    return f"Ready here: {', '.join(ready)}. `--with {names}` asks them, too; with --dry-run, only what it may cost."
