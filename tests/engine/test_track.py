"""What reviewers' claims came to in earlier rounds weighs on what they claim now."""

from pathlib import Path

import pytest
from tests.engine.test_earlier import Rounds, said

from deepreview.model.claim import Claim, ClaimId, Severity
from deepreview.model.finding import State
from deepreview.model.report import Report

NAMES = ("lock", "cache", "index", "queue", "socket", "timer", "ledger", "parser")
CODE = {f"src/{name}.py": f"def {name}(value):\n    return value.{name}_{name[::-1]}\n" for name in NAMES}


def claim(reviewer: str, number: int) -> Claim:
    """Its words alone keep it important, if only just."""
    name = NAMES[number]
    return said(
        number,
        f"src/{name}.py",
        f"    return value.{name}_{name[::-1]}",
        id=ClaimId(f"{reviewer}/1/I{number}"),
        reviewer=reviewer,
        family=reviewer,
        title=f"The comment of {name} has to be looked at",
        body=f"The {name} of a {name[::-1]} is meant.",
    )


@pytest.fixture
def rounds(tmp_path: Path) -> Rounds:
    """A first round in which one reviewer says four things, and another three."""
    rounds = Rounds(tmp_path)
    rounds.commit("all of them", CODE)
    rounds.round(*(claim("claude", n) for n in range(4)), *(claim("codex", n) for n in range(4, 7)), silent=())
    return rounds


def answered(rounds: Rounds, claude: State, codex: State) -> Report:
    """The next round, in which both say something new, after all of the first was answered."""
    for finding in rounds.reports[0].findings:
        state = claude if finding.reviewers == ("claude",) else codex
        rounds.say(rounds.reports[0], finding.life, state, reason="It is meant so.")
    rounds.commit("more", {"src/more.py": "x = [1]\n"})
    return rounds.round(claim("claude", 7), silent=("codex",))


def rated(report: Report) -> tuple[Severity, str]:
    (found,) = (finding for finding in report.findings if finding.path == "src/parser.py")
    return found.severity, " ".join(found.reasons)


def test_a_reviewer_whose_claims_were_declined_is_rated_lower_and_told_so(rounds: Rounds) -> None:
    severity, why = rated(answered(rounds, State.DECLINED, State.FIXED))
    assert severity is Severity.SUGGESTION
    assert "0 of 4 important claims of claude were kept as such so far" in why


def test_one_whose_claims_stood_is_not(rounds: Rounds) -> None:
    severity, why = rated(answered(rounds, State.FIXED, State.DECLINED))
    assert severity is Severity.IMPORTANT
    assert "so far" not in why


def test_what_nobody_answered_is_no_record(rounds: Rounds) -> None:
    rounds.commit("more", {"src/more.py": "x = [1]\n"})
    severity, why = rated(rounds.round(claim("claude", 7), silent=("codex",)))
    assert (severity, "so far" in why) == (Severity.IMPORTANT, False)
