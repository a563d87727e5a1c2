"""A plan is carried out; what the forge refuses at its lines goes into the next plan."""

from collections.abc import Callable
from dataclasses import dataclass

from deepreview.errors import MachineError, UsageError
from deepreview.forge.base import Action, Forge, OpenThread, Resolve, SetCheck, WriteSummary
from deepreview.model.report import Report
from deepreview.publish.plan import LIMITS, Limits, Plan, make_plan, refuse_moved

_TURNS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Publisher:
    """Publishes one report on one pull request."""

    forge: Forge
    report: Report
    number: int
    limits: Limits = LIMITS

    def plan(self, refused: tuple[str, ...] = ()) -> Plan:
        """What is to be done now."""
        return make_plan(self.report, self.forge.pull(self.number), refused, self.limits)

    def apply(self, wanted: str = "", told: Callable[[Action], None] = lambda _: None) -> int:
        """Do what is to be done; how many actions that were.

        With `wanted`, only if it is exactly the plan of that hash. Raises UsageError when the head has moved.
        """
        done, refused = 0, tuple[str, ...]()
        for _ in range(_TURNS):
            pull = self.forge.pull(self.number)
            plan = make_plan(self.report, pull, refused, self.limits)
            if wanted and plan.hash != wanted:
                raise UsageError(
                    f"the plan is {plan.hash} now and not {wanted}: the discussion or the report has changed",
                    hint="look at it again with --dry-run",
                )
            wanted = ""
            if not plan.actions:
                return done
            refuse_moved(self.report, self.number, self.forge.head(self.number))
            threads = [action for action in plan.actions if isinstance(action, OpenThread)]
            lost = self.forge.open_threads(pull, threads)
            for thread in threads:
                if thread not in lost:
                    told(thread)
                    done += 1
            if lost:
                refused += tuple(thread.fingerprint for thread in lost)
                continue
            for action in plan.actions:
                if not isinstance(action, OpenThread):
                    self.forge.perform(pull, action)
                    told(action)
                    done += 1
            return done
        raise MachineError("GitHub keeps refusing lines of this diff", hint="publish again")


def described(action: Action) -> str:
    """One line for people."""
    match action:
        case OpenThread():
            lines = f"{action.first}-{action.last}" if action.first < action.last else str(action.last)
            return f"open a thread at {action.path}:{lines} for {action.fingerprint}"
        case Resolve(settled=True):
            return f"resolve the thread of {action.fingerprint}: it is gone"
        case Resolve():
            return f"reopen the thread of {action.fingerprint}: it is back"
        case WriteSummary():
            return "update the summary" if action.comment else "write the summary"
        case SetCheck():
            return f"set the check to {action.conclusion.value}: {action.title}"
