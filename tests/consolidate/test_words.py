from deepreview.consolidate.pairs import features, weigh
from deepreview.consolidate.words import said
from deepreview.model.claim import Place
from deepreview.testing.builders import make_claim


def test_identifiers_are_taken_apart_and_kept_whole() -> None:
    read = said(make_claim(title="`ensureCached` races", body="see os.Rename and fetch_sha", quote=""), ruled=False)
    assert {"ensur", "cach", "renam", "fetch", "sha"} <= set(read.words)
    assert {"ensurecached", "rename", "fetch_sha"} <= read.names


def test_code_in_the_explanation_is_not_compared_and_quoted_code_is() -> None:
    claim = make_claim(title="t", body="before\n```go\nsecretWord()\n```\nafter", quote="  quotedLine( 1 )\n}\n# note")
    read = said(claim, ruled=False)
    assert "secret" not in read.words
    assert read.quote == {"quotedLine(1)"}


def test_titles_count_twice() -> None:
    assert said(make_claim(title="expiry", body="expiry"), ruled=False).words["expiry"] == 3


def test_features_of_equal_claims_are_full() -> None:
    one = said(make_claim(title="`load` drops stamps", body="after a restart", quote="rows[key] = row"), ruled=False)
    found = features(weigh([one, one]), 0, 1)
    assert found is not None
    assert round(found["words"], 6) == found["title"] == found["quote"] == 1.0
    assert found["severity"] == 0.0


def test_different_files_and_nothing_in_common_cannot_be_one() -> None:
    one = said(make_claim(title="lock", body="", quote="", places=(Place(path="a.py", first=1, last=1),)), ruled=False)
    other = said(
        make_claim(title="port", body="", quote="", places=(Place(path="b.py", first=1, last=1),)), ruled=False
    )
    assert features(weigh([one, other]), 0, 1) is None
