"""A quote whose code looks like a key is found where it stands, whatever was taken out of it."""

import time
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from deepreview.guests.redact import HIDDEN, redaction
from deepreview.model.claim import SAID, Place
from deepreview.model.evidence import Outcome
from deepreview.testing.builders import make_claim
from deepreview.testing.reviewers import Scripted
from deepreview.testing.rounds import Stage
from deepreview.testing.sandbox import Sandbox
from deepreview.verify.anchor import anchor, squeezed
from deepreview.verify.redacted import completed

KEY = "AKIA" + "Q7" * 8
CODE = f'def sign():\n    client = Client("{KEY}", "{KEY}", retry=1)\n    return client\n'
CLEAN = redaction({}, {}).text


def test_a_finding_about_a_key_in_the_code_is_placed(tmp_path: Path) -> None:
    box = Sandbox(tmp_path / "repo")
    box.commit("start", {"a.py": "\n"})
    box.git("checkout", "-q", "-b", "topic")
    box.commit("sign", {"a.py": CODE, "b.py": "x = 1\n"})
    quote = CLEAN(CODE.splitlines()[1])
    assert HIDDEN in quote
    assert KEY not in quote
    right = make_claim(1, kind=SAID, quote=quote, places=(Place(path="a.py", first=1, last=1),))
    wrong = make_claim(2, kind=SAID, quote=quote, title="Elsewhere", places=(Place(path="b.py", first=1, last=1),))
    report = Stage(box=box).run(Scripted(name="names", said=(right, wrong)))
    by_path = {str(finding.locations[0].path): finding for finding in report.findings}
    placed = by_path["a.py"]
    assert (placed.locations[0].first, placed.evidence[0].outcome) == (2, Outcome.SUPPORTS)
    assert by_path["b.py"].evidence[0].outcome is Outcome.INCONCLUSIVE
    assert report.claims[0].quote == quote


@given(st.lists(st.text("ab=", min_size=0, max_size=4), min_size=2, max_size=4), st.text("xab", min_size=1, max_size=5))
def test_what_fits_is_taken(parts: list[str], secret: str) -> None:
    line, other = secret.join(parts), "zzz"
    quote = HIDDEN.join(parts)
    assert completed(quote, (other, line)) == (line if any(parts) else quote)
    assert completed(quote, (other,)) == quote


PEM = "\n".join(["-----BEGIN RSA PRIVATE KEY-----", *["MIIEpAIBAAKCAQEA" * 4] * 3, "-----END RSA PRIVATE KEY-----"])
HELD = f'import ssl\n\nKEY = """{PEM}"""\n\ndef load():\n    return open("/home/sam/.config/app.pem").read(), KEY\n'
CLEAN_OF_SAM = redaction({}, {"~": Path("/home/sam")}).text


def test_a_quote_of_a_whole_key_is_found_with_all_its_lines() -> None:
    lines = HELD.splitlines()
    for quote in ("\n".join(lines[2:9]), "\n".join(lines[:3]), HELD):
        hidden = CLEAN_OF_SAM(quote)
        assert "MII" not in hidden
        found = anchor(Place(path="a.py", first=3, last=4), completed(hidden, lines), lines)
        assert found
        assert found.sure


def test_a_file_of_many_beginnings_takes_no_longer_than_one_of_many_lines() -> None:
    def seconds(line: str) -> float:
        began = time.process_time()
        assert completed("~~~", [line] * 20_000) == "~~~"
        return time.process_time() - began

    assert seconds(PEM.splitlines()[0]) < 1 + 20 * seconds("x = 1")


def test_of_a_quote_of_thousands_of_gaps_the_first_are_closed() -> None:
    lines = [f'key_{number} = "sam"' for number in range(2_000)]
    found = completed("\n".join(line.replace("sam", HIDDEN) for line in lines), lines).split("\n")
    assert found[:400] == squeezed(lines[:400])
    assert found[-1] == f'key_1999 = "{HIDDEN}"'


def test_a_quote_of_a_private_path_is_found() -> None:
    lines = HELD.splitlines()
    hidden = CLEAN_OF_SAM(lines[-1])
    assert hidden == '    return open("~/.config/app.pem").read(), KEY'
    assert completed(hidden, lines) == squeezed(lines)[-1]
    assert completed("a = ~b", ["a=xb"]) == "a = ~b"
    assert completed('open("~/x")', ['open("/a/x")', 'open("~/x")']) == 'open("~/x")'
    assert completed('shutil.rmtree("~")', ["print()"]) == 'shutil.rmtree("~")'
