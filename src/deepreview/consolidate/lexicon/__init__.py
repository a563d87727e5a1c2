"""What the common defects are called: by analysers' rules, by CWE, and in words of several languages.

A line of `said` is a way to say it: parts joined by `+` all occur, of parts divided by `|` one does. A part in Latin
letters begins where a word begins, and `$` ends it where a word ends; one in another script may stand anywhere. All is
written as `plain` writes it: small, without accents and marks. Sources are the names in MITRE's CWE list and the rules
of Bandit, Ruff, Pylint, gosec and CodeQL.
"""

from deepreview.consolidate.lexicon.attacks import ATTACKS
from deepreview.consolidate.lexicon.base import Defect, Told
from deepreview.consolidate.lexicon.mistakes import MISTAKES

DEFECTS: tuple[Defect, ...] = (*ATTACKS, *MISTAKES)

__all__ = ["DEFECTS", "Defect", "Told"]
