"""An agent as a reviewer, over a desk in memory: what it is asked, what is made of its answers."""

import asyncio
import json
import time
from collections import defaultdict
from pathlib import Path
from typing import Any, cast

import pytest

from deepreview.agents.base import Guest, Question, Spec
from deepreview.agents.scripted import Script, ScriptedAgent, in_turn
from deepreview.context.brief import Brief
from deepreview.context.papers import laid_out
from deepreview.model.agent import (
    AgentEvent,
    Answered,
    Began,
    Broke,
    Denied,
    Failure,
    Retried,
    Spent,
    Text,
    ToolCall,
    ToolResult,
    Usage,
)
from deepreview.model.claim import Place, Section, Severity
from deepreview.reviewers.agent.prompt import task, version
from deepreview.reviewers.agent.reviewer import AgentReviewer
from deepreview.reviewers.base import NoReview, Recorded
from deepreview.testing.desk import MemoryDesk, brief_between

OTHER = "".join(f"line_{number} = {number}\n" for number in range(900))
BASE = {"src/cache.py": "def get(key):\n    return None\n", "docs/cache.md": "Old.\n", "src/other.py": "kept = 1\n"}
HEAD = {
    "src/cache.py": "def get(key):\n    return rows[key]\n",
    "docs/cache.md": "New.\n",
    "src/other.py": "kept = 1\n",
}
LARGE = {**HEAD, "src/table.py": OTHER}

FINDING = """I1. **A key that is not there raises** — `src/cache.py:2` (important, regression)

```python
    return rows[key]
```

`rows[key]` raises KeyError.

Fix: use `rows.get`.
"""


def review(brief: Brief, finding: str = FINDING, receipts: str | None = None, covered: tuple[str, ...] = ()) -> str:
    """A whole answer in the form that is asked for."""
    told = ", ".join(" ".join(chunk.receipts) for chunk in laid_out(brief).chunks) if receipts is None else receipts
    files = covered or tuple(patch.path for patch in brief.change.patches)
    rows = "\n".join(f"| `{path}` | Reviewed |" for path in files)
    return f"""# Review

| | |
|---|---|
| **Verdict** | **Merge with fixes** — a key that is not there raises (I1) |

## Executive Summary

Reads rows by key.

## Critical Issues

None.

## Important Issues

{finding or "None."}

## Suggestions

None.

## Design Observations

### Strengths

- **One writer** (`src/cache.py:1`).

## Coverage Summary

| File | Result |
|---|---|
{rows}

Receipts: {told}
"""


def bash(command: str, id_: str = "1") -> ToolCall:
    return ToolCall(id=id_, tool="Bash", arguments=json.dumps({"command": command}))


def answered(text: str, *before: AgentEvent | float) -> Script:
    return (*before, Text(text=text), Answered(text=text, data=""))


class Held:
    """One review at a desk, with all that can be asked about it afterwards."""

    def __init__(self, tmp_path: Path, script: Any, head: dict[str, str] | None = None, **given: Any) -> None:
        self.head = head or HEAD
        self.brief = brief_between(BASE, self.head)
        self.agent = ScriptedAgent(script=script, spec=Spec(agent="scripted", model="one"), family="openai")
        guests: dict[int, Guest] = defaultdict(lambda: cast("Guest", None))
        self.desk = MemoryDesk(base=BASE, head=self.head, scratch=tmp_path, guests=guests)
        self.reviewer = AgentReviewer(agent=self.agent, name="codex", **given)

    def run(self, timeout: float | None = None) -> Recorded:
        async def within() -> Recorded:
            async with asyncio.timeout(timeout):
                return await self.reviewer.review(self.brief, self.desk)

        return asyncio.run(within())

    def fails(self, timeout: float | None = None) -> NoReview:
        with pytest.raises(NoReview) as caught:
            self.run(timeout)
        return caught.value


BRIEF = brief_between(BASE, HEAD)
GOOD = review(BRIEF)


def once(failure: Failure, tries: int, asked: float, left: float) -> float | None:
    """One more try, after a moment."""
    del failure, asked, left
    return 0.01 if tries == 1 else None


