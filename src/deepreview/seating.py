"""Agents in the settings become reviewers here, with the terms on which they are taken in and what they lack."""

import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path

from deepreview.agents.api.agent import missing_libraries
from deepreview.agents.base import Agent, Spec, Wire
from deepreview.agents.catalog import COMMAND_LINES, agent_of, named
from deepreview.broker.base import Budgets, Credential
from deepreview.broker.broker import EXTRA, missing_modules
from deepreview.broker.credentials import credentials
from deepreview.broker.estimate import Estimate, Work, estimate, estimate_lead
from deepreview.broker.prices import Prices
from deepreview.catalog import choose, nearest
from deepreview.config.schema import Settings
from deepreview.context.brief import Brief
from deepreview.context.papers import laid_out
from deepreview.engine.host import Hospitality
from deepreview.engine.lead import LEAD, lead_task
from deepreview.engine.retry import next_wait
from deepreview.errors import ConfigError, UsageError
from deepreview.guests.appetite import Allowance
from deepreview.guests.guest import Account
from deepreview.guests.isolation import Isolation, best
from deepreview.model.budget import Price
from deepreview.model.family import word
from deepreview.outward import outward
from deepreview.reviewers.agent.prompt import task
from deepreview.reviewers.agent.reviewer import AgentReviewer
from deepreview.reviewers.base import Reviewer
from deepreview.reviewers.steering.reviewer import SteeringReviewer

