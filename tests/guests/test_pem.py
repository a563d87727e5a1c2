"""Private keys are taken out whole, however they are wrapped or cut; code that only looks for them stays."""

import base64
import json
import random
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deepreview.guests.redact import HIDDEN, redaction

CLEAN = redaction({}, {}).text
KINDS = ("", "RSA ", "EC ", "OPENSSH ", "ENCRYPTED ")


def _key(seed: int, kind: str, size: int) -> list[str]:
    made = random.Random(seed).randbytes(size)
    body = base64.b64encode(made).decode()
    lines = [body[at : at + 64] for at in range(0, len(body), 64)]
    return [f"-----BEGIN {kind}PRIVATE KEY-----", *lines, f"-----END {kind}PRIVATE KEY-----"]


def _each(before: str, after: str = "\n") -> Callable[[list[str]], str]:
    return lambda lines: "".join(f"{before}{line}{after}" for line in lines).removesuffix("\n")


def _numbered(between: str) -> Callable[[list[str]], str]:
    return lambda lines: "\n".join(f"{number:6}{between}{line}" for number, line in enumerate(lines, 97))


WRAPPED: dict[str, Callable[[list[str]], str]] = {
    "plain": "\n".join,
    "dos": "\r\n".join,
    "indented": _each("        "),
    "quoted in Markdown": _each("> "),
    "added": _each("+"),
    "removed": _each("-"),
    "commented": _each("    # "),
    "slashes": _each("// "),
    "strings": _each('    "', '\\n"\n'),
    "joined strings": _each("  '", "\\n' +\n"),
    "list": _each('"', '",\n'),
    "numbered": _numbered("→"),
    "grepped": _numbered(": "),
    "one line": " ".join,
    "JSON": lambda lines: json.dumps("\n".join(lines)),
    "JSON in JSON": lambda lines: json.dumps(json.dumps({"key": "\r\n".join(lines)})),
    "JSON of PHP": lambda lines: json.dumps("\n".join(lines)).replace("/", "\\/"),
    "labelled": lambda lines: "\n".join(
        [lines[0], "Proc-Type: 4,ENCRYPTED", f"DEK-Info: AES,{'0A' * 16}", "", *lines[1:]]
    ),
}
WRAPS = st.sampled_from(sorted(WRAPPED))


def _left(text: str, lines: list[str]) -> list[str]:
    """Each 16 letters of the key that are still there."""
    body = "".join(lines[1:-1])
    known = {body[at : at + 16] for at in range(len(body) - 15)}
    bare = text.replace("\\/", "/")
    return [bare[at : at + 16] for at in range(len(bare) - 15) if bare[at : at + 16] in known]


@given(st.integers(), st.sampled_from(KINDS), st.integers(48, 1800), WRAPS)
def test_nothing_is_left_of_a_whole_key(seed: int, kind: str, size: int, wrap: str) -> None:
    text = WRAPPED[wrap](_key(seed, kind, size))
    hidden = CLEAN(f"Before it.\n{text}\nAfter it.")
    assert hidden.count(HIDDEN) == 1
    assert "PRIVATE KEY" not in hidden
    assert hidden.startswith("Before it.\n")
    assert hidden.endswith("\nAfter it.")
    assert CLEAN(hidden) == hidden


@given(st.integers(), st.integers(300, 1800), WRAPS, st.data())
def test_a_key_may_lack_its_end_or_its_beginning(seed: int, size: int, wrap: str, data: st.DataObject) -> None:
    lines = _key(seed, "RSA ", size)
    text = WRAPPED[wrap](lines)
    where = data.draw(st.integers(text.index("KEY-----") + 180, text.index("-----END") - 100))
    for part in (text[:where], text[where:]):
        hidden = CLEAN(part)
        assert _left(hidden, lines) == []
        assert "PRIVATE KEY" not in hidden
        assert CLEAN(hidden) == hidden


@pytest.mark.parametrize("width", [4, 12, 15, 64])
def test_lines_may_be_short_and_letters_hexadecimal(width: int) -> None:
    begin, *body, end = _key(11, "", 96)
    for whole in ("".join(body), base64.b64decode("".join(body)).hex()):
        lines = [whole[at : at + width] for at in range(0, len(whole), width)]
        assert CLEAN("\n".join(["a", begin, *lines, end, "b"])) == f"a\n{HIDDEN}\nb"


@pytest.mark.parametrize(
    "after",
    [
        "\n\nThe key is in `a.pem`, which is shipped.",
        '"\n    raise ValueError(text)\n',
        "\n```\n\nI1. **It leaks**",
        "...",
    ],
)
def test_what_follows_a_key_without_an_end_stays(after: str) -> None:
    text = "\n".join(_key(7, "", 480)[:-2])
    assert CLEAN(f"A {text}{after}") == f"A {HIDDEN}{after}"


@pytest.mark.parametrize(
    "text",
    [
        'if "-----BEGIN PRIVATE KEY-----" in text and "-----END PRIVATE KEY-----" in text:',
        "PEM = re.compile('-----BEGIN (?:RSA )?PRIVATE KEY-----(.*?)-----END RSA PRIVATE KEY-----', re.DOTALL)",
        'HEAD = "-----BEGIN RSA PRIVATE KEY-----"\n\n\ndef loads(data: bytes) -> RSAPrivateKeyWithSerialization:\n',
        '"-----BEGIN PRIVATE KEY-----\\n" + body + "\\n-----END PRIVATE KEY-----\\n"',
        "-----BEGIN PRIVATE KEY-----\n...\n-----END PRIVATE KEY-----",
        "-----BEGIN PRIVATE KEY-----\nMIIE...\n-----END PRIVATE KEY-----",
        "It ends with `-----END PRIVATE KEY-----`.",
        "-----BEGIN PUBLIC KEY-----\nMIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A\n-----END PUBLIC KEY-----",
    ],
)
def test_code_that_looks_for_keys_stays(text: str) -> None:
    assert CLEAN(text) == text


def test_of_code_between_two_markers_only_what_is_a_key_goes() -> None:
    line = _key(5, "", 48)[1]
    code = "def load(text):\n    first, last = text.find(BEGIN), text.rfind(END)\n    return text[first:last]\n" * 3
    text = f'A = "-----BEGIN PRIVATE KEY-----"\n{code}KEY = "{{}}"\n{code}B = "-----END PRIVATE KEY-----"\n'
    assert CLEAN(text.format(line)) == text.format(HIDDEN)


@given(st.lists(st.sampled_from([*_key(3, "", 96), HIDDEN, "\n", "text", "a1", "\\n", "M", "x" * 80]), max_size=12))
def test_twice_is_once(parts: list[str]) -> None:
    once = CLEAN("".join(parts))
    assert CLEAN(once) == once