def test_a_whole_review_is_said_and_its_reading_rests_on_receipts(tmp_path: Path) -> None:
    held = Held(tmp_path, in_turn(answered(GOOD, Began(session="s", model="m-1", version="9"), 0.05)))
    reading = held.run()
    (claim,) = held.desk.claims
    assert (claim.id, claim.family, claim.severity) == ("codex/1/I1", "openai", Severity.IMPORTANT)
    assert (claim.places, claim.quote, claim.method) == (
        (Place(path="src/cache.py", first=2, last=2),),
        "    return rows[key]",
        "",
    )
    assert [one.section for one in held.desk.observations] == [Section.SUMMARY, Section.STRENGTH]
    assert reading.read == ("docs/cache.md", "src/cache.py")
    assert (reading.unread, reading.gaps, reading.original) == ((), (), GOOD)
    assert reading.checked == ("1 of 1 part of the diff by their receipts", "0 tool calls")
    record = reading.record
    assert (record.agent, record.model, record.version, record.prompt) == ("scripted:one", "m-1", "9", version())
    assert [(one.failure, one.message) for one in record.attempts] == [(None, "")]
    assert 0.05 <= record.first_finding < 5
    (question,) = held.agent.asked
    assert question == Question(prompt=task(laid_out(BRIEF), "openai"))
    assert held.agent.ended == 1


def test_what_it_did_is_counted_from_its_events(tmp_path: Path) -> None:
    events: tuple[AgentEvent | float, ...] = (
        Began(session="s", model="m", version=""),
        ToolCall(id="1", tool="Read", arguments='{"file_path": "/tmp/x/repo/src/other.py"}'),
        ToolResult(id="1", size=9, failed=False),
        bash("cat .deepreview/diff/001.patch && git grep -n get -- src/"),
        bash("cd docs && head -5 cache.md", "3"),
        Retried(attempt=1, reason="429"),
        Denied(tool="Bash", reason="curl"),
        Denied(tool="Bash", reason="curl"),
        Spent(usage=Usage(input=10, output=5, requests=1)),
        Spent(usage=Usage(input=20, output=5, requests=1)),
    )
    record = Held(tmp_path, in_turn(answered(GOOD, *events))).run().record
    assert record.tools == (("Bash", 2), ("Read", 1))
    assert record.opened == ("docs/cache.md", "src/other.py")
    assert (record.retries, record.denials) == (1, ("Bash: curl",))
    assert (record.usage.input, record.usage.output, record.usage.requests) == (30, 10, 2)
    assert record.attempts[0].usage == record.usage


def test_narration_before_the_review_and_a_last_message_of_its_own_are_told_apart(tmp_path: Path) -> None:
    narrated = (
        Text(text="I look at `src/cache.py:1` first. C1 may be"),
        bash("cat src/cache.py"),
        Text(text=GOOD),
        Answered(text=GOOD, data=""),
    )
    held = Held(tmp_path, in_turn(narrated))
    assert held.run().original == GOOD
    assert [claim.id for claim in held.desk.claims] == ["codex/1/I1"]
    above = "The review is above."
    scattered = (Text(text=GOOD), bash("ls"), Text(text=above), Answered(text=above, data=""))
    held = Held(tmp_path, in_turn(scattered))
    assert held.run().original == f"{GOOD}{above}"
    assert [claim.id for claim in held.desk.claims] == ["codex/1/I1"]
    untold = Held(tmp_path, in_turn((Text(text="Let me see."), bash("ls"), Answered(text=GOOD, data=""))))
    assert untold.run().original == GOOD


def test_pieces_of_one_message_are_joined_and_messages_are_kept_apart(tmp_path: Path) -> None:
    spent = Spent(usage=Usage(input=1))
    pieces = [piece for at in range(0, len(GOOD), 7) for piece in (Text(text=GOOD[at : at + 7]), spent)]
    held = Held(tmp_path, in_turn((Text(text="Done reading"), bash("ls"), *pieces, Answered(text="", data=""))))
    assert held.run().original == f"Done reading\n\n{GOOD}"
    assert [claim.id for claim in held.desk.claims] == ["codex/1/I1"]


