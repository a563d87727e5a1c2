"""The page: whole, under hostile text, empty, and after a run that failed."""

import re
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deepreview.model.agent import Failure
from deepreview.model.change import Commit, RepoPath, Sha, Side
from deepreview.model.claim import Observation, Section
from deepreview.model.finding import Location, State
from deepreview.model.report import CitedCode, Report
from deepreview.model.round import Completed, Failed, Reading, Unread
from deepreview.model.verdict import Verdict, VerdictValue
from deepreview.render.html import RENDERER, render
from deepreview.report.retro import agreement
from deepreview.testing.builders import NO_BLOB, make_claim, make_finding, make_report
from deepreview.testing.crowd import crowd
from deepreview.testing.showcase import showcase

Tag = tuple[str, tuple[tuple[str, str | None], ...]]

HOSTILE = (
    "<script>alert(1)</script><img src=x onerror=alert(1)> \" onmouseover=\"alert(1) ' x='y "
    "[click](javascript:alert(1)) ![i](https://evil.example/p.png) <javascript:alert(1)> {{ 7*7 }} {% raw %} "
    "</style></script></title> \u202egpj.exe\u202c zero\u200bwidth \x1b[31mred\x00 &#x202e; \udc80 "
    "``` ` ~~~\n```html\n</code></pre><script>x</script>\n````\n# Not a heading\n<!-- \n[a]: javascript:x\n[a]\n"
)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[Tag] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, tuple(attrs)))

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def _read(page: str) -> _Reader:
    reader = _Reader()
    reader.feed(page)
    reader.close()
    return reader


def _filled(text: str) -> Report:
    """A report with the text at each place that others write."""
    path = RepoPath(text.replace("\0", "") or "x")
    finding = make_finding(
        1,
        alias=text,
        kind=text,
        title=text,
        body=text,
        unless=text,
        method=text,
        fix=text,
        patch=text,
        reviewers=(text,),
        reasons=(text,),
        path=path,
        quote=text,
    )
    finding = replace(
        finding,
        origin=replace(finding.origin, subject=text, author=text, reason=text, commit=Sha(text)),
        evidence=tuple(replace(e, check=text, summary=text, detail=text) for e in finding.evidence),
    )
    plain = make_report(finding)
    commit = Commit(sha=Sha(text), subject=text, body=text, author=text, at=text)
    cited = CitedCode(path=path, side=Side.HEAD, blob=NO_BLOB, first=1, lines=tuple(text.split("\n")), changed=(1,))
    return replace(
        plain,
        tool=text,
        summary=text,
        verdict=Verdict(value=VerdictValue.FIXES, reason=text),
        subject=replace(
            plain.subject,
            title=text,
            repo=text,
            branch=text,
            how=text,
            url=text,
            head=Sha(text),
            base=Sha(text),
            commits=(commit,),
            files=tuple(replace(f, path=path, note=text, readers=(), unread=text) for f in plain.subject.files),
        ),
        runs=(
            Failed(reviewer=text, failure=Failure.ERROR, error=text, claims=1, seconds=1.0),
            *(
                replace(
                    run,
                    reviewer=text,
                    reading=replace(
                        run.reading, checked=(text,), gaps=(text,), unread=(Unread(path=path, reason=text),)
                    ),
                )
                for run in plain.runs
                if run.result == "completed"
            ),
        ),
        dropped=tuple(replace(d, title=text, path=text, step=text, reason=text) for d in plain.dropped),
        claims=(make_claim(1, id=plain.claims[0].id, title=text, body=text + "!", quote=text, fix=text, excuse=text),),
        observations=tuple(Observation(reviewer=text, section=section, text=text) for section in Section),
        reconciliation=(text,),
        tallies=tuple(replace(t, reviewer=text) for t in plain.tallies),
        cited=(cited,),
    )


def _article(page: str) -> str:
    found = re.search(r"<article.*?</article>", page, re.DOTALL)
    assert found
    return found[0]


def test_the_whole_page_is_as_it_was(golden: Callable[[str, str], None]) -> None:
    golden("report.html", render(showcase()))


def test_it_is_registered_as_a_page() -> None:
    assert (RENDERER.name, RENDERER.suffix, RENDERER.media_type) == ("html", ".html", "text/html")


def test_equal_reports_give_equal_pages() -> None:
    assert render(showcase()) == render(showcase())


def test_nothing_is_loaded_from_anywhere() -> None:
    page = _read(render(showcase()))
    assert not [tag for tag, _ in page.tags if tag in {"link", "img", "iframe", "object", "embed", "base", "form"}]
    assert not [
        value for _, attrs in page.tags for name, value in attrs if name in {"src", "srcset", "action", "style"}
    ]
    policy = next(
        dict(attrs)["content"] for tag, attrs in page.tags if ("http-equiv", "Content-Security-Policy") in attrs
    )
    assert policy is not None
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy


