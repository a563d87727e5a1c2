"""What services say in the place of an answer, in any vendor's words: nothing left, not signed in, not willing."""

import re

LONGEST = 700
"""Characters of a notice: what is longer is an answer about something."""


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(patterns)})\b", re.IGNORECASE)


_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")
_CODES = _any(
    "insufficient_quota|rate_limit_error|rate_limit_exceeded|resource_exhausted|overloaded_error|quota_exceeded",
    "authentication_error|permission_error|unauthenticated|invalid_api_key|projectidrequirederror",
    "model_capacity_exhausted|billing_not_active|credit_balance_too_low|usage_limit_reached|free-models-per-(?:day|min)",
    r"(?:http|status|error|code)\W{0,12}(?:401|402|403|429|503|529)|429 too many requests|401 unauthorized",
)
_LEFT = _any(
    "quotas?|credits?|(?:credit )?balance|premium requests?|allowance|free (?:tier|plan)",
    r"(?:usage|rate|request|message|session|spend|spending|token|review|weekly|daily|monthly|hourly|plan|account|free"
    r"|\d+-hour) (?:limits?|caps?|allowance|requests?|reviews|messages|tokens)",
    r"your (?:\w+ )?(?:limit|plan|subscription|trial|budget)",
)
_GONE = _any(
    "reached|exceeded|exceeds?|hit|exhausted|used (?:up|all)|ran out|run out|out of|too low|insufficient|depleted",
    "expired|(?:has )?ended|no more|no remaining|not enough|resets?|upgrade|top up|purchase|buy|zero",
    "add (?:more )?(?:credits|funds)",
)
_SIGN_IN = _any(
    "(?:please|you must|you need to|you have to|to continue,?) (?:log ?in|sign ?in|re-?authenticate|authenticate)",
    "not (?:logged|signed) in|(?:log|sign) ?in (?:again|to continue|required)|error authenticating",
    "authentication (?:failed|required|error|expired)|set an auth method",
    r"(?:api key|token|session|credentials?|oauth \w+) (?:\w+ ){0,3}(?:expired|invalid|revoked|missing)",
    "api key (?:is )?not (?:valid|set|found)|(?:invalid|expired|missing|no) (?:api[ _-]?key|credentials?|access token)",
    r"(?:account|organization|workspace) (?:\w+ ){0,3}(?:disabled|suspended|deactivated|banned)",
    r"(?:please )?(?:run|use|type) [`'\"]?/?(?:\w+ ){0,2}(?:login|auth|logout)",
    "enter the (?:authorization|device|verification) code",
)
_LATER = _any(
    "(?:at|over) capacity|overloaded|(?:currently|temporarily) unavailable|service unavailable|high demand",
    "too many requests|server is busy|try again (?:later|in|at|after|tomorrow)",
)
_REFUSES = _any(
    r"(?:i|we) (?:can['’]?t|cannot|am not able to|am unable to|must decline|have to decline|decline|won['’]t|will not"
    r"|am not comfortable|do not feel comfortable)\b[^.\n]{0,60}\b(?:help|assist|comply|continue|provide|fulfil?l"
    r"|review|analy[sz]e|do (?:this|that)|with (?:this|that)|request)",
    r"i['’]m (?:unable|not able|sorry,? but i)|(?:unable to|cannot|can['’]t) respond to this (?:request|message)",
    r"(?:violat\w+|against) (?:\S+ ){0,3}(?:usage|content|acceptable|safety|terms)",
    r"(?:blocked|flagged|stopped|filtered|rejected) (?:by|for|due to|as)\b[^.\n]{0,60}\b(?:filter\w*|policy|policies"
    r"|safety|guidelines|moderation|cyber\w*)",
    r"content[ _](?:filter|policy)|prompt (?:was )?(?:blocked|rejected)|finish_?reason\W{1,5}(?:safety|recitation)",
)


def is_notice(text: str) -> bool:
    """Whether a short text tells of an account or a service, and not of code."""
    if len(text) > LONGEST:
        return False
    if _CODES.search(text) or _SIGN_IN.search(text):
        return True
    sentences = _SENTENCE.split(text)
    if any(_LEFT.search(one) and _GONE.search(one) for one in sentences):
        return True
    return len(text) < LONGEST // 2 and bool(_LATER.search(text))


def is_refusal(text: str) -> bool:
    """Whether a short text declines to do what was asked."""
    return len(text) <= LONGEST and bool(_REFUSES.search(text))


def last_paragraph(text: str) -> str:
    """What stands at the end of a text: where an answer stops, the reason is told there."""
    return text.rstrip().rpartition("\n\n")[2].strip()