USUAL_SECONDS = 120
AGENT_SECONDS = 1_800
AGENT_NAMES = tuple(COMMAND_LINES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """The agents that the settings name."""

    seats: Mapping[str, AgentReviewer]
    """By the name in the settings."""
    reserve: tuple[AgentReviewer, ...]
    lead: Agent | None

    @property
    def all(self) -> tuple[AgentReviewer, ...]:
        """Those that review, and those that may."""
        return (*self.seats.values(), *self.reserve)

    @property
    def seated(self) -> tuple[Reviewer, ...]:
        """Those that review, behind the one that tells what the change does to agents."""
        return (SteeringReviewer(), *self.seats.values()) if self.seats else ()


def agents(settings: Settings, environ: Mapping[str, str]) -> Party:
    """The agents among the reviewers, in reserve and in the lead; raises UsageError for one that cannot be called."""
    taken: set[str] = set()
    named_ = [(name, spec) for name in dict.fromkeys(settings.reviewers) if (spec := named(name))]
    seats = {name: _agent_reviewer(spec, settings, environ, taken) for name, spec in named_}
    reserve = tuple(
        _agent_reviewer(_agent_spec(name, "reserve"), settings, environ, taken) for name in settings.reserve
    )
    lead = called(_agent_spec(settings.lead, "lead"), settings) if settings.lead else None
    return Party(seats=seats, reserve=reserve, lead=lead)


def called(spec: Spec, settings: Settings) -> Agent:
    """The agent of a name, with the endpoints and command lines of the settings; raises UsageError."""
    endpoints = {endpoint.name: endpoint.wire for endpoint in settings.endpoints}
    return agent_of(spec, endpoints, {command.name: command.argv for command in settings.agents})


def _agent_spec(name: str, setting: str) -> Spec:
    spec = named(name)
    if spec is None:
        raise UsageError(f"{setting}: no agent is called {name!r}", hint=nearest(name, AGENT_NAMES))
    return spec


def _agent_reviewer(spec: Spec, settings: Settings, environ: Mapping[str, str], taken: set[str]) -> AgentReviewer:
    own = spec if not spec.model.startswith(f"{spec.agent}-") else replace(spec, agent=spec.model, model="")
    name = fresh = word(re.sub(r"[:/@]", "-", str(own)))
    numbers = count(2)
    while fresh in taken:
        fresh = f"{name}-{next(numbers)}"
    taken.add(fresh)
    agent = called(spec, settings)
    return AgentReviewer(
        agent=agent,
        name=fresh,
        passes=settings.passes,
        seconds=float(settings.timeout or AGENT_SECONDS),
        again=next_wait,
        lacks=lacks(agent, settings, environ),
    )


def hospitality(settings: Settings, environ: Mapping[str, str], ledger: Path) -> Hospitality:
    """On what terms agents are taken in; raises ConfigError for a sign-in or an isolation that is not to be had."""
    best_here = best(environ)
    wanted = best_here if settings.isolation == "auto" else Isolation(settings.isolation)
    if list(Isolation).index(wanted) < list(Isolation).index(best_here):
        raise ConfigError(
            f"isolation by {wanted.value} does not work here, only {best_here.value}",
            hint="install bubblewrap, or set isolation to auto",
        )
    return Hospitality(
        isolation=wanted,
        credentials=credentials(environ, settings.endpoints),
        accounts={name: _account(name, environ) for name in settings.subscriptions},
        budgets=Budgets(run=settings.budget, reviewer=settings.budget_reviewer, month=settings.budget_month),
        prices=settings.prices,
        ledger=ledger,
        outward=outward(environ),
        allowance=Allowance(memory=settings.guest_memory, processes=settings.guest_processes, disk=settings.guest_disk),
    )


def _account(name: str, environ: Mapping[str, str]) -> Account:
    """An agent's own sign-in; raises ConfigError where there is none."""
    (name,) = choose("agent", [name], AGENT_NAMES)
    at = COMMAND_LINES[name].sign_in
    file = Path(environ.get("HOME", "")) / at
    if not file.is_file():
        raise ConfigError(f"subscriptions: {name} is not signed in, {file} is missing", hint=f"sign in with `{name}`")
    return Account(file=file, at=at)


def lacks(agent: Agent, settings: Settings, environ: Mapping[str, str]) -> tuple[str, ...]:
    """What this machine lacks for an agent, each with how to add it."""
    spec, told = agent.spec, []
    if agent.program and shutil.which(agent.program, path=environ.get("PATH", "")) is None:
        known = COMMAND_LINES.get(spec.agent)
        told.append(f"{agent.program} is not installed; {known.install if known else 'put its program on your path'}")
    if absent := missing_modules():
        told.append(f"{absent[0]} is missing; {EXTRA}")
    if spec.agent == "api" and (libraries := missing_libraries()):
        told.append(libraries)
    if spec.agent not in settings.subscriptions and not reached(agent, settings, environ):
        variables = " or ".join(dict.fromkeys(_VARIABLES[wire] for wire in agent.wires))
        missing = f"the key of the endpoint {spec.endpoint}" if spec.endpoint else variables
        signed_in = spec.agent in COMMAND_LINES and (Path(environ.get("HOME", "")) / COMMAND_LINES[spec.agent].sign_in)
        own = f', or use its own sign-in: subscriptions = ["{spec.agent}"]' if signed_in and signed_in.is_file() else ""
        told.append(f"there is no key for {spec}; set {missing}{own}")
    return tuple(told)


_VARIABLES = {
    Wire.ANTHROPIC: "ANTHROPIC_API_KEY",
    Wire.RESPONSES: "OPENAI_API_KEY",
    Wire.CHAT: "OPENAI_API_KEY",
    Wire.GEMINI: "GEMINI_API_KEY",
}


def reached(agent: Agent, settings: Settings, environ: Mapping[str, str]) -> Credential | None:
    """The key by which an agent reaches its model; None where there is none."""
    found = [one for one in credentials(environ, settings.endpoints) if one.name == agent.spec.endpoint]
    return next((one for wire in agent.wires for one in found if one.wire is wire), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """What is to be expected of one agent."""

    reviewer: str
    agent: str
    lacks: tuple[str, ...]
    estimate: Estimate


def outlooks(party: Party, settings: Settings, environ: Mapping[str, str], brief: Brief) -> tuple[Outlook, ...]:
    """What each agent may use and cost for this change, all its passes together; nobody is asked."""
    papers = laid_out(brief)
    diff = sum(len(text) for text in papers.files.values())
    found = []
    for one in party.all:
        spec = one.agent.spec
        prompt = task(papers, one.agent.family, earlier=bool(brief.earlier))
        work = Work(model=_model(spec), prompt=len(prompt), diff=diff)
        guess = times(estimate(work, _price(one.agent, settings, environ)), settings.passes)
        found.append(Outlook(reviewer=one.name, agent=str(spec), lacks=one.lacks, estimate=guess))
    return tuple(found)


def lead_outlook(lead: Agent, settings: Settings, environ: Mapping[str, str]) -> Outlook:
    """The same of a lead."""
    work = Work(model=_model(lead.spec), prompt=len(lead_task()), diff=0)
    guess = estimate_lead(work, _price(lead, settings, environ))
    return Outlook(reviewer=LEAD, agent=str(lead.spec), lacks=lacks(lead, settings, environ), estimate=guess)


def _model(spec: Spec) -> str:
    return spec.model or f"the default of {spec.agent}"


def _price(agent: Agent, settings: Settings, environ: Mapping[str, str]) -> Price | None:
    credential = reached(agent, settings, environ)
    return Prices(settings.prices).listed(credential, agent.spec.model) if credential and agent.spec.model else None


def times(guess: Estimate, passes: int) -> Estimate:
    """The same for several passes."""
    least, most = guess.tokens
    usd = (guess.usd[0] * passes, guess.usd[1] * passes) if guess.usd else None
    return Estimate(tokens=(least * passes, most * passes), usd=usd, basis=guess.basis)


def installed(settings: Settings, environ: Mapping[str, str]) -> tuple[str, ...]:
    """The known agents of which nothing is missing on this machine."""
    known = (agent_of(Spec(agent=name)) for name in COMMAND_LINES)
    return tuple(agent.spec.agent for agent in known if not lacks(agent, settings, environ))