def test_links_lead_to_the_reviewed_commits() -> None:
    page = render(showcase())
    head, base = "1a2b3c4d5e6f7081" * 2 + "1a2b3c4d", "b" * 40
    assert f'href="https://github.com/acme/boiler/blob/{head}/src/boiler/cache.py#L47-L49"' in page
    assert f'href="https://github.com/acme/boiler/blob/{base}/src/boiler/cache.py#L51"' in page
    assert 'href="https://github.com/acme/boiler/pull/12"' in page
    assert "?plain=1#L14" in page


@pytest.mark.parametrize(
    "url",
    ["", "https://example.org/acme/boiler", "javascript:alert(1)//github.com/a/b", "https://github.com.evil.io/a/b/c"],
)
def test_without_a_known_forge_places_are_text(url: str) -> None:
    plain = showcase()
    page = render(replace(plain, subject=replace(plain.subject, url=url)))
    assert "src/boiler/cache.py:47-49" in page
    assert "/blob/" not in page


def test_what_is_not_committed_has_no_links() -> None:
    plain = showcase()
    assert "/blob/" not in render(replace(plain, subject=replace(plain.subject, commits=())))


def test_cited_and_changed_lines_are_marked() -> None:
    article = _article(render(showcase()))
    assert re.findall(r'class="l on add" data-n=(\d+)', article) == ["47", "48", "49"]
    assert re.findall(r'class="l add" data-n=(\d+)', article) == ["46", "50", "51", "52", "53"]
    assert "Cited: 47-49. Added by this change: 46-53." in article


def test_equal_code_is_shown_in_full_once() -> None:
    first = make_finding(1, alias="S1", first=7)
    second = replace(first, alias="S2", fingerprint=make_finding(2).fingerprint)
    lines = tuple(f"line {n}" for n in range(1, 15))
    cited = CitedCode(path=RepoPath("src/boiler.py"), side=Side.HEAD, blob=NO_BLOB, first=1, lines=lines, changed=())
    page = render(make_report(first, second, cited=(cited,)))
    assert page.count('class="l on" data-n=7>') == 2
    assert page.count("data-n=6>") == 1
    assert "Shown with more around it at S1" in page


def test_a_quote_stands_in_where_no_code_is_stored() -> None:
    page = render(make_report(make_finding(1, first=40, quote="lost = 1\nfound = 2"), cited=()))
    assert re.findall(r'class="l on" data-n=(\d+)', page) == ["40", "41"]


def test_a_whole_file_has_a_place_and_no_code() -> None:
    place = Location(path=RepoPath("LICENSE"), side=Side.HEAD, first=0, last=0, quote="", blob=NO_BLOB)
    article = _article(render(make_report(make_finding(1, locations=(place,)), cited=())))
    assert "LICENSE</a>" in article
    assert "<figure" not in article


def test_a_long_range_says_what_it_leaves_out() -> None:
    page = render(make_report(make_finding(1, quote="\n".join(f"x = {n}" for n in range(100))), cited=()))
    assert "40 more lines not shown." in page


def test_a_state_other_than_open_is_named() -> None:
    assert '<span class="tag state">declined</span>' in render(make_report(make_finding(1, state=State.DECLINED)))


def test_no_finding_says_what_was_checked_and_what_nobody_read() -> None:
    plain = make_report()
    page = render(
        replace(
            plain,
            findings=(),
            claims=(),
            claims_map=(),
            cited=(),
            verdict=Verdict(value=VerdictValue.MERGE, reason="-"),
        )
    )
    assert "reported nothing that stands" in page
    assert "12 removed names in comments and docs" in page
    assert "Read by nobody" in page
    assert "logo.png" in page
    assert "<article" not in page


def test_a_run_in_which_nobody_finished_is_no_approval() -> None:
    plain = make_report()
    none = Verdict(value=VerdictValue.NONE, reason="No reviewer completed.")
    failed = tuple(run for run in plain.runs if run.result == "failed")
    page = render(replace(plain, findings=(), claims=(), claims_map=(), cited=(), runs=failed, verdict=none))
    assert 'class="verdict none"' in page
    assert "This is not an approval." in page
    assert "None, and that says nothing:" in page
    assert "1 of 1 reviewer did not finish." in page
    assert "timeout: stopped after 60 s" in page


def test_hostile_text_is_harmless_and_visible() -> None:
    page = render(_filled(HOSTILE))
    page.encode()
    read = _read(page)
    assert [tag for tag, _ in read.tags].count("script") == 1
    assert not [tag for tag, _ in read.tags if tag in {"img", "iframe"}]
    _assert_known(read)
    shown = "".join(read.text)
    for seen in (
        "<script>alert(1)</script>",
        "\\u202egpj.exe",
        "zero\\u200bwidth",
        "\\x1b[31mred",
        "\\x80",
        "{{ 7*7 }}",
    ):
        assert seen in shown
    for unseen in ("\u202e", "\u200b", "\x1b", "\x00"):
        assert unseen not in page
        assert unseen not in shown


