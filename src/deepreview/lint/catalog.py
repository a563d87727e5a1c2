"""The ten rules, and all of them over one report."""

from dataclasses import dataclass

from deepreview.errors import Exit
from deepreview.lint.appendix import originals
from deepreview.lint.base import Given, Problem, Rule, Unchecked
from deepreview.lint.code import cited, proofs
from deepreview.lint.counts import ids
from deepreview.lint.header import header, verdict
from deepreview.lint.records import coverage, mapped
from deepreview.lint.rounds import accounted, declined

RULES = (
    Rule(number=1, text="what is cited exists at the reviewed commit, and the quote stands there", check=cited),
    Rule(number=2, text="patches apply, reproducers can be run and show no private path", check=proofs),
    Rule(number=3, text="ids are sequential and exist, and the tables count what is there", check=ids),
    Rule(number=4, text="each claim stands once in the map of claims", check=mapped),
    Rule(number=5, text="each file is covered by every reviewer, or the miss is counted", check=coverage),
    Rule(number=6, text="round, order of commits and date are right", check=header),
    Rule(number=7, text="the verdict follows from the findings, or says why not", check=verdict),
    Rule(number=8, text="what was resolved before is accounted for", check=accounted),
    Rule(number=9, text="what was declined is not raised again without a reason", check=declined),
    Rule(number=10, text="the originals are whole, and the page shows all", check=originals),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Linted:
    """What the rules say."""

    problems: tuple[Problem, ...]
    unchecked: tuple[Unchecked, ...]

    @property
    def result(self) -> Exit:
        """Broken, clean, or neither: nothing is known to be broken, and not all was checked."""
        if self.problems:
            return Exit.FINDINGS
        return Exit.NO_VERDICT if self.unchecked else Exit.CLEAN


def lint(given: Given) -> Linted:
    """All rules over one report, in their order."""
    said = [one for rule in RULES for one in rule.check(given)]
    return Linted(
        problems=tuple(one for one in said if isinstance(one, Problem)),
        unchecked=tuple(one for one in said if isinstance(one, Unchecked)),
    )
