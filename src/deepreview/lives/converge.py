"""The rising bar and the end of the rounds: what counts in this one, and whether another is worth it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from deepreview.lives.attach import SHOWN, Past, stood
from deepreview.model.change import Sha
from deepreview.model.claim import Severity
from deepreview.model.finding import Finding, Standing
from deepreview.model.life import Convergence, Previous
from deepreview.model.report import Report

_FRESH = frozenset({Standing.NEW, Standing.CAUSED, Standing.OVERLOOKED})
_FIRST = "Nothing critical or important is open after the first round."
"""One round alone does not show that rounds converge."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """When the bar rises, and when rounds end."""

    bar_round: int = 3
    """The first round with the higher bar; 0 for none."""
    bar: Severity = Severity.IMPORTANT
    """The lightest new finding that counts from then on."""
    dry_rounds: int = 2
    """So many rounds in a row without anything new that counts end the rounds; 0 for never."""

    def raised(self, number: int) -> bool:
        """Whether the bar is up in that round."""
        return 0 < self.bar_round <= number


def held(findings: Sequence[Finding], past: Past, policy: Policy, number: int) -> tuple[Finding, ...]:
    """The findings, those below the bar told to wait; what is critical or was there before never waits for it."""
    if not past.rounds or not policy.raised(number):
        return tuple(findings)
    waiting = {life.identity: life.finding.held for life in past.lives}
    return tuple(replace(one, held=_why(one, waiting.get(one.life, ""), past, policy)) for one in findings)


def _why(finding: Finding, before: str, past: Past, policy: Policy) -> str:
    if finding.severity is Severity.CRITICAL or finding.standing is Standing.REGRESSED:
        return ""
    if finding.standing is Standing.CARRIED:
        return before if finding.severity.weight < policy.bar.weight or _untouched(finding, past) else ""
    if finding.severity.weight < policy.bar.weight:
        return f"From round {policy.bar_round} on, only what is {policy.bar.value} or heavier counts at once."
    if finding.standing is not Standing.CAUSED and _untouched(finding, past):
        last = past.rounds[-1].round
        return f"From round {policy.bar_round} on, only code that changed since the last round ({last}) counts at once."
    return ""


def _untouched(finding: Finding, past: Past) -> bool:
    return stood(finding, past, past.rounds[-1])


def convergence(
    findings: Sequence[Finding], rows: Sequence[Previous], past: Past, policy: Policy, number: int
) -> Convergence:
    """Whether the rounds of this target may end here."""
    new = [one for one in findings if one.counts and one.standing in _FRESH]
    dry = 0 if new else _dry(past.rounds, past.head)
    heavy = [one.alias for one in findings if one.counts and one.severity is not Severity.SUGGESTION]
    left = [row.name for row in rows if row.waits and row.severity is not Severity.SUGGESTION]
    back = [one.alias for one in findings if one.standing is Standing.REGRESSED and one.counts]
    converged, reason = _judged(heavy, left, back, dry if policy.dry_rounds else -1, policy.dry_rounds)
    if not past.rounds:
        converged, reason = False, reason if heavy else _FIRST
    return Convergence(
        rule=_rule(policy),
        bar=_bar(policy, number),
        held=sum(bool(one.held) for one in findings),
        dry=dry,
        converged=converged,
        reason=reason,
    )


def _judged(heavy: list[str], left: list[str], back: list[str], dry: int, enough: int) -> tuple[bool, str]:
    if back:
        return False, f"A fix does not hold: {', '.join(back)}."
    if not heavy and not left:
        return True, "Nothing critical or important is open, and all fixes hold."
    if dry >= enough > 0:
        return True, f"{dry} rounds in a row raised nothing new that counts; {', '.join((*heavy, *left))} still open."
    return False, f"Open and more than a suggestion: {', '.join((*heavy, *left))}."


def _dry(rounds: Sequence[Report], head: Sha) -> int:
    """States at the end, this one included, without anything new that counts; that of the first round is never one."""
    dry = {head}
    for report in reversed(rounds[1:]):
        if any(one.counts and one.standing in _FRESH for one in report.findings):
            break
        dry.add(report.subject.head)
    return len(dry - {report.subject.head for report in rounds[:1]})


def _rule(policy: Policy) -> str:
    dry = f", or after {policy.dry_rounds} rounds in a row that raise nothing new that counts"
    return (
        f"Rounds end when nothing critical or important is open and all fixes hold{dry if policy.dry_rounds else ''}."
    )


def _bar(policy: Policy, number: int) -> str:
    if not policy.bar_round:
        return "Everything counts in every round."
    if not policy.raised(number):
        return f"Everything counts; from round {policy.bar_round} on, {_raised(policy)}."
    return f"Since round {policy.bar_round}, {_raised(policy)}."


def _raised(policy: Policy) -> str:
    return (
        f"a new finding counts at once only where it is {policy.bar.value} or heavier and in code that changed since "
        "the round before; what is critical always does, and the rest waits"
    )


def line_of(report: Report) -> tuple[str, ...]:
    """A round in the table of all: what was new, carried, there again; what waits, what was settled, what is open."""
    standings = Counter(finding.standing for finding in report.findings)
    opened = Counter(finding.severity for finding in report.findings if finding.counts)
    opened.update(row.severity for row in report.previous if row.waits)
    settled = sum(not row.now.open for row in report.previous)
    new = sum(standings[standing] for standing in _FRESH)
    counts = (
        new,
        standings[Standing.CARRIED],
        standings[Standing.REGRESSED],
        sum(bool(finding.held) for finding in report.findings),
        settled,
    )
    weights = [str(opened[severity]) for severity in Severity]
    return (str(report.round), report.subject.head[:SHOWN], *map(str, counts), *weights)
