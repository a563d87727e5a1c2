"""Forty rounds by script: whatever happens to the code, every state is right, and no finding is lost or doubled."""

import random
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.engine.test_earlier import Rounds, ruled, said

from deepreview.lives.fold import lives
from deepreview.model.claim import Claim
from deepreview.model.finding import State
from deepreview.model.life import Now
from deepreview.model.report import Report

ROUNDS = 40
WORDS = {
    "cache": (
        ("A row without a value makes the sum fail", "`row.value` is None for rows never read; adding it to `total`"),
        ("The sum fails for a row without value", "Adding `row.value` to `total` raises when the value is None"),
    ),
    "store": (
        ("An interrupted save leaves half of the file", "`write_text` truncates the target before it writes"),
        ("Half of the file is left when saving is interrupted", "The target is truncated first by `write_text`"),
    ),
    "names": (("The comment names `read_gauge`, which is gone", "`read_gauge` was removed"),) * 2,
}
BROKEN = {
    "cache": "        total += row.value",
    "store": "    target.write_text(render(rows))",
    "names": "    # as `read_gauge` does",
}
MENDED = {
    "cache": "        total += row.value or 0",
    "store": "    replace_whole(target, render(rows))",
    "names": "    # as `poll_gauge` does",
}
BODY = {
    "cache": "def load_rows(rows):\n    total = 0\n    for row in rows:\n{}\n    return total\n",
    "store": "def save_rows(rows, target):\n    check(rows)\n{}\n    return target\n",
    "names": "def warm_boiler(rows):\n    start(rows)\n{}\n    finish(rows)\n",
}
HOLDER = {"cache": "load_rows", "store": "save_rows", "names": "warm_boiler"}


@dataclass
class Defect:
    """What the script did to one defect, and so what has to be said of it."""

    name: str
    path: str
    broken: bool = True
    above: int = 0
    raised: bool = False
    state: State = State.OPEN
    gone: bool = False
    told: State | None = None
    """The state with which it was told to be gone or fixed."""
    called: bool = False
    """Somebody new calls what holds it, since it was declined."""

    @property
    def text(self) -> str:
        line = BROKEN[self.name] if self.broken else MENDED[self.name]
        return "# more\n\n" * self.above + BODY[self.name].format(line)

    def claim(self, wording: int) -> Claim:
        title, body = WORDS[self.name][wording]
        if self.name == "names":
            return ruled(1, self.path, BROKEN[self.name], title=title, body=body)
        return said(list(WORDS).index(self.name), self.path, BROKEN[self.name], title=title, body=f"{body}.")

    def expect(self, *, seated: bool) -> Now | None:
        """The row that the next report must have; None for none."""
        if not self.raised:
            return None
        if self.broken and seated:
            return self._said()
        if self.state is not State.OPEN:
            now = Now(self.state.value)
        elif self.broken or not seated:
            now = Now.GONE if self.gone else Now.UNSEEN
        else:
            now = Now.GONE
        if now in {Now.GONE, Now.FIXED} and self.told is self.state:
            return None
        self.gone = now in {Now.GONE, Now.FIXED}
        self.told = self.state if self.gone else None
        return now

    def _said(self) -> Now:
        back = self.gone or self.state is State.FIXED
        if self.state is State.DECLINED and not self.called:
            return Now.DECLINED
        now = Now.REGRESSED if back else Now.WOKEN if self.state is State.DECLINED else Now.OPEN
        self.state, self.gone, self.told, self.called = State.OPEN, False, None, False
        return now


