"""The same reviews with less to go by: fewer reviewers, or no places."""

from dataclasses import replace
from random import Random

from deepreview.benchmark.corpus import Panel


def thinned(panel: Panel, tools: int) -> Panel:
    """Only what so many of the tools say, drawn by the panel's name: the same every time."""
    every = sorted({claim.reviewer for claim in panel.claims})
    kept = set(Random(f"{panel.name} {tools}").sample(every, min(tools, len(every))))
    claims = tuple(claim for claim in panel.claims if claim.reviewer in kept)
    names = {claim.id for claim in claims}
    return replace(panel, claims=claims, defects={one: own for one, own in panel.defects.items() if one in names})


def placeless(panel: Panel) -> Panel:
    """The words alone."""
    return replace(panel, claims=tuple(replace(claim, places=(), quote="") for claim in panel.claims))
