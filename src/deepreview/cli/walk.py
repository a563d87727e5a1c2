"""The walk over all findings that wait for an answer: each is shown, and one key says what becomes of it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from deepreview.git.patching import Patching
from deepreview.lives.answer import Answer, is_link
from deepreview.model.finding import State

KEYS = "[f]ixed, [d]eclined, [l]ater, [p]atch, [s]kip, [q]uit"
_UNSAID = {"d": "Why not? ", "l": "Where is it followed up? "}
_STATES = {"d": State.DECLINED, "l": State.DEFERRED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """One finding on the way."""

    name: str
    title: str
    shown: str
    """All that there is to read of it."""
    patch: Patching | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """How to ask, how to tell, and what to do with an answer as soon as it is given."""

    ask: Callable[[str], str]
    tell: Callable[[str], None]
    take: Callable[[Stop, Answer], None]
    commit: Callable[[str], str]
    """The whole name of a commit; raises UsageError."""

    def go(self, stops: Iterable[Stop]) -> None:
        """Through all of them, or until the user quits; nothing is touched that was not asked for."""
        for stop in stops:
            self.tell(stop.shown)
            while (key := self.ask(f"{stop.name}: {KEYS}: ").strip().lower()[:1]) != "s":
                if key == "q":
                    return
                if self._done(key, stop):
                    break

    def _done(self, key: str, stop: Stop) -> bool:
        """Whether the key settles it; anything else asks again."""
        if key == "f":
            name = self.ask("Which commit fixes it? (nothing if none does yet) ").strip()
            return self._say(stop, State.FIXED, self.commit(name) if name else "")
        if key in _STATES:
            text = self.ask(_UNSAID[key]).strip()
            if text and key == "l" and not is_link(text):
                self.tell("That is no link: https://…")
                return False
            return bool(text) and self._say(stop, _STATES[key], text)
        return key == "p" and self._patch(stop)

    def _say(self, stop: Stop, state: State, text: str) -> bool:
        self.take(stop, Answer(names=(stop.name,), state=state, text=text))
        return True

    def _patch(self, stop: Stop) -> bool:
        patch = stop.patch
        why = f"The patch does not apply here: {patch.refused()}" if patch and patch.refused() else ""
        if patch is None or why:
            self.tell(why or "It has no patch.")
            return False
        if not self._yes("Apply the patch to your work tree?"):
            return False
        if why := patch.apply():
            self.tell(f"The patch was not applied: {why}")
            return False
        made = patch.commit(stop.title) if self._yes("Commit it, alone? (without your hooks)") else "not committed"
        if made.startswith("not committed"):
            self.tell(f"It is applied and staged, {made}: say `fixed` once it is.")
            return False
        return self._say(stop, State.FIXED, made)

    def _yes(self, question: str) -> bool:
        return self.ask(f"{question} [y/N] ").strip().lower() in {"y", "yes"}