class Script:
    """One history, made up by a seed."""

    def __init__(self, root: Path, seed: int) -> None:
        self.chance = random.Random(seed)
        self.rounds = Rounds(root)
        self.defects = {name: Defect(name=name, path=f"src/{name}.py") for name in WORDS}
        self.number = 0
        self.rounds.commit("all of it", {one.path: one.text for one in self.defects.values()})

    @property
    def git(self) -> object:
        return self.rounds.box.git

    def write(self, subject: str) -> None:
        self.rounds.commit(f"{subject} {self.number}", {one.path: one.text for one in self.defects.values()})

    def act(self) -> str:
        """Something happens to the branch."""
        self.number += 1
        one = self.defects[self.chance.choice(list(self.defects))]
        deed = self.chance.choice(
            ["move", "rename", "rebase", "squash", "amend", "fix", "break", "resolve", "decline", "caller", "idle"]
        )
        getattr(self, f"_{deed}")(one)
        return f"{deed} {one.name}"

    def _idle(self, _: Defect) -> None:
        self.rounds.commit(f"note {self.number}", {f"notes/{self.number}.md": "Nothing.\n"})

    def _move(self, one: Defect) -> None:
        one.above += 1
        self.write("above")

    def _rename(self, one: Defect) -> None:
        fresh = f"lib/{one.name}_{self.number}.py"
        (self.rounds.box.path / "lib").mkdir(exist_ok=True)
        self.rounds.box.git("mv", one.path, fresh)
        one.path = fresh
        self.write("rename")

    def _rebase(self, _: Defect) -> None:
        box = self.rounds.box
        box.git("checkout", "-q", "main")
        box.commit(f"elsewhere {self.number}", {f"other/{self.number}.md": "Other.\n"})
        box.git("checkout", "-q", "topic")
        box.git("rebase", "-q", "main")

    def _squash(self, _: Defect) -> None:
        box = self.rounds.box
        box.git("reset", "-q", "--soft", box.git("merge-base", "main", "topic"))
        box.commit(f"all in one {self.number}")

    def _amend(self, _: Defect) -> None:
        self.rounds.box.minute += 1
        self.rounds.box.git("commit", "-q", "--amend", "--allow-empty", "-m", f"said anew {self.number}")

    def _fix(self, one: Defect) -> None:
        one.broken = False
        self.write("mend")

    def _break(self, one: Defect) -> None:
        one.broken = True
        self.write("break")

    def _resolve(self, one: Defect) -> None:
        """A person says that it is fixed, where it is."""
        if one.raised and not one.broken and one.state is State.OPEN:
            self._say(one, State.FIXED)

    def _decline(self, one: Defect) -> None:
        if one.raised and one.broken and not one.gone and one.state is State.OPEN:
            self._say(one, State.DECLINED)
            one.called = False

    def _say(self, one: Defect, state: State) -> None:
        one.state = state
        report = self.rounds.reports[-1]
        life = self.identities[one.name]
        self.rounds.say(report, life, state)

    def _caller(self, one: Defect) -> None:
        self.rounds.commit(
            f"call {self.number}", {f"src/caller_{self.number}.py": f"{HOLDER[one.name]}(rows, {self.number})\n"}
        )
        one.called = one.called or one.state is State.DECLINED

    identities: dict[str, str]

    def round(self) -> tuple[Report, dict[str, Now | None]]:
        """A review, and what it has to say of each earlier finding."""
        seated = {"claude": self.chance.random() > 0.2, "names": self.chance.random() > 0.2, "other": True}
        who = {name: "names" if name == "names" else "claude" for name in self.defects}
        expected = {name: one.expect(seated=seated[who[name]]) for name, one in self.defects.items()}
        claims = [
            one.claim(self.chance.randrange(2)) for one in self.defects.values() if one.broken and seated[who[one.name]]
        ]
        silent = tuple(name for name, sits in seated.items() if sits)
        report = self.rounds.round(*claims, silent=silent)
        for one in self.defects.values():
            one.raised = one.raised or (one.broken and seated[who[one.name]])
        return report, expected


@pytest.mark.parametrize("seed", range(3))
def test_every_state_is_right_and_nothing_is_lost_or_doubled(tmp_path: Path, seed: int) -> None:
    script = Script(tmp_path, seed)
    script.identities = {}
    for number in range(1, ROUNDS + 1):
        deed = script.act() if number > 1 else "start"
        report, expected = script.round()
        where = f"seed {seed}, round {number}: {deed}"
        for finding in report.findings:
            name = defect_of(finding.title)
            assert script.identities.setdefault(name, finding.life) == finding.life, where
        told = {defect_of(row.title): row.now for row in report.previous}
        assert told == {name: now for name, now in expected.items() if now is not None}, where
        assert len(told) == len(report.previous), where
        shown = [defect_of(finding.title) for finding in report.findings]
        assert len(shown) == len(set(shown)), where
    known = lives(script.rounds.reports, ())
    assert {life.identity for life in known} == set(script.identities.values())
    assert sum(len(life.seen) for life in known) == sum(len(report.findings) for report in script.rounds.reports)


def defect_of(title: str) -> str:
    return next(name for name, words in WORDS.items() if title in {said for said, _ in words})