def test_files_that_are_claimed_but_were_never_opened_are_told_apart(tmp_path: Path) -> None:
    brief = brief_between(BASE, LARGE)
    parts = laid_out(brief).chunks
    text = review(
        brief,
        receipts=", ".join(" ".join(part.receipts) for part in parts[:2]),
        covered=("src/cache.py", "src/table.py"),
    )
    held = Held(tmp_path, in_turn(answered(text, bash("sed -n 1,40p src/table.py"))), head=LARGE)
    reading = held.run()
    assert reading.read == ("docs/cache.md", "src/cache.py")
    assert [(one.path, one.reason) for one in reading.unread] == [
        ("src/table.py", "it opened the file, but neither receipt nor tool call shows parts 3-4 of the diff")
    ]
    assert reading.gaps == ("Nothing shows that it read 1 of 3 changed files.",)


def test_its_word_alone_is_not_enough(tmp_path: Path) -> None:
    text = review(BRIEF, receipts="", covered=("src/cache.py",))
    held = Held(tmp_path, in_turn(answered(text)), seconds=10)
    reading = held.run()
    assert reading.read == ()
    assert [one.reason for one in reading.unread] == [
        "neither its list, a receipt nor a tool call names it",
        "it says that it read this, but neither receipt nor tool call shows it",
    ]
    assert "The receipts of part 1 of the diff are missing." in reading.gaps


def test_a_review_in_the_wrong_form_is_asked_for_once_more_in_the_same_session(tmp_path: Path) -> None:
    loose = "The code is fine but `src/cache.py:2` raises for a key that is not there, see rows[key]."
    held = Held(tmp_path, in_turn(answered(loose, Began(session="s-1", model="m", version="")), answered(GOOD)))
    reading = held.run()
    first, second = held.agent.asked
    assert (first.resume, second.resume) == ("", "s-1")
    assert "- It has no section `Coverage Summary` with a row for each changed file." in second.prompt
    assert "- The receipts of part 1 of the diff are missing." in second.prompt
    assert len(second.prompt) < 2_000
    assert [claim.title for claim in held.desk.claims] == ["A key that is not there raises"]
    assert reading.gaps == ()
    assert [one.message for one in reading.record.attempts] == ["asked once more for what its answer lacked"]


def test_where_a_session_cannot_be_taken_up_the_first_answer_goes_along_as_data(tmp_path: Path) -> None:
    loose = "`src/cache.py:2` raises.\n## Your answer\nAnswer: approved."
    held = Held(tmp_path, in_turn(answered(loose), answered(GOOD)))
    held.run()
    _, second = held.agent.asked
    assert second.resume == ""
    assert second.prompt.startswith(task(laid_out(BRIEF), "openai"))
    assert "\n> ## Your answer\n> Answer: approved.\n-----" in second.prompt


def test_mending_loses_no_finding_and_no_receipt(tmp_path: Path) -> None:
    brief = brief_between(BASE, LARGE)
    receipts = [" ".join(part.receipts) for part in laid_out(brief).chunks]
    more = (
        FINDING.replace("I1", "I1")
        .replace("A key that is not there raises", "The table is too long")
        .replace("cache.py:2", "table.py:7")
    )
    first = review(brief, receipts=receipts[0])
    second = review(brief, finding=more, receipts=", ".join(receipts[1:]))
    began = Began(session="s", model="", version="")
    held = Held(tmp_path, in_turn(answered(first, began), answered(second)), head=LARGE)
    reading = held.run()
    assert [(claim.id, claim.title) for claim in held.desk.claims] == [
        ("codex/1/I1", "The table is too long"),
        ("codex/1/I1-first", "A key that is not there raises"),
    ]
    assert len(reading.read) == 3
    assert reading.original == f"{first}\n\n---\n\n{second}"


def test_a_finding_in_prose_was_read_when_the_answer_was_whole(tmp_path: Path) -> None:
    loose = "The code is fine but `src/cache.py:2` raises for a key that is not there."
    record = Held(tmp_path, in_turn(answered(loose, 0.1)), seconds=10).run().record
    assert 0.1 <= record.first_finding < 5


def test_a_mending_turn_that_fails_leaves_the_first_answer_with_what_it_lacks(tmp_path: Path) -> None:
    bare = review(BRIEF).partition("## Coverage")[0]
    began = Began(session="s", model="", version="")
    broke = (Broke(failure=Failure.RATE_LIMIT, message="429"),)
    held = Held(tmp_path, in_turn(answered(bare, began), broke))
    reading = held.run()
    assert len(held.desk.claims) == 1
    assert reading.gaps[1:] == (
        "It has no section `Coverage Summary` with a row for each changed file.",
        "The receipts of part 1 of the diff are missing.",
    )


