"""Gaps of tests and documents over the rounds: each the same one as long as something like it is said."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import count

from deepreview.consolidate.texts import cluster_texts
from deepreview.model.claim import Section
from deepreview.model.finding import Fingerprint, Since, State, fingerprint
from deepreview.model.gap import Gap
from deepreview.model.report import Remark, Report
from deepreview.model.resolution import Resolution

_LETTERS = {Section.TESTING: "TG", Section.DOCS: "DG"}
_OVER = frozenset({State.FIXED, State.REFUTED, State.OBSOLETE})


def known_gaps(rounds: Sequence[Report], said: Sequence[Resolution]) -> tuple[Gap, ...]:
    """The gaps of earlier rounds, each as the newest of them has it and with what was said of it since."""
    found: dict[Fingerprint, Gap] = {}
    for report in rounds:
        here = Since(round=report.round, id=report.clock.round_id)
        for gap in report.gaps:
            found.pop(gap.fingerprint, None)  # in the order of the newest round
            found[gap.fingerprint] = replace(gap, since=gap.since or here)
        for one in said:
            known = found.get(one.fingerprint)
            if known and one.round == here.id and not one.proposed:
                text = one.reason or one.link or one.commit
                found[known.fingerprint] = replace(known, state=one.state, reason=text)
    return tuple(found.values())


def gaps(remarks: Sequence[Remark], known: Sequence[Gap]) -> tuple[Gap, ...]:
    """Those of this round, and behind them what is left of earlier ones and was not said again."""
    return tuple(gap for section in _LETTERS for gap in _numbered(section, remarks, known))


def _numbered(section: Section, remarks: Sequence[Remark], known: Sequence[Gap]) -> Iterator[Gap]:
    said = [one for one in remarks if one.section is section and one.numbered]
    earlier = [gap for gap in known if gap.section is section]
    met = _met(earlier, said)
    taken = {gap.fingerprint for gap in known}
    listed = []
    for number, remark in enumerate(said):
        before = met.get(number)
        gap = _again(before, remark) if before else _new(section, remark, taken)
        taken.add(gap.fingerprint)
        listed.append(gap)
    listed += [replace(gap, again=False) for gap in earlier if gap not in met.values() and gap.state not in _OVER]
    yield from (replace(gap, alias=f"{_LETTERS[section]}{number}") for number, gap in enumerate(listed, 1))


def _met(earlier: Sequence[Gap], said: Sequence[Remark]) -> dict[int, Gap]:
    """Which of what is said is an earlier gap, by its number; each of both in one pair at most."""
    texts = [(f"{number} earlier", gap.text) for number, gap in enumerate(earlier)]
    texts += [(f"{number} now", one.text) for number, one in enumerate(said)]
    met = {}
    for members in cluster_texts(texts):
        old = sorted(number for number in members if number < len(earlier))
        new = sorted(number - len(earlier) for number in members if number >= len(earlier))
        met.update({one: earlier[other] for one, other in zip(new, old, strict=False)})
    return met


def _again(before: Gap, remark: Remark) -> Gap:
    """What was declined stays so; what was said to be closed and is said again is open."""
    back = before.state in _OVER
    return replace(
        before,
        text=remark.text,
        reviewers=remark.reviewers,
        state=State.OPEN if back else before.state,
        reason=f"it was {before.state.value}, and is said again" if back else before.reason,
        again=True,
    )


def _new(section: Section, remark: Remark, taken: set[Fingerprint]) -> Gap:
    names = (fingerprint(f"gap:{section.value}", str(number) if number else "", remark.text) for number in count())
    return Gap(
        alias="",
        fingerprint=next(name for name in names if name not in taken),
        section=section,
        text=remark.text,
        reviewers=remark.reviewers,
        state=State.OPEN,
        reason="",
        since=None,
        again=True,
    )
