import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deepreview.config.schema import Replayed
from deepreview.errors import UsageError
from deepreview.model.change import Side
from deepreview.model.claim import SAID, Claim, DefectClass, Severity
from deepreview.reviewers.replay.formats import read_files, renamed, voices_of
from deepreview.reviewers.replay.voice import NotUnderstood, Voice
from deepreview.testing.builders import make_report
from deepreview.wire import dump_report as report_json

CRITICAL, IMPORTANT, SUGGESTION = Severity
REVIEW = "## Findings\n\n### Important Issues\n\nI1. **It breaks** — `a.py:3`\n\n```python\nx = 1\n```\n\nIt does.\n"


def voices(document: Any, name: str = "me") -> tuple[Voice, ...]:
    content = document if isinstance(document, str) else json.dumps(document)
    return voices_of(content.encode(), name)


def only(document: Any) -> Claim:
    (voice,) = voices(document)
    (claim,) = voice.claims
    return claim


def spot(claim: Claim) -> tuple[str, int, int]:
    assert claim.main is not None
    return claim.main.path, claim.main.first, claim.main.last


def test_a_text() -> None:
    (voice,) = voices(REVIEW, "Claude Opus 4.6")
    assert (voice.name, voice.family) == ("claude-opus-4.6", "claude")
    assert [(claim.id, claim.title) for claim in voice.claims] == [("claude-opus-4.6/1/I1", "It breaks")]


def test_a_published_report_gives_its_originals() -> None:
    text = f"# R\n\n## Suggestions\n\nNone.\n\n## Appendix: Original Reviews\n\n### [Model A] — Pass 1\n\n{REVIEW}\n"
    text += f"### [Model B] — Pass 1\n\nreview failed\n\n### [Model A] — Pass 2\n\n{REVIEW}"
    first, second = voices(text)
    assert [claim.id for claim in first.claims] == ["model-a/1/I1", "model-a/2/I1"]
    assert (second.name, second.silent) == ("model-b", True)


def test_an_original_that_found_nothing_is_no_silence() -> None:
    text = f"# R\n\n## Suggestions\n\nNone.\n\n## Appendix: Original Reviews\n\n### [Model A] — Pass 1\n\n{REVIEW}\n"
    text += "### [Model B] — Pass 1\n\n````markdown\n## Findings\n\nNone.\n````\n"
    assert [(voice.name, voice.silent) for voice in voices(text)] == [("model-a", False), ("model-b", False)]


def test_a_published_report_without_originals_speaks_for_those_it_credits() -> None:
    text = "# R\n\n## Important Issues\n\nI1. **It breaks** — `a.py:3` [Model A, Model B (as S5)]\n\n"
    text += "I2. **Alone** — `b.py`\n\n## Agent Performance Retro\n\n### [Model A]\n\nGood.\n"
    told = {voice.name: [claim.title for claim in voice.claims] for voice in voices(text)}
    assert told == {"model-a": ["It breaks"], "model-b": ["It breaks"], "me": ["Alone"]}


def test_our_own_report_says_again_what_was_claimed() -> None:
    report = make_report()
    told = {claim.id for voice in voices(report_json(report)) for claim in voice.claims}
    assert told == {claim.id for claim in report.claims}


SARIF = {
    "runs": [
        {
            "tool": {
                "driver": {
                    "name": "Tool X",
                    "rules": [
                        {"id": "X1", "shortDescription": {"text": "about"}, "properties": {"security-severity": "9.8"}}
                    ],
                }
            },
            "results": [
                {
                    "ruleId": "X1",
                    "message": {"text": "It breaks\nbadly"},
                    "locations": [
                        {
                            "physicalLocation": {
                                "artifactLocation": {"uri": "src/a%20b.py"},
                                "region": {"startLine": 3, "endLine": 4, "snippet": {"text": "x = 1\n"}},
                            }
                        }
                    ],
                },
                {"kind": "pass", "message": {"text": "fine"}},
                {"message": {"text": "hidden"}, "suppressions": [{"kind": "inSource"}], "level": "note"},
            ],
        }
    ]
}


