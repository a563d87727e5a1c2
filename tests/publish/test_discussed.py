"""What people said, read from GitHub, without what we published there."""

from deepreview.publish.discussed import discussed
from deepreview.publish.marker import FindingMark, SummaryMark
from deepreview.testing.fake_github import ME, FakeGitHub
from deepreview.testing.pull_request import HEAD, github, pull_request

OURS = FindingMark(fingerprint="0" * 16, reviewers=("static",)).write() + "I1. It leaks."


def said(hub: FakeGitHub) -> list[tuple[str, bool, list[tuple[str, str]]]]:
    with hub.serving():
        threads = discussed(github(hub).discussion(12))
    return [(one.place, one.resolved, [(told.author, told.text) for told in one.remarks]) for one in threads]


def test_threads_come_with_place_author_and_state_and_ours_only_with_what_others_said() -> None:
    hub = pull_request()
    hub.page = 1
    hub.add_comment(SummaryMark(head=HEAD, refused=()).write() + "## Summary")
    hub.add_comment("Ready to merge?", author="kim")
    hub.add_comment("And mine, by hand", author=ME)
    hub.add_comment(" \n", author="kim")
    hub.add_thread(OURS, "src/boiler.py", 2)
    answered = hub.add_thread(OURS.replace("\n", "\r\n"), "src/boiler.py", 3)
    hub.reply(answered, "It does not: see `close`.", "kim")
    moved = hub.add_thread("Why?", "src/boiler.py", 4, author="")
    moved |= {"outdated": True, "resolved_by": "sam"}
    hub.reply(moved, "x" * 9_000, "sam")
    assert said(hub) == [
        ("src/boiler.py:3", False, [("kim", "It does not: see `close`.")]),
        ("src/boiler.py", True, [("", "Why?"), ("sam", "x" * 4_000)]),
        ("", False, [("kim", "Ready to merge?")]),
        ("", False, [(ME, "And mine, by hand")]),
    ]