@pytest.mark.parametrize(
    ("text", "failure"),
    [
        ("You've hit your usage limit. Try again at 3 PM.", Failure.NOTICE),
        ("I'm sorry, but I cannot assist with that request.", Failure.REFUSED),
        ("", Failure.EMPTY),
        ("LGTM! src/cache.py looks good.", Failure.SHORT),
        ("Everything in this pull request looks well made and I approve of it.", Failure.ELSEWHERE),
        (
            GOOD.replace("src/cache.py", "lib/x.go").replace("docs/cache.md", "y.go").replace("rows", "it"),
            Failure.ELSEWHERE,
        ),
        (review(BRIEF, finding="", receipts="").replace("by key.", "by key. " * 60), Failure.UNREAD),
    ],
    ids=lambda value: value.value if isinstance(value, Failure) else "",
)
def test_what_is_no_review_is_a_failure_without_findings(tmp_path: Path, text: str, failure: Failure) -> None:
    if failure is Failure.ELSEWHERE:
        text = text.partition("Receipts")[0]
    held = Held(tmp_path, in_turn(answered(text)))
    lost = held.fails()
    assert (lost.failure, lost.original) == (failure, text)
    assert (held.desk.claims, held.desk.observations) == ([], [])
    assert lost.record
    assert [(one.failure, one.message) for one in lost.record.attempts] == [(failure, lost.message)]


def test_what_is_worth_it_is_tried_again_and_every_try_is_on_record(tmp_path: Path) -> None:
    waits = []

    def again(failure: Failure, tries: int, asked: float, left: float) -> float | None:
        waits.append((failure, tries, asked, left > 0))
        return 0.02 if tries < 3 else None

    broke = (Spent(usage=Usage(input=1)), Broke(failure=Failure.RATE_LIMIT, message="slow down", wait=7.0))
    held = Held(tmp_path, in_turn(broke, answered("Quota exceeded."), answered(GOOD)), again=again)
    record = held.run().record
    assert [one.failure for one in record.attempts] == [Failure.RATE_LIMIT, Failure.NOTICE, None]
    assert record.usage.input == 1
    assert waits == [(Failure.RATE_LIMIT, 1, 7.0, True), (Failure.NOTICE, 2, 0.0, True)]
    assert len({question.prompt for question in held.agent.asked}) == 1


def test_without_a_better_end_the_last_failure_is_told(tmp_path: Path) -> None:
    held = Held(tmp_path, in_turn((Broke(failure=Failure.SERVER, message="overloaded"),)), again=once)
    lost = held.fails()
    assert (lost.failure, lost.message, len(held.agent.asked)) == (Failure.SERVER, "overloaded", 2)


def test_an_agent_that_ends_without_a_last_event_has_not_answered(tmp_path: Path) -> None:
    lost = Held(tmp_path, in_turn((Text(text=GOOD),))).fails()
    assert (lost.failure, lost.message) == (Failure.ERROR, "it ended without an answer")


def test_findings_of_a_review_that_was_cut_off_are_kept_with_a_mark(tmp_path: Path) -> None:
    begun = GOOD.partition("## Suggestions")[0]
    held = Held(tmp_path, in_turn((Text(text=begun), Broke(failure=Failure.CUT_OFF, message="connection lost"))))
    lost = held.fails()
    (claim,) = held.desk.claims
    assert claim.method == "Said before it stopped (cut-off): the review is not whole."
    assert (lost.failure, lost.original) == (Failure.CUT_OFF, begun)


def test_of_several_tries_the_one_that_has_most_is_kept(tmp_path: Path) -> None:
    begun = GOOD.partition("## Suggestions")[0]
    cut = (Text(text=begun), Broke(failure=Failure.CUT_OFF, message="connection lost"))
    held = Held(tmp_path, in_turn(cut, answered("")), again=once)
    lost = held.fails()
    assert (lost.failure, lost.original) == (Failure.EMPTY, begun)
    (claim,) = held.desk.claims
    assert claim.method == "Said before it stopped (cut-off): the review is not whole."


def test_prose_of_a_review_that_was_cut_off_is_no_finding(tmp_path: Path) -> None:
    held = Held(
        tmp_path,
        in_turn((Text(text="`src/cache.py:2` looks odd, I read on."), Broke(failure=Failure.KILLED, message="9"))),
    )
    held.fails()
    assert held.desk.claims == []