def test_sarif() -> None:
    (voice,) = voices(SARIF)
    first, second = voice.claims
    assert (voice.name, first.kind, first.severity) == ("tool-x", "Tool-X:X1", CRITICAL)
    assert (spot(first), first.quote) == (("src/a b.py", 3, 4), "x = 1")
    assert "about" in first.body
    assert second.suppressed


def test_rdjson_and_its_lines() -> None:
    item = {
        "message": "It breaks.\nMore.",
        "location": {"path": "./a.py", "range": {"start": {"line": 3}, "end": {"line": 5}}},
        "severity": "ERROR",
        "code": {"value": "E1"},
        "suggestions": [{"text": "x = 2"}],
    }
    claim = only({"source": {"name": "lint"}, "diagnostics": [item]})
    assert (claim.reviewer, claim.kind, claim.severity, spot(claim)) == ("lint", "lint:E1", IMPORTANT, ("a.py", 3, 5))
    assert "x = 2" in claim.fix
    (lines,) = voices(f"{json.dumps(item)}\n{json.dumps(item)}\n")
    assert len(lines.claims) == 2


COMMENT = {
    "id": 7,
    "user": {"login": "bot-a[bot]"},
    "path": "a.py",
    "line": 12,
    "start_line": 10,
    "side": "RIGHT",
    "diff_hunk": "@@ -8,2 +8,5 @@\n z\n+a\n+b\n+c",
    "body": "**P1** It breaks because of b.\n\n```suggestion\nfixed\n```",
}


def test_comments_of_a_pull_request() -> None:
    other = {"id": 8, "user": {"login": "kim"}, "path": "b.py", "line": None, "original_line": 4, "body": "nit: rename"}
    reply = {"id": 9, "user": {"login": "sam"}, "in_reply_to_id": 7, "body": "No, see c."}
    first, second = voices([[COMMENT, reply], [other]])
    (claim,) = first.claims
    assert (first.name, claim.severity, spot(claim), claim.quote) == ("bot-a", IMPORTANT, ("a.py", 10, 12), "a\nb\nc")
    assert "fixed" in claim.fix
    assert "No, see c." in claim.body
    assert spot(second.claims[0]) == ("b.py", 4, 4)
    assert second.claims[0].severity is SUGGESTION


def test_a_comment_on_removed_code_is_about_the_base() -> None:
    claim = only([COMMENT | {"side": "LEFT", "diff_hunk": "@@ -10,3 +10,1 @@\n-a\n-b\n-c"}])
    assert claim.main is not None
    assert (claim.main.side, claim.quote) == (Side.BASE, "a\nb\nc")


def test_reviews_of_a_pull_request_hold_whole_reviews() -> None:
    document = {
        "reviews": [{"author": {"login": "a"}, "body": REVIEW}],
        "comments": [{"author": {"login": "b"}, "body": "LGTM"}],
    }
    told = {voice.name: (len(voice.claims), len(voice.observations)) for voice in voices(document)}
    assert told == {"a": (1, 0), "b": (0, 1)}


@pytest.mark.parametrize(
    "item",
    [
        {"title": "It breaks", "file": "a.py", "line": 3, "severity": "high", "description": "Because."},
        {"message": "It breaks. Because.", "path": "a.py", "start_line": "3", "priority": "major"},
        {"summary": "It breaks", "location": "a.py:3", "level": "error", "body": "Because."},
        {"title": "It breaks", "locations": [{"path": "a.py", "start": 3}], "severity": "P1"},
    ],
)
@pytest.mark.parametrize(
    "shape", [lambda item: [item], lambda item: {"findings": [item]}, lambda item: {"issues": [item]}]
)
def test_json_of_no_standard(item: dict[str, Any], shape: Any) -> None:
    claim = only(shape(item))
    assert (claim.title, claim.severity, spot(claim), claim.kind) == ("It breaks", IMPORTANT, ("a.py", 3, 3), SAID)
    assert claim.defect is DefectClass.REGRESSION


