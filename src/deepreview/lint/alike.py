"""Whether two reports speak of one defect: the measure by which claims are merged, with thresholds of its own.

Reports of two rounds speak of the same code throughout, so the same score says less than within one round. The
thresholds are in `docs/lint.md`, with what they find.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from deepreview.consolidate.cluster import default_weights
from deepreview.consolidate.pairs import PLACED, Features, features, weigh
from deepreview.consolidate.words import Vocabulary, said
from deepreview.model.claim import Claim
from deepreview.model.published import Published, PublishedFinding, Resolved
from deepreview.parse.lines import read_lines
from deepreview.parse.statement import statement
from deepreview.reviewers.replay.voice import Remark, voice


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """How far above the threshold of merging two must be."""

    placed: float
    """Where both name a place."""
    told: float
    """Where one names none."""

    def passed(self, found: Features) -> bool:
        """Whether two with these features are."""
        return default_weights().score(found) > (self.placed if len(found) == len(PLACED) else self.told)


TOLD = Bar(placed=0.4, told=-0.4)
"""What tells of an earlier finding: a wrong match hides a gap, and a line tells of it in few words."""
REPEATED = Bar(placed=0.55, told=0.3)
"""What a finding that is raised again must pass: a wrong match accuses."""
_HEAD = 160


def findings_of(report: Published) -> tuple[Claim, ...]:
    """The findings of a report as claims, in their order."""
    return voice("report", map(_remark, report.findings)).claims


def _remark(finding: PublishedFinding) -> Remark:
    told = statement(read_lines(finding.text, lambda _: False))
    return Remark(
        title=finding.title, body=told.text, severity=finding.severity, places=finding.places, quote=told.quote
    )


def resolved(rows: Sequence[Resolved], report: Published) -> tuple[Claim, ...]:
    """The findings that rows of a resolution are about, in their order; of one that the report lacks, its title."""
    known = dict(zip((finding.alias for finding in report.findings), findings_of(report), strict=True))
    bare = voice("report", (Remark(title=row.title, body="") for row in rows)).claims
    return tuple(known.get(row.ref, title) for row, title in zip(rows, bare, strict=True))


def lines_of(texts: Iterable[str]) -> tuple[Claim, ...]:
    """Every line of prose as a claim about no place."""
    return voice("report", (Remark(title=text[:_HEAD], body=text[_HEAD:]) for text in texts)).claims


def alike(earlier: Sequence[Claim], later: Sequence[Claim], bar: Bar) -> list[list[bool]]:
    """For each earlier claim, whether each later one is about the same."""
    vocabulary = Vocabulary()
    among = weigh([said(claim, vocabulary, ruled=False) for claim in (*earlier, *later)])
    pairs = [[features(among, one, len(earlier) + other) for other in range(len(later))] for one in range(len(earlier))]
    return [[found is not None and bar.passed(found) for found in row] for row in pairs]
