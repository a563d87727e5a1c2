"""Claims that the text itself is broken: a stray space, a corrupted keyword, a file that does not parse.

Elsewhere white space does not count when a quote is looked for. Here it is the claim, and models invent it: one agent
reported the same space inside `"$@"` in three rounds, and a test header that was never broken in five.
"""

import re
from collections.abc import Sequence

from deepreview.model.claim import SAID, Claim
from deepreview.verify.anchor import spoken

_BROKEN = re.compile(
    r"\b(syntax(?:es)? errors?|invalid syntax|syntactically|(?:does not|doesn.t|fails? to|cannot|can.t) (?:be )?parsed?"
    r"|(?:errant|stray|extra|spurious|misplaced|unexpected) (?:white ?)?spaces?|find-and-replace"
    r"|malformed (?:syntax|header|declaration|decorator|directive|shebang)"
    r"|corrupted (?:\S+ ){0,2}(?:header|declaration|decorator|directive|shebang|syntax)s?"
    r"|(?:unterminated|unclosed|unbalanced|mismatched) (?:brace|bracket|quote|paren|string|comment|block|heredoc))",
    re.IGNORECASE,
)
_MOST = 600
"""Characters at the beginning of the text that say what the claim is about."""


def about_broken_text(title: str, body: str) -> bool:
    """Whether a claim in prose says that a file's text is not what its language takes."""
    return bool(_BROKEN.search(f"{title[:_MOST]}\n{body[:_MOST]}"))


def invented(claim: Claim, lines: Sequence[str]) -> str:
    """The first line that the claim calls broken and the file does not hold as quoted; empty when all are there."""
    if claim.kind != SAID or not about_broken_text(claim.title, claim.body):
        return ""
    standing = {line.strip() for line in lines}
    return next((line for line in spoken(claim.quote) if line.strip() not in standing), "")