@pytest.mark.parametrize("content", ["{}", "[]", '{"runs": 3}', '{"runs": [3]}', "[1, 2]", '{"diagnostics": [3]}'])
def test_what_holds_no_review_is_told(content: str) -> None:
    with pytest.raises(NotUnderstood):
        voices_of(content.encode(), "me")


def test_deep_nesting_is_told() -> None:
    with pytest.raises(NotUnderstood):
        voices_of(b"[" * 200_000, "me")


def test_broken_json_is_a_text() -> None:
    (voice,) = voices_of(b'{"findings": [', "me")
    assert voice.silent


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["runs", "results", "tool", "driver", "name", "message", "location", "path", "body", "user"]
            )
            | st.sampled_from(
                ["findings", "title", "line", "comments", "diagnostics", "rules", "id", "schema", "claims"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@settings(max_examples=300, deadline=None)
@given(_JSON)
def test_no_json_breaks_the_reader(document: Any) -> None:
    try:
        told = voices(document)
    except NotUnderstood:
        return
    for voice in told:
        ids = [claim.id for claim in voice.claims]
        assert len({*ids}) == len(ids)
        assert all(claim.id.startswith(f"{voice.name}/") and claim.title for claim in voice.claims)


def test_names_are_unique(tmp_path: Path) -> None:
    for name in ("a.md", "b.md"):
        (tmp_path / name).write_text(REVIEW)
    files = [Replayed(path=tmp_path / "a.md", name="x"), Replayed(path=tmp_path / "b.md", name="x")]
    told = read_files(files, ["x"])
    assert [voice.name for voice in told] == ["x-2", "x-3"]
    assert [voice.claims[0].id for voice in told] == ["x-2/1/I1", "x-3/1/I1"]


@pytest.mark.parametrize("name", ["review-claude-pass-1.md", "claude.md", "claude.review.txt"])
def test_a_file_is_called_after_who_wrote_it(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text(REVIEW)
    assert read_files([Replayed.named(str(tmp_path / name))])[0].name == "claude"


def test_an_empty_answer_is_no_review_and_does_not_keep_the_others_from_being_read(tmp_path: Path) -> None:
    (tmp_path / "silent.md").write_text(" \n")
    (tmp_path / "claude.md").write_text(REVIEW)
    silent, claude = read_files([Replayed.named(str(tmp_path / name)) for name in ("silent.md", "claude.md")])
    assert (silent.name, silent.answered, silent.claims) == ("silent", False, ())
    assert claude.answered


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        read_files([Replayed(path=tmp_path / "none", name="")])
    with pytest.raises(UsageError, match="cannot be read"):
        read_files([Replayed(path=tmp_path, name="")])


def test_renaming_keeps_a_family_that_is_known() -> None:
    (voice,) = voices(REVIEW, "claude-x")
    assert renamed(voice, "second").family == "claude"
    assert renamed(voice, "second").claims[0].id == "second/1/I1"


def test_one_author_in_two_exports_is_one_voice_and_two_files_of_one_name_are_two(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "pull.json").write_text(json.dumps([COMMENT]))
        (tmp_path / folder / "review.md").write_text(REVIEW)

    def families(*files: Replayed) -> list[tuple[str, str, set[str]]]:
        return [(v.name, v.family, {claim.family for claim in v.claims}) for v in read_files(files)]

    pulls, reviews = (
        [Replayed(path=tmp_path / folder / file, name="") for folder in ("a", "b")]
        for file in ("pull.json", "review.md")
    )
    assert families(*pulls) == [("bot-a", "bot-a", {"bot-a"}), ("bot-a-2", "bot-a", {"bot-a"})]
    assert families(*reviews) == [("review", "review", {"review"}), ("review-2", "review-2", {"review-2"})]
    named = families(*(Replayed(path=file.path, name="kim") for file in reviews))
    assert named == [("kim", "kim", {"kim"}), ("kim-2", "kim", {"kim"})]