def test_links_of_others_name_their_host() -> None:
    page = render(make_report(make_finding(1, body="See [github.com/safe](https://evil.example/x) now.")))
    assert 'rel="noreferrer noopener">github.com/safe</a> (evil.example)' in page


def test_aliases_in_the_summary_lead_to_their_findings() -> None:
    assert 'served as current (<a href="#C1">C1</a>)' in render(showcase())


def test_aliases_that_repeat_still_give_unique_anchors() -> None:
    page = _read(render(make_report(make_finding(1, alias="S1"), make_finding(2, alias="S1"))))
    ids = [value for _, attrs in page.tags for name, value in attrs if name == "id"]
    assert len(ids) == len(set(ids))


def test_a_thousand_findings_stay_under_five_megabytes() -> None:
    assert len(render(crowd(1000)).encode()) < 5_000_000


_LINK = re.compile(r"https?://|#")
_KNOWN = frozenset(
    """
    a abbr article b blockquote body br button code dd details dialog div dl dt em figcaption figure footer h1 h2 h3
    head header hr html i input kbd label li main meta nav ol option p path pre script section select span strong style
    summary svg symbol table tbody td th thead title tr ul use
    """.split()  # noqa: SIM905 - a paragraph of words reads better than a hundred lines
)


def _assert_known(page: _Reader) -> None:
    """Only elements and attributes that the templates write, and only links that lead to the web or the page."""
    for tag, attrs in page.tags:
        assert tag in _KNOWN, tag
        for name, value in attrs:
            assert not name.startswith("on"), (tag, name)
            assert name not in {"src", "srcdoc", "style", "formaction", "action"}, (tag, name)
            if name == "href":
                assert value, tag
                assert _LINK.match(value), value


_NASTY = st.lists(
    st.sampled_from(
        ["<", ">", '"', "'", "&", "`", "```", "~~~", "\n", "\n\n", "    ", "[", "](", ")", "!", "*", "_", "|", "-", "#",
         "<b", "=", "javascript:", "https://a.b/", "data:text/html,", "&lt;", "&#60;script", "\\", "{{", "%}", "\u202e",
         "\x00", "onclick=", "<script>", "</style>", "--", ">x", "://", "C1", "\udcff", " ", "a", "1."]
    ),
    max_size=25,
).map("".join)  # fmt: skip


@settings(max_examples=50, deadline=None)
@given(_NASTY | st.text(max_size=60))
def test_no_text_becomes_an_element_or_an_attribute(text: str) -> None:
    page = render(_filled(text or "empty"))
    page.encode()
    read = _read(page)
    _assert_known(read)
    outline = [
        tag for tag, _ in read.tags if tag in {"article", "script", "style", "main", "nav", "h1", "h2", "dialog"}
    ]
    expected = _read(render(_filled("plain")))
    assert outline == [
        tag for tag, _ in expected.tags if tag in {"article", "script", "style", "main", "nav", "h1", "h2", "dialog"}
    ]


def _of_reviewers(*names: str) -> Report:
    """One finding that all of them said."""
    finding = make_finding(reviewers=names)
    reading = Reading(read=(), unread=(), checked=(), gaps=())
    runs = tuple(Completed(reviewer=name, claims=1, seconds=0.1, reading=reading) for name in (*names, "alone"))
    return make_report(finding, runs=runs, agreement=agreement(runs, (finding,)))


def test_three_who_agree_are_a_matrix_with_heads_of_rows_and_columns() -> None:
    page = render(_of_reviewers("a", "b", "c"))
    part = page[page.index('id="agreement"') : page.index('aria-labelledby="record"')]
    assert re.findall(r'<th scope="col" class="num">([^<]*)</th>', part) == ["a", "b", "c"]
    rows = re.findall(r'<tr><th scope="row">(\w+)</th>(.*)</tr>', part)
    assert {name: re.findall(r">([^<]+)</td>", cells) for name, cells in rows} == {
        "a": ["—", "1 of 1", "1 of 1"],
        "b": ["1 of 1", "—", "1 of 1"],
        "c": ["1 of 1", "1 of 1", "—"],
    }


def test_two_who_agree_are_a_sentence_and_one_alone_is_nothing() -> None:
    assert "<p>Agreement: a and b both said 1 of 1.</p>" in render(_of_reviewers("a", "b"))
    assert "Agreement:" not in render(_of_reviewers("a"))
    assert 'id="agreement"' not in render(_of_reviewers("a"))
