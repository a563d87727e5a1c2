import re
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from deepreview.consolidate.pairs import TOLD, features, weigh
from deepreview.consolidate.words import LONGEST, Vocabulary, said
from deepreview.model.claim import Claim, Place
from deepreview.testing.builders import make_claim


def read(claim: Claim) -> tuple[dict[str, int], set[str], set[str]]:
    """Words with their counts, names and quoted lines of a claim, as text."""
    vocabulary = Vocabulary()
    found = said(claim, vocabulary, ruled=False)
    text = list(vocabulary.numbers)
    assert found.stems == found.words.keys() >= found.title
    words = {text[number]: count for number, count in found.words.items()}
    return words, {text[number] for number in found.names}, {text[number] for number in found.quote}


def test_identifiers_are_taken_apart_and_kept_whole() -> None:
    words, names, _ = read(make_claim(title="`ensureCached` races", body="see os.Rename and fetch_sha", quote=""))
    assert {"ensur", "cach", "renam", "fetch", "sha"} <= set(words)
    assert {"ensurecached", "rename", "fetch_sha"} <= names


def test_code_in_the_explanation_is_not_compared_and_quoted_code_is() -> None:
    claim = make_claim(title="t", body="before\n```go\nsecretWord()\n```\nafter", quote="  quotedLine( 1 )\n}\n# note")
    words, names, quote = read(claim)
    assert "secret" not in words
    assert "quotedline" in names
    assert quote == {"quotedLine(1)"}


def test_titles_count_twice() -> None:
    assert read(make_claim(title="expiry", body="expiry"))[0]["expiry"] == 3


def test_a_title_that_is_how_the_text_begins_counts_once_with_it() -> None:
    comment = "The cached token is never expired. It is read again at every start of the daemon, whoever asks."
    begun = make_claim(title="The cached token is never expired", body=comment)
    assert read(begun)[0] == read(make_claim(title=comment, body=""))[0]
    cut = make_claim(title="The cached token is never expired. It is re…", body=comment)
    assert read(cut)[0] == read(begun)[0]
    apart = make_claim(title="The cached token is never expired", body=f"So {comment}")
    assert read(apart)[0]["token"] == 3
    long = make_claim(title="The cached token is never expired", body=comment + " again" * 100)
    assert read(long)[0]["again"] > 100


_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*|[^\W\d_a-zA-Z]+")


@given(st.text(st.sampled_from("abzAZ_.09 -`\n\x1cé→日ǅ\ud800\u2028"), max_size=60) | st.text(max_size=60))
def test_a_text_is_read_as_the_words_in_it_one_by_one(text: str) -> None:
    """Cutting at blanks and marks first, and remembering the pieces, changes nothing."""
    body = f" {text}"
    assert len(body) < LONGEST
    whole, names, _ = read(make_claim(title="", body=body, quote=""))
    parts = [read(make_claim(title="", body=word, quote="")) for word in _WORD.findall(body)]
    assert whole == sum((Counter(words) for words, _, _ in parts), Counter())
    assert names == set().union(*(own for _, own, _ in parts))


def test_features_of_equal_claims_are_full() -> None:
    claim = make_claim(title="`load` drops stamps", body="after a restart", quote="rows[oneKey] = row")
    one = said(claim, Vocabulary(), ruled=False)
    found = features(weigh([one, one]), 0, 1)
    assert found is not None
    assert tuple(round(value, 6) for value in found) == (1.0, 1.0, 1.0, 1.0, 0.0)


def test_without_a_place_only_what_is_told_is_compared() -> None:
    one = said(make_claim(title="`load` drops stamps", places=()), Vocabulary(), ruled=False)
    assert len(features(weigh([one, one]), 0, 1) or ()) == len(TOLD)


def test_rare_words_tell_most_and_less_so_where_no_place_is_named() -> None:
    vocabulary = Vocabulary()
    titles = ("lock cache", "lock port", "lock stamp")
    among = weigh([said(make_claim(title=title, body="", quote=""), vocabulary, ruled=False) for title in titles])
    common, rare = vocabulary.numbers["lock"], vocabulary.numbers["port"]
    placed, told = (scale.words[rare] / scale.words[common] for scale in (among.placed, among.told))
    assert placed > told > 1


def test_different_files_and_nothing_in_common_cannot_be_one() -> None:
    vocabulary = Vocabulary()
    one, other = (
        said(
            make_claim(title=title, body="", quote="", places=(Place(path=path, first=1, last=1),)),
            vocabulary,
            ruled=False,
        )
        for title, path in (("lock", "a.py"), ("port", "b.py"))
    )
    assert features(weigh([one, other]), 0, 1) is None
