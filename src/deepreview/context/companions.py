"""Files that usually change together with changed ones but did not: context for a reader, never a finding.

Measured, such a rule was true and its exception nearly always right too; so it may only be told, not held
against a change.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from deepreview.model.change import RepoPath

MOST_COMMITS = 3_000
"""Commits that are looked at, the newest first."""
_WIDEST = 20
"""Files of the largest commit that counts: a larger one says nothing about pairs."""
_SUPPORT = 6
_CONFIDENCE = 0.8
_RECENT = 8
_MISSED = 1
_MOST = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rule:
    file: RepoPath
    partner: RepoPath
    together: int
    times: int


def companions(
    commits: Sequence[Collection[RepoPath]], changed: Collection[RepoPath], present: Collection[RepoPath]
) -> tuple[str, ...]:
    """Sentences, the surest first; `commits` are sets of files, newest first, `present` the paths that head has."""
    found: dict[RepoPath, _Rule] = {}
    for rule in _rules(commits, changed):
        known = found.get(rule.partner)
        if rule.partner in present and (known is None or _weight(rule) > _weight(known)):
            found[rule.partner] = rule
    ordered = sorted(found.values(), key=lambda rule: (_weight(rule), rule.partner), reverse=True)
    return tuple(_sentence(rule) for rule in ordered[:_MOST])


def _weight(rule: _Rule) -> tuple[float, int, str]:
    return rule.together / rule.times, rule.together, rule.file


def _rules(commits: Sequence[Collection[RepoPath]], changed: Collection[RepoPath]) -> list[_Rule]:
    touched = frozenset(changed)
    return [
        _Rule(file=file, partner=partner, together=together, times=len(sets))
        for file, sets in sorted(_by_file(commits, touched).items())
        if len(sets) >= _SUPPORT
        for partner, together in sorted(Counter(other for one in sets for other in one).items())
        if partner not in touched and _holds(partner, together, sets)
    ]


def _by_file(
    commits: Sequence[Collection[RepoPath]], changed: frozenset[RepoPath]
) -> Mapping[RepoPath, list[Collection[RepoPath]]]:
    found: dict[RepoPath, list[Collection[RepoPath]]] = defaultdict(list)
    for files in islice(commits, MOST_COMMITS):
        if len(files) <= _WIDEST:
            for file in changed & frozenset(files):
                found[file].append(files)
    return found


def _holds(partner: RepoPath, together: int, sets: Sequence[Collection[RepoPath]]) -> bool:
    """Often enough, nearly always, and lately too."""
    if together < _SUPPORT or together < _CONFIDENCE * len(sets):
        return False
    recent = sets[:_RECENT]
    return sum(partner in files for files in recent) >= len(recent) - _MISSED


def _sentence(rule: _Rule) -> str:
    return (
        f"`{rule.partner}` changed with `{rule.file}` in {rule.together} of its last {rule.times} commits, "
        "and is not part of this change."
    )
