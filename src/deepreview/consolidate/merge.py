"""Placed claims become findings: rules by identity, prose by what it says, and both together where they meet.

The surviving text is one reviewer's, verbatim, and the finding names all who said it; where its title is a mere label,
the title of the next best words that says more stands above it. A claim that could not be placed
is kept where another that could says the same; alone it is dropped with its reason.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from deepreview.consolidate.group import group
from deepreview.model.claim import SAID, Claim, ClaimId
from deepreview.model.evidence import Outcome, Rung
from deepreview.model.finding import Dropped, Finding, Fingerprint, fingerprint

Clusters = Callable[[Sequence[Claim]], Iterable[Sequence[int]]]
"""Which of the claims, by their index, are about the same defect: each in exactly one cluster."""

_RUNGS = list(Rung)
_WORD = re.compile(r"[^\W_][\w'’-]*")
_SENTENCE = 4
"""Words of a title from which it says of something what is wrong with it."""
_WORDY = 4_000
"""Characters of a text beyond which more of it is not better."""


def merged(
    claims: Mapping[ClaimId, Claim], placed: Sequence[Finding | Dropped], clusters: Clusters
) -> tuple[tuple[Finding, ...], tuple[Dropped, ...]]:
    """The findings, each with a fingerprint of its own, and what was dropped for want of a place."""
    stood = [one for one in placed if isinstance(one, Finding)]
    items: list[Finding | Dropped] = [*group(f for f in stood if f.kind != SAID)]
    items += [finding for finding in stood if finding.kind == SAID]
    items += [one for one in placed if isinstance(one, Dropped)]
    items.sort(key=lambda item: item.claims)
    findings: list[Finding] = []
    dropped: list[Dropped] = []
    for cluster in clusters([claims[item.claims[0]] for item in items]):
        members = [items[index] for index in cluster]
        kept = [member for member in members if isinstance(member, Finding)]
        refused = [member for member in members if isinstance(member, Dropped)]
        if kept:
            findings += _joined(kept, refused, claims)
        else:
            dropped += refused
    findings.sort(key=lambda finding: sorted(finding.claims))
    return _distinct(findings), tuple(sorted(dropped, key=lambda gone: gone.claims))


def _joined(kept: Sequence[Finding], refused: Sequence[Dropped], claims: Mapping[ClaimId, Claim]) -> list[Finding]:
    """One finding; where rules of one reviewer meet, each keeps its own, and the prose goes with the first."""
    ruled = [finding for finding in kept if finding.kind != SAID]
    apart = [rule for number, rule in enumerate(ruled) if {*rule.reviewers} & _reviewers(ruled[:number])]
    together = [finding for finding in kept if finding not in apart]
    together.sort(key=lambda finding: _worth(finding, claims[finding.claims[0]]), reverse=True)
    heard = _Heard(findings=tuple(together), refused=tuple(refused))
    return [heard.finding(claims), *apart]


def _reviewers(findings: Iterable[Finding]) -> set[str]:
    return {name for finding in findings for name in finding.reviewers}


def _worth(finding: Finding, claim: Claim) -> tuple[int, int, int, int, str]:
    """How good the words are: code that stands, something run, a fix, and the explanation; never how loud they are."""
    stands = any(e.check == "quote" and e.outcome is Outcome.SUPPORTS for e in finding.evidence)
    return (
        int(stands and bool(claim.quote.strip())),
        int(bool(claim.repro)),
        int(bool(claim.fix or claim.patch)),
        min(len(claim.body), _WORDY),
        claim.id,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Heard:
    """What was said about one defect, the best words first."""

    findings: tuple[Finding, ...]
    refused: tuple[Dropped, ...]

    def finding(self, claims: Mapping[ClaimId, Claim]) -> Finding:
        lead = self.findings[0]
        if len(self.findings) == 1 and not self.refused:
            return lead
        every = [claim for finding in self.findings for claim in finding.claims]
        every += [claim for gone in self.refused for claim in gone.claims]
        rule = next((finding for finding in self.findings if finding.kind != SAID), lead)
        return replace(
            lead,
            title=clearest([finding.title for finding in self.findings]),
            fingerprint=rule.fingerprint,
            kind=rule.kind,
            locations=tuple(dict.fromkeys(place for finding in self.findings for place in finding.locations)),
            claims=tuple(every),
            reviewers=tuple(dict.fromkeys(claims[claim].reviewer for claim in every)),
            evidence=tuple(dict.fromkeys(seen for finding in self.findings for seen in finding.evidence)),
            proof=max((finding.proof for finding in self.findings), key=_RUNGS.index),
            fix=self._first("fix"),
            patch=self._first("patch"),
            repro=self._first("repro"),
        )

    def _first(self, field: str) -> str:
        """The lead's own, or the first that another brings."""
        return next((text for finding in self.findings if (text := getattr(finding, field))), "")


def clearest(titles: Sequence[str]) -> str:
    """The first title that says something, and is no mere label such as `SQL injection`; else the first, the lead's."""
    return next((title for title in titles if len(_WORD.findall(title)) >= _SENTENCE), titles[0])


def _distinct(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The findings; where several are about the same code, the later ones are told apart by their number."""
    seen: Counter[Fingerprint] = Counter()
    told = []
    for finding in findings:
        seen[finding.fingerprint] += 1
        number = seen[finding.fingerprint]
        if number > 1:
            finding = replace(finding, fingerprint=fingerprint(f"{finding.fingerprint}#{number}", "", ""))  # noqa: PLW2901
        told.append(finding)
    return tuple(told)
