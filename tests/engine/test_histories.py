"""Forty rounds by script: whatever happens to the code, every state is right, and no finding is lost or doubled."""

import random
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from tests.engine.test_earlier import Rounds, ruled, said

from deepreview.lives.fold import lives
from deepreview.model.claim import Claim, Place
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
    "twins": (
        (
            "The lock stays taken when the pump fails",
            "`lock.acquire()` has no `finally`, so an error in `pump` keeps it",
        ),
        ("When the pump fails the lock is never released", "An error in `pump` keeps `lock.acquire()`: no `finally`"),
    ),
    "pair": (
        ("Paths of other users can be read", "`name` goes into the path unchecked: `..` leaves the folder of the user"),
        ("`..` in a name leaves the folder of the user", "The path is made of `name` unchecked"),
    ),
}
PLACES = {"twins": 2, "pair": 2}
"""How many places a defect has, where it is not one."""
BROKEN = {
    "cache": "        total += row.value",
    "store": "    target.write_text(render(rows))",
    "names": "    # as `read_gauge` does",
    "twins": "    lock.acquire()",
    "pair": ("    path = home / name", "    return open_page(root.joinpath(name))"),
}
MENDED = {
    "cache": "        total += row.value or 0",
    "store": "    replace_whole(target, render(rows))",
    "names": "    # as `poll_gauge` does",
    "twins": "    held = stack.enter_context(lock)",
    "pair": ("    path = home / checked(name)", "    return open_page(root.joinpath(checked(name)))"),
}
BODY = {
    "cache": "def load_rows(rows):\n    total = 0\n    for row in rows:\n{}\n    return total\n",
    "store": "def save_rows(rows, target):\n    check(rows)\n{}\n    return target\n",
    "names": "def warm_boiler(rows):\n    start(rows)\n{}\n    finish(rows)\n",
    "twins": "def fill_tank(lock):\n{}\n    pump(1)\n\n\ndef drain_tank(lock):\n{}\n    pump(2)\n",
    "pair": ("def save_page(home, name):\n{}\n    write(path)\n", "def load_page(root, name):\n{}\n"),
}
HOLDER = {
    "cache": ("load_rows",),
    "store": ("save_rows",),
    "names": ("warm_boiler",),
    "twins": ("fill_tank", "drain_tank"),
    "pair": ("save_page", "load_page"),
}


@dataclass
class Defect:
    """What the script did to one defect, and so what has to be said of it."""

    name: str
    path: str
    broken: list[bool] = field(default_factory=list)
    """Of each of its places, whether it has the defect."""
    above: int = 0
    named: frozenset[int] = frozenset()
    """The places that the newest report with it names; empty where none has it."""
    then: str = ""
    """What its file was called in the commit of that report."""
    lost: bool = False
    """Git does not have that commit any more."""
    state: State = State.OPEN
    gone: bool = False
    partly: bool = False
    """A round told that it is fixed in part only."""
    told: State | None = None
    """The state with which it was told to be gone or fixed."""
    called: bool = False
    """Somebody new calls what holds it, since it was declined."""

    def __post_init__(self) -> None:
        self.broken = self.broken or [True] * PLACES.get(self.name, 1)

    @property
    def files(self) -> dict[str, str]:
        """Its places in one file, or each in its own."""
        body, top = BODY[self.name], "# more\n\n" * self.above
        if isinstance(body, str):
            return {self.path: top + body.format(*map(self._line, range(len(self.broken))))}
        stem = self.path.removesuffix(".py")
        names = (self.path, *(f"{stem}_{number}.py" for number in range(1, len(body))))
        return {
            name: top + text.format(self._line(at)) for at, (name, text) in enumerate(zip(names, body, strict=True))
        }

    def _line(self, at: int) -> str:
        lines = (BROKEN if self.broken[at] else MENDED)[self.name]
        return lines if isinstance(lines, str) else lines[at]

    @property
    def faults(self) -> frozenset[int]:
        return frozenset(at for at, broken in enumerate(self.broken) if broken)

    def claim(self, wording: int) -> Claim:
        title, body = WORDS[self.name][wording]
        lines = [
            (path, number, line)
            for path, text in self.files.items()
            for number, line in enumerate(text.splitlines(), 1)
            if line in BROKEN[self.name] and line.strip()
        ]
        assert len(lines) == len(self.faults)
        path, _, quote = lines[0]
        places = tuple(Place(path=path, first=number, last=number) for path, number, _ in lines)
        if self.name == "names":
            return ruled(1, path, quote, title=title, body=body, places=places)
        return said(list(WORDS).index(self.name), path, quote, title=title, body=f"{body}.", places=places)

    def expect(self, *, seated: bool) -> Now | None:
        """The row that the next report must have; None for none."""
        before = self.named
        if self.faults and seated:
            now = self._said() if before else None
            if now is not Now.DECLINED:
                self.named, self.then, self.lost = self.faults, self.path, False
            return now
        if not before:
            return None
        now = self._unsaid(seated=seated)
        if now in {Now.GONE, Now.FIXED} and self.told is self.state:
            return None
        if now is Now.PARTLY:
            self.state, self.partly = State.OPEN, True
        self.gone = now in {Now.GONE, Now.FIXED}
        self.told = self.state if self.gone else None
        return now

    @property
    def unfinished(self) -> bool:
        """Whether some of the named places stand and some changed; two that are alike are told by their number."""
        here = self.then == self.path or not self.lost
        left = min(len(self.named), len(self.faults)) if self.name == "twins" else len(self.named & self.faults)
        return here and 0 < left < len(self.named) and not self.gone

    def _unsaid(self, *, seated: bool) -> Now:
        if self.state is State.FIXED and self.unfinished and not self.partly:
            return Now.PARTLY
        if self.state is not State.OPEN:
            return Now(self.state.value)
        if self.gone or (seated and not self.faults):
            return Now.GONE
        return Now.PARTLY if self.unfinished else Now.UNSEEN

    def _said(self) -> Now:
        """What has to be said of one that is said again, of all places that have it now."""
        unfinished = self.unfinished and len(self.faults) < len(self.named)
        if self.state is State.DECLINED and self._asleep:
            return Now.DECLINED
        back = self.gone or (self.state is State.FIXED and not self.unfinished)
        now = Now.WOKEN if self.state is State.DECLINED else Now.REGRESSED if back else Now.OPEN
        if now is Now.OPEN and (unfinished or self.state is State.FIXED):
            now = Now.PARTLY
        self.state, self.gone, self.partly, self.told, self.called = State.OPEN, False, False, None, False
        return now

    @property
    def _asleep(self) -> bool:
        """Whether neither its code nor, as far as git knows, who calls it is another than when it was declined."""
        same = self.name == "twins" or min(self.faults) in self.named
        return same and not (self.called and not self.lost)


