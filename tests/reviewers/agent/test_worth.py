"""What counts as a review: an outage, a refusal or a guess never does, a review of the change always."""

import json
import random
from pathlib import Path

import pytest

from deepreview.model.agent import Failure
from deepreview.model.change import Change
from deepreview.parse.review import Author
from deepreview.reviewers.agent.form import read_answer
from deepreview.reviewers.agent.notices import is_notice, is_refusal, last_paragraph
from deepreview.reviewers.agent.prompt import example
from deepreview.reviewers.agent.worth import Given, Vocabulary, worthless
from deepreview.testing.builders import make_change, make_patch

CHANGE = make_change(
    make_patch(path="src/cache.py", added="def read_rows(key):\n    return rowStore[key]\n", removed="    pass\n"),
    make_patch(path="docs/cache.md", added="Rows are kept.\n"),
)

NOTICES = (
    "You've hit your usage limit. Upgrade to Pro (https://example.com/pro) or try again in 3 days 4 hours 12 minutes.",
    "You've hit your session limit · resets 3:45pm",
    "5-hour limit reached ∙ resets 7pm\n/upgrade to increase your usage limit.",
    "Usage limit reached|1735689600",
    "Your credit balance is too low to access the API. Please go to Plans & Billing to upgrade or purchase credits.",
    "Invalid API key · Please run /login",
    "OAuth token has expired. Please obtain a new token or refresh your existing token.",
    'API Error: 401 {"type":"error","error":{"type":"authentication_error","message":"OAuth token has expired."}}',
    'API Error: 529 {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}',
    "Please login again or contact your administrator: this organization has been disabled.",
    "Not logged in. Run `codex login` to continue.",
    "exceeded retry limit, last status: 429 Too Many Requests",
    "Quota exceeded. Check your plan and billing details.",
    "You exceeded your current quota, please check your plan and billing details.",
    '{"error": {"code": 429, "message": "Resource has been exhausted (check quota)", "status": "RESOURCE_EXHAUSTED"}}',
    "You have reached your daily gemini-2.5-pro quota limit.",
    "Please set an Auth method in your settings.json or specify one of these environment variables",
    "Failed with HTTP 429 (MODEL_CAPACITY_EXHAUSTED). No review produced.",
    "Free allocated quota exceeded.",
    "Insufficient credits. Add more using https://example.com/settings/credits",
    "Rate limit exceeded: free-models-per-day. Add 10 credits to unlock 1000 free model requests per day",
    "You have exceeded your premium request allowance. We have automatically switched you to a smaller model.",
    "Review limit reached. @sam has exceeded the limit of commits reviewed per hour. Please wait 12 minutes.",
    "Your trial has ended! Reactivate to continue receiving reviews.",
    "You've used up all your credits for this billing cycle. Code reviews resume when the cycle resets.",
    "You have run out of tokens; top up your balance to go on.",
    "The model is currently experiencing high demand. Please try again later.",
    "Our servers are at capacity right now.",
    "To continue, sign in at https://example.com/device and enter the code ABCD-EFGH",
    "Authentication required. Please log in to continue.",
    "Session expired, please sign in again.",
    "No credentials found for this provider.",
    "Your monthly spend limit has been reached. Ask an admin to raise it.",
    "Error authenticating: ProjectIdRequiredError: This account requires setting an environment variable.",
)
REFUSALS = (
    "I'm sorry, but I can't help with that request.",
    "I cannot assist with this task.",
    "I can’t help with reviewing this code.",
    "I must decline: the code appears to be designed for harm, and I won't review it.",
    "Unable to respond to this request, which appears to violate our Usage Policy.",
    "This content was flagged for possible cybersecurity risk.",
    "The response was blocked by the content filter.",
    "The prompt was rejected by the safety system.",
    '{"finishReason": "SAFETY"}',
    "I am not comfortable continuing with this review.",
)
GUESSES = (
    ("LGTM", Failure.ELSEWHERE),
    ("LGTM! src/cache.py looks good to me.", Failure.SHORT),
    ("No issues found in the changes to `read_rows`.", Failure.SHORT),
    ("Please paste the diff that you would like me to review.", Failure.ELSEWHERE),
    ("I do not see any file in the folder `.deepreview`, so there is nothing to review.", Failure.ELSEWHERE),
    ("This pull request improves the code in many ways. " * 30, Failure.ELSEWHERE),
    ("C1. **Injection** — `app/login.php:3` (critical, regression)\n\nBad.\n", Failure.ELSEWHERE),
    ("  \n ", Failure.EMPTY),
    ("", Failure.EMPTY),
    ("I read src/cache.py with care, and all of it is well made. " * 20, Failure.UNREAD),
)
REVIEWS = (
    example(),
    "I1. **A key that is not there raises** — `src/cache.py:2`\n\nKeyError.\n",
    "src/cache.py:2: error: a key that is not there raises KeyError in read_rows",
    "### Important\n\n1. **The limit of `src/cache.py:2` is wrong**\n\nOver quota, `429` says: please log in.\n",
    "I1. **We cannot review a row twice** — `src/cache.py:2`\n\nThe filter was blocked by the content policy table.\n",
)


