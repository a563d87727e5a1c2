"""What one author of a replayed file said, and the words that such files use for the same things."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from deepreview.model.claim import SAID, Answer, Claim, ClaimId, DefectClass, Observation, Place, Severity
from deepreview.model.family import family_of, word
from deepreview.model.round import Basis
from deepreview.parse.heading import plain_title

_LONGEST_TITLE = 160
_LONGEST_TEXT = 20_000


class NotUnderstood(Exception):  # noqa: N818 - an answer, not an error
    """Raised where a file is not what it seemed to be; its text says why, to follow the file's name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """One reviewer that a file holds."""

    name: str
    family: str
    claims: tuple[Claim, ...]
    observations: tuple[Observation, ...] = ()
    covered: tuple[str, ...] = ()
    """Paths that it says it read, as written; those that its claims name count too."""
    gaps: tuple[str, ...] = ()
    """What could not be understood, as sentences."""
    original: str = ""
    """Its own text, verbatim; of several passes, one behind the other."""
    answered: bool = False
    """Whether it says in the sections for findings that there are none."""

    @property
    def basis(self) -> Basis:
        """What the list of files that it read rests on: a tool's results and many a review tell of none."""
        return Basis.STATED if self.covered else Basis.NAMED

    @property
    def silent(self) -> bool:
        """Whether it holds no review: silence is not praise."""
        return not (self.claims or self.observations or self.covered or self.answered)


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """One thing that a file holds against the change, before it has a name."""

    title: str
    body: str
    severity: Severity = Severity.SUGGESTION
    places: tuple[Place, ...] = ()
    kind: str = SAID
    quote: str = ""
    fix: str = ""
    patch: str = ""
    repro: str = ""
    defect: DefectClass = DefectClass.REGRESSION
    suppressed: str = ""
    method: str = ""


def voice(name: str, remarks: Iterable[Remark], gaps: Sequence[str] = ()) -> Voice:
    """The remarks as claims of the reviewer `name`, numbered in their order."""
    own = word(name)
    family = family_of(name)
    claims = tuple(_claim(own, family, number, remark) for number, remark in enumerate(remarks, 1))
    return Voice(name=own, family=family, claims=claims, gaps=tuple(gaps))


def _claim(name: str, family: str, number: int, remark: Remark) -> Claim:
    return Claim(
        id=ClaimId(f"{name}/1/{number}"),
        reviewer=name,
        family=family,
        kind=remark.kind,
        severity=remark.severity,
        defect=remark.defect,
        title=_settled(remark.title),
        body=remark.body[:_LONGEST_TEXT],
        unless="",
        method=remark.method,
        places=remark.places,
        quote=remark.quote[:_LONGEST_TEXT],
        fix=remark.fix[:_LONGEST_TEXT],
        patch=remark.patch,
        repro=remark.repro,
        silent=Answer.UNKNOWN,
        reachable=Answer.UNKNOWN,
        suppressed=remark.suppressed,
        excuse="",
    )


def _settled(title: str) -> str:
    """One line without the marks that divide a title from what stands around it."""
    return plain_title(" ".join(title[:_LONGEST_TITLE].split())) or "(no title)"


def headed(text: str) -> tuple[str, str]:
    """A title and the rest: the first heading or bold line, else the first sentence, which stays in the body."""
    lines = [line.strip() for line in text[:_LONGEST_TEXT].strip().split("\n")]
    first = next((line for line in lines if line), "")
    bare = re.sub(r"^(#{1,6}\s+|[-*]\s+)", "", first)
    if bare != first or (bold := re.fullmatch(r"\*\*(.{3,200}?)\*\*[.:]?", first)):
        title = bare if bare != first else bold[1] if bold else first
        rest = text.strip()[len(first) :].strip()
        return plainly(title), rest or text.strip()
    sentence = re.split(r"(?<=[.!?])\s", first, maxsplit=1)[0]
    return plainly(sentence), text.strip()


def plainly(text: str) -> str:
    """A title in one line without emphasis and closing period."""
    line = " ".join(text.replace("**", "").replace("__", "").split())
    return line.rstrip(".:") if len(line) <= _LONGEST_TITLE else f"{line[: _LONGEST_TITLE - 1]}…"


def lines_of(first: object, last: object) -> tuple[int, int]:
    """A range of lines as numbers; the whole file where it is none."""
    begin = first if isinstance(first, int) and not isinstance(first, bool) and first > 0 else 0
    end = last if isinstance(last, int) and not isinstance(last, bool) and last >= begin else begin
    return (begin, end) if begin else (0, 0)