class Script:
    """One history, made up by a seed."""

    def __init__(self, root: Path, seed: int) -> None:
        self.chance = random.Random(seed)
        self.rounds = Rounds(root)
        self.defects = {name: Defect(name=name, path=f"src/{name}.py") for name in WORDS}
        self.number = 0
        self.rounds.commit("all of it", self.files)

    @property
    def files(self) -> dict[str, str]:
        return {path: text for one in self.defects.values() for path, text in one.files.items()}

    def write(self, subject: str) -> None:
        self.rounds.commit(f"{subject} {self.number}", self.files)

    def act(self) -> str:
        """Something happens to the branch."""
        self.number += 1
        one = self.defects[self.chance.choice(list(self.defects))]
        deed = self.chance.choice(self.deeds)
        deed(one)
        return f"{deed.__name__} {one.name}"

    @property
    def deeds(self) -> list[Callable[[Defect], None]]:
        some = [self._move, self._rename, self._rebase, self._squash, self._amend, self._force, self._idle]
        often = [self._fix, self._break, self._resolve, self._caller, self._partly]
        return [*some, *often, *often, self._decline]

    def _idle(self, _: Defect) -> None:
        self.rounds.commit(f"note {self.number}", {f"notes/{self.number}.md": "Nothing.\n"})

    def _move(self, one: Defect) -> None:
        one.above += 1
        self.write("above")

    def _rename(self, one: Defect) -> None:
        fresh = f"lib/{one.name}_{self.number}.py"
        if one.name == "pair":
            return
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

    def _force(self, _: Defect) -> None:
        """The branch is another one now, and nobody has the old commits: at times not even our own mirror."""
        box = self.rounds.box
        box.git("checkout", "-q", "--detach", "main")
        box.git("branch", "-q", "-D", "topic")
        box.git("checkout", "-q", "-b", "topic")
        for one in self.defects.values():
            one.above, one.called = self.chance.randrange(3), False
            one.broken = [self.chance.random() < 0.5 for _ in one.broken]
        self.write("made anew")
        box.git("reflog", "expire", "--expire=now", "--all")
        box.git("gc", "-q", "--prune=now")
        if self.chance.random() < 0.5:
            shutil.rmtree(box.path.parent / "home" / "cache")
            for one in self.defects.values():
                one.lost = True

    def _fix(self, one: Defect) -> None:
        """One place of it."""
        at = self.chance.randrange(len(one.broken))
        one.broken[at] = False
        self.write("mend")

    def _partly(self, _: Defect) -> None:
        """One of two places is mended, and somebody says that it is fixed."""
        one = self.defects[self.chance.choice(list(PLACES))]
        if len(one.named) > 1 and not one.gone and one.state is State.OPEN:
            one.broken = [True, False] if self.chance.random() < 0.5 else [False, True]
            self.write("mend in part")
            if self.chance.random() < 0.5:
                self._say(one, State.FIXED)

    def _break(self, one: Defect) -> None:
        one.broken[self.chance.randrange(len(one.broken))] = True
        self.write("break")

    def _resolve(self, one: Defect) -> None:
        """A person says that it is fixed, where some of it is."""
        if one.named and not one.named <= one.faults and one.state is State.OPEN:
            self._say(one, State.FIXED)

    def _decline(self, one: Defect) -> None:
        if one.named and one.faults and not one.gone and one.state is State.OPEN:
            self._say(one, State.DECLINED)
            one.called = False

    def _say(self, one: Defect, state: State) -> None:
        one.state = state
        report = self.rounds.reports[-1]
        life = self.identities[one.name]
        self.rounds.say(report, life, state)

    def _caller(self, one: Defect) -> None:
        holder = HOLDER[one.name][min(one.named, default=0)]
        self.rounds.commit(f"call {self.number}", {f"src/caller_{self.number}.py": f"{holder}(rows, {self.number})\n"})
        one.called = one.called or one.state is State.DECLINED

    identities: dict[str, str]

    def round(self) -> tuple[Report, dict[str, Now | None]]:
        """A review, and what it has to say of each earlier finding."""
        seated = {"claude": self.chance.random() > 0.2, "names": self.chance.random() > 0.2, "other": True}
        who = {name: "names" if name == "names" else "claude" for name in self.defects}
        expected = {name: one.expect(seated=seated[who[name]]) for name, one in self.defects.items()}
        claims = [
            one.claim(self.chance.randrange(2)) for one in self.defects.values() if one.faults and seated[who[one.name]]
        ]
        silent = tuple(name for name, sits in seated.items() if sits)
        report = self.rounds.round(*claims, silent=silent)
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
