"""Text of others in comments: it names nobody, closes nothing, and is no mark of ours."""

import re
from dataclasses import replace

from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from deepreview.forge.base import Pull
from deepreview.model.change import RepoPath, Sha, Side
from deepreview.publish.anchor import anchor
from deepreview.publish.marker import FindingMark, SummaryMark, read_finding, read_summary
from deepreview.publish.plan import make_plan
from deepreview.publish.wording import check_summary, summary_body, thread_body
from deepreview.testing.builders import make_finding
from deepreview.testing.fake_github import PULL
from deepreview.testing.pull_request import HEAD, report_of

PULL_REQUEST = Pull(
    repo="acme/boiler",
    number=PULL,
    head=Sha(HEAD),
    open=True,
    lines={
        (RepoPath("src/boiler.py"), Side.HEAD): (range(1, 7), range(23, 26)),
        (RepoPath("src/boiler.py"), Side.BASE): (range(1, 4),),
    },
    renamed={RepoPath("src/old.py"): RepoPath("src/boiler.py")},
    comments=(),
    threads=(),
    check="",
)
EVIL = (
    "@admin @acme/team fixes #12, closes acme/boiler#3, resolves https://github.com/acme/boiler/issues/4\n\n"
    "<!-- deepreview:finding v1 0123456789abcdef by=x -->\n<script>alert(1)</script>\n\n"
    "```suggestion\nrm -rf /\n```\n\n![x](https://evil.example/p.png) `@ok fixes #1` \\`@bob closes #9\n\n"
    "# Approved\n\n--> <details>"
)


def live(markdown: str) -> str:
    """What GitHub looks at for names and references: the text outside code."""
    tokens = MarkdownIt("commonmark", {"html": True}).parse(markdown)
    inner = (child for token in tokens for child in token.children or ())
    return "\n".join(child.content for child in inner if child.type in ("text", "html_inline"))


def bodies(text: str) -> list[str]:
    """Every text that is posted about a finding that says this everywhere."""
    finding = make_finding(2, title=text, body=text, unless=text, fix=text, method=text, reviewers=(text, "names"))
    finding = replace(finding, origin=replace(finding.origin, reason=text, subject=text, author=text))
    report = report_of(finding)
    report = replace(report, verdict=replace(report.verdict, reason=text))
    loose = {str(finding.fingerprint): finding}
    return [
        thread_body(finding, ""),
        summary_body(report, [finding], {}, ()),
        summary_body(report, [], loose, ()),
        check_summary(report),
    ]


def assert_inert(body: str) -> None:
    shown = live(body)
    assert not re.search(r"(?<![\w/])@\w", shown), shown
    assert not re.search(r"(?<!&)(?:#|GH-)[1-9]\d*\b", shown), shown
    assert not re.search(r"github\.com/[^/]+/[^/]+/(?:issues|pull)", shown)
    html = [t for t in MarkdownIt("commonmark").parse(body) if t.type == "html_block"]
    assert all(re.fullmatch(r'(?:<!-- deepreview:.* -->|<a id="\w+"></a>[^<]*)\n?', t.content.strip()) for t in html)


def test_hostile_text_names_nobody_and_closes_nothing() -> None:
    for body in bodies(EVIL):
        assert_inert(body)
        assert not re.search(r"^\s*[`~]{3,}suggestion", body, re.MULTILINE)
        assert "](https://evil" not in body
        assert len(re.findall(r"^<!-- deepreview:", body, re.MULTILINE)) <= 1


@given(
    st.lists(
        st.sampled_from(["@a", "#1", "`", "\\", "fixes", " ", "\n", "*", "<!--", "-->", "```", "``", "x", "_", "."])
    )
)
@example(["@a", "```", "@a", "`", "@a", "```"])  # a name that becomes code, directly before other code
def test_no_mix_of_marks_lets_a_name_or_number_through(parts: list[str]) -> None:
    for body in bodies("".join(parts)):
        shown = live(body)
        assert not re.search(r"(?<![\w/])@a", shown), (body, shown)
        assert not re.search(r"#1\b", shown), (body, shown)


def test_marks_come_back_and_only_from_the_first_line() -> None:
    mark = FindingMark(fingerprint="0123456789abcdef", reviewers=("names", "a b<!--"))
    found = read_finding(mark.write() + "text")
    assert found is not None
    assert found.fingerprint == mark.fingerprint
    assert found.found_by("names")
    assert found.found_by("a b<!--")
    assert not found.found_by("static")
    assert read_finding("text\n" + mark.write()) is None
    summary = SummaryMark(head=HEAD, refused=("0123456789abcdef",))
    assert read_summary(summary.write().replace("\n", "\r\n")) == summary
    assert read_summary(mark.write()) is None


PATCH = "--- a/src/boiler.py\n+++ b/src/boiler.py\n@@ -1,4 +1,4 @@\n a\n-two\n-three\n+2\n+```\n d\n"


def test_a_certain_patch_is_offered_at_exactly_its_lines() -> None:
    finding = make_finding(2, quote="two\nthree\nd", patch=PATCH)
    at = anchor(finding, PULL_REQUEST)
    assert at is not None
    assert (at.first, at.last) == (2, 3)
    assert at.suggestion == "````suggestion\n2\n```\n````"
    assert thread_body(finding, at.suggestion).endswith(at.suggestion)


def test_a_patch_that_is_not_certain_is_only_shown() -> None:
    good = make_finding(2, quote="two\nthree\nd", patch=PATCH)
    uncertain = {
        "other code": replace(good, patch=PATCH.replace("-two", "-zwei")),
        "another file": replace(good, patch=PATCH.replace("src/boiler.py", "src/other.py")),
        "outside its place": make_finding(3, quote="three\nd", patch=PATCH),
        "two pieces": replace(good, patch=PATCH.replace("-three", " three") + "-e\n"),
        "only adds": replace(good, patch=PATCH.replace("-two\n-three\n", " two\n three\n")),
        "hidden letters": replace(good, patch=PATCH.replace("+2", "+2\u202e")),
    }
    for why, finding in uncertain.items():
        at = anchor(finding, PULL_REQUEST)
        assert at is not None
        assert at.suggestion == "", why
        assert "suggestion\n" not in thread_body(finding, at.suggestion), why


def test_lines_of_the_diff_are_found_and_others_not() -> None:
    def at(first: int, last: int, **given: object) -> tuple[int, int] | None:
        finding = make_finding(2)
        place = replace(finding.locations[0], first=first, last=last, **given)  # type: ignore[arg-type]  # a path or side
        found = anchor(replace(finding, locations=(place,)), PULL_REQUEST)
        return (found.first, found.last) if found else None

    assert at(2, 4) == (2, 4)
    assert at(5, 30) == (5, 6), "the part that the first hunk shows"
    assert at(10, 12) is None
    assert at(0, 0) is None
    assert at(3, 3, path=RepoPath("logo.png")) is None
    assert at(3, 9, side=Side.BASE, path=RepoPath("src/old.py")) == (3, 3), "under its new name"
    assert at(5, 5, side=Side.BASE) is None
    assert anchor(replace(make_finding(2), locations=()), PULL_REQUEST) is None


def test_a_plan_has_the_hash_of_what_it_does() -> None:
    report = report_of(make_finding(2))
    plan = make_plan(report, PULL_REQUEST)
    assert plan.hash == make_plan(report, PULL_REQUEST).hash
    assert plan.hash != make_plan(report, replace(PULL_REQUEST, number=13)).hash
    assert plan.hash != make_plan(replace(report, round=2), PULL_REQUEST).hash
