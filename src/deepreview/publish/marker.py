"""What a comment of ours says in its first line, hidden, to the next publish.

Only a comment that the account itself wrote is believed, and only its first line, which is never anybody else's text.
"""

import re
from dataclasses import dataclass

_FINDING = re.compile(r"<!-- deepreview:finding v1 ([0-9a-f]{16}) by=([\w.,-]*) -->\n")
_SUMMARY = re.compile(r"<!-- deepreview:summary v1 head=([0-9a-f]{40}) body=([0-9a-f,]*) -->\n")
_ODD = re.compile(r"[^\w.-]+", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingMark:
    """Which finding a thread is about."""

    fingerprint: str
    reviewers: tuple[str, ...]
    """Who said it when the thread was opened."""

    def write(self) -> str:
        """The hidden line."""
        names = ",".join(_ODD.sub("-", name) for name in self.reviewers)
        return f"<!-- deepreview:finding v1 {self.fingerprint} by={names} -->\n"

    def found_by(self, reviewer: str) -> bool:
        """Whether the reviewer is among those who said it."""
        return _ODD.sub("-", reviewer) in self.reviewers


@dataclass(frozen=True, slots=True, kw_only=True)
class SummaryMark:
    """Which commit a summary is of, and which findings stand in it since the forge refused them at their lines."""

    head: str
    refused: tuple[str, ...]

    def write(self) -> str:
        """The hidden line."""
        return f"<!-- deepreview:summary v1 head={self.head} body={','.join(self.refused)} -->\n"


def read_finding(body: str) -> FindingMark | None:
    """The mark that a comment starts with; GitHub may have given it other line ends."""
    found = _FINDING.match(body.replace("\r\n", "\n"))
    names = tuple(name for name in found[2].split(",") if name) if found else ()
    return FindingMark(fingerprint=found[1], reviewers=names) if found else None


def read_summary(body: str) -> SummaryMark | None:
    """The mark that a comment starts with."""
    found = _SUMMARY.match(body.replace("\r\n", "\n"))
    return SummaryMark(head=found[1], refused=tuple(filter(None, found[2].split(",")))) if found else None