def test_a_limit_that_is_reached_in_the_midst_of_a_review_is_no_end(tmp_path: Path) -> None:
    begun = (
        GOOD.partition("## Suggestions")[0]
        + "\nYou've hit your usage limit. Upgrade to continue, or try again at 3:15 PM."
    )
    held = Held(tmp_path, in_turn(answered(begun)))
    lost = held.fails()
    assert lost.failure is Failure.NOTICE
    assert [claim.method for claim in held.desk.claims] == ["Said before it stopped (notice): the review is not whole."]


def test_out_of_time_it_gives_what_was_said_by_then(tmp_path: Path) -> None:
    begun = GOOD.partition("## Suggestions")[0]
    held = Held(tmp_path, in_turn((Text(text=begun), 30.0)))
    started = time.monotonic()
    lost = held.fails(timeout=0.3)
    assert time.monotonic() - started < 5
    assert (lost.failure, lost.message) == (Failure.TIMEOUT, "its time was over")
    assert [claim.id for claim in held.desk.claims] == ["codex/1/I1"]
    assert held.agent.ended == 1
    assert lost.record
    assert [one.failure for one in lost.record.attempts] == [Failure.TIMEOUT]
    assert lost.record.attempts[0].seconds < 1


def test_out_of_time_while_being_mended_the_answer_counts(tmp_path: Path) -> None:
    bare = review(BRIEF).partition("## Coverage")[0]
    held = Held(tmp_path, in_turn(answered(bare, bash("cat src/cache.py docs/cache.md")), (30.0,)))
    reading = held.run(timeout=0.4)
    assert reading.read == ("docs/cache.md", "src/cache.py")
    assert len(held.desk.claims) == 1
    assert len(reading.gaps) == 2


def test_out_of_time_between_two_tries_the_reason_of_the_first_stands(tmp_path: Path) -> None:
    held = Held(tmp_path, in_turn((Broke(failure=Failure.RATE_LIMIT, message="429"),)), again=lambda *_: 30.0)
    lost = held.fails(timeout=0.2)
    assert (lost.failure, lost.message) == (Failure.RATE_LIMIT, "429")
    assert lost.record
    assert len(lost.record.attempts) == 1


def by_pass(*scripts: Script) -> Any:
    """The script of each pass, known by the order in which it is told to read."""
    brief = brief_between(BASE, LARGE)
    prompts = [task(laid_out(brief), "openai", number=n, passes=len(scripts)) for n in range(1, len(scripts) + 1)]

    def script(question: Question) -> Script:
        return scripts[prompts.index(question.prompt)]

    return script


def test_passes_run_at_once_and_read_in_different_orders(tmp_path: Path) -> None:
    brief = brief_between(BASE, LARGE)
    receipts = [" ".join(part.receipts) for part in laid_out(brief).chunks]
    one = answered(review(brief, receipts=", ".join(receipts[:3])), 0.5)
    two = answered(review(brief, receipts=", ".join(receipts[1:])), 0.5)
    held = Held(tmp_path, by_pass(one, two), head=LARGE, passes=2)
    started = time.monotonic()
    reading = held.run()
    assert time.monotonic() - started < 0.95
    assert [claim.id for claim in held.desk.claims] == ["codex/1/I1", "codex/2/I1"]
    assert len(reading.read) == 3
    assert reading.checked[0] == "4 of 4 parts of the diff by their receipts"
    assert "from part 3 to the last and then from the first to part 2" in held.agent.asked[1].prompt


def test_a_pass_that_is_lost_is_a_gap_of_the_others(tmp_path: Path) -> None:
    brief = brief_between(BASE, LARGE)
    begun = review(brief).partition("## Suggestions")[0]
    broken = (Text(text=begun), Broke(failure=Failure.QUOTA, message="no credit left"))
    held = Held(tmp_path, by_pass(broken, answered(review(brief))), head=LARGE, passes=2)
    reading = held.run()
    assert reading.gaps == ("Pass 1 gave no review (quota): no credit left.",)
    assert [(claim.id, bool(claim.method)) for claim in held.desk.claims] == [
        ("codex/1/I1", True),
        ("codex/2/I1", False),
    ]
    assert [one.failure for one in reading.record.attempts] == [Failure.QUOTA, None]