def judged(
    text: str, change: Change = CHANGE, *, read: int = 0, calls: int = 1, seconds: float = 4.0
) -> Failure | None:
    answer = read_answer(text, Author(name="x", family="x"))
    given = Given(text=text, review=answer.review, parts=answer.parts, read=read, calls=calls, seconds=seconds)
    found = worthless(given, Vocabulary(change))
    assert found is None or (found.message and "\n" not in found.message)
    return found.failure if found else None


@pytest.mark.parametrize("text", NOTICES)
def test_a_notice_of_a_service_is_no_review_in_any_vendors_words(text: str) -> None:
    assert judged(text) is Failure.NOTICE
    assert judged(text, calls=40, seconds=900, read=2) is Failure.NOTICE
    assert (
        judged(f"I begin with src/cache.py and read_rows.\n\n{text}", calls=40, seconds=900, read=2) is Failure.NOTICE
    )


@pytest.mark.parametrize("text", REFUSALS)
def test_a_refusal_is_no_review(text: str) -> None:
    assert judged(text) is Failure.REFUSED
    assert judged(f"I looked at `src/cache.py`.\n\n{text}", calls=40, seconds=900, read=1) is Failure.REFUSED


@pytest.mark.parametrize(("text", "failure"), GUESSES)
def test_a_guess_is_no_review(text: str, failure: Failure) -> None:
    assert judged(text) is failure


@pytest.mark.parametrize("text", REVIEWS)
def test_a_review_that_places_a_finding_in_the_change_counts_whatever_its_words(text: str) -> None:
    assert judged(text) is None


def test_a_review_without_findings_counts_where_something_was_read() -> None:
    text = (
        "## Findings\n\nNone.\n\n## Coverage Summary\n\n| File | Result |\n|---|---|\n| `src/cache.py` | Reviewed |\n"
    )
    assert judged(text, read=1) is None
    assert judged(text, read=0) is Failure.SHORT
    assert judged(text, read=0, calls=40, seconds=900) is Failure.UNREAD


def test_a_notice_within_findings_ends_a_review_and_one_behind_a_whole_review_does_not() -> None:
    finding = "## Important Issues\n\nI1. **A key that is not there raises** — `src/cache.py:2`\n\nKeyError.\n\n"
    coverage = "## Coverage Summary\n\n- `src/cache.py`: read\n\n"
    assert judged(f"{finding}{NOTICES[0]}") is Failure.NOTICE
    assert judged(f"{finding}{coverage}{NOTICES[0]}", read=1) is None


def corpus_reviews(corpus: Path) -> list[tuple[str, Change]]:
    """Real reviews, each with a change of the files in which the publisher saw findings."""
    found = []
    for path in sorted((corpus / "cases").glob("*.json")):
        case = json.loads(path.read_text(encoding="utf-8"))
        placed = {place["path"] for one in case["gold"]["findings"] for place in one["location"] if place["path"]}
        change = make_change(*(make_patch(path=one) for one in sorted(placed))) if placed else CHANGE
        found += [(raw["text"], change) for raw in case["raw"] if raw["status"] == "complete" and placed]
    return found


@pytest.mark.corpus
def test_real_reviews_count_and_no_paragraph_of_them_reads_like_a_notice(corpus: Path) -> None:
    reviews = corpus_reviews(corpus)
    assert len(reviews) > 150
    lost = [text[:80] for text, change in reviews if judged(text, change, read=1, calls=30, seconds=300)]
    assert lost == []
    odd = [part for text, _ in reviews for part in text.split("\n\n") if is_notice(part) or is_refusal(part)]
    assert odd == []


@pytest.mark.corpus
def test_real_reviews_that_a_limit_cut_off_do_not_count(corpus: Path) -> None:
    chance = random.Random(1)
    for text, change in corpus_reviews(corpus):
        cut = text[: chance.randint(100, len(text) // 2)]
        if "overage" not in cut:
            assert judged(f"{cut}\n\n{chance.choice(NOTICES[:2])}", change, read=1) is Failure.NOTICE


def test_the_last_paragraph_is_what_stands_behind_the_last_blank_line() -> None:
    assert last_paragraph("a\n\nb\nc\n\n") == "b\nc"
    assert last_paragraph("") == ""
