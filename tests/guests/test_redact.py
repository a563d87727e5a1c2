import base64
import json
import string
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deepreview.guests.redact import HIDDEN, redaction

PATHS = {"~": Path("/home/sam"), "<repo>": Path("/home/sam/.cache/x/checkout"), "<temp>": Path("/tmp/run-7")}
PLAIN = redaction({}, PATHS)
KEYS = (
    "sk-ant-api03-AbCdEfGhIjKlMnOpQrStUvWxYz0123456789-_AA",
    "sk-proj-0123456789abcdefghij",
    "ghp_0123456789abcdefghijABCDEFGHIJ012345",
    "github_pat_11ABCDEFG0123456789_abcdefghij",
    "glpat-0123456789abcdefghij",
    "AIzaSyA0123456789abcdefghijklmnopqrstuv",
    "AKIAIOSFODNN7EXAMPLE",
    "xoxb-0123456789-abcdefghij",
    "hf_0123456789abcdefghijABCDEF",
    "npm_0123456789abcdefghijABCDEFGHIJ012345",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9",
    "SG.0123456789abcdefghij.0123456789abcdefghij",
)
PEM = "-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA\nabc+/=\n-----END RSA PRIVATE KEY-----"


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("around", ["{}", "key={}", '{{"a": "{}"}}', "x {} y", "'{}'\n", "https://h/?k={}&x"])
def test_keys_by_their_shape(key: str, around: str) -> None:
    text = around.format(key)
    assert PLAIN.text(text) == around.format(HIDDEN)


@pytest.mark.parametrize(
    "text",
    [
        "task-queue-with-a-very-long-name-0123456789",
        "sk-learn-contrib-packages-and-more",
        "Basic internationalization is there",
        "commit 4b825dc642cb6eb9a060e54bf8d69288fbee4904",
        "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "a tokenizer, a keyboard, pass the secret",
        "ssh://git@github.com/acme/app.git",
        "/home/samantha/x and /srv/home/sam/x and ./home/sam",
        "-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----",
    ],
)
def test_what_is_no_secret(text: str) -> None:
    assert PLAIN.text(text) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"a\n{PEM}\nb", f"a\n{HIDDEN}\nb"),
        (json.dumps(PEM), f'"{HIDDEN}"'),
        (PEM.split("=", maxsplit=1)[0], HIDDEN),
        ("https://sam:hunter2@example.org/x", f"https://{HIDDEN}@example.org/x"),
        ("https://0123456789abcdef0123@github.com/x", f"https://{HIDDEN}@github.com/x"),
        ("Authorization: Bearer abcdefgh01234567xyz", f"Authorization: Bearer {HIDDEN}"),
        ("authorization: basic c2FtOmh1bnRlcjIxMjM0", f"authorization: basic {HIDDEN}"),
    ],
)
def test_secrets_by_their_place(text: str, expected: str) -> None:
    assert PLAIN.text(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("/home/sam", "~"),
        ("in /home/sam.", "in ~."),
        ("/home/sam/.ssh/id_rsa", "~/.ssh/id_rsa"),
        ("file:///home/sam/x", "file://~/x"),
        ("/home/sam/.cache/x/checkout/a.py:3", "<repo>/a.py:3"),
        ('"/tmp/run-7/home"', '"<temp>/home"'),
        ("PATH=/home/sam/bin:/home/sam/x", "PATH=~/bin:~/x"),
        ("/home/sam/home/sam", "~/home/sam"),
        (json.dumps("in\n/home/sam/x\t/home/sam\r/home/sam/y"), r'"in\n~/x\t~\r~/y"'),
        (r'"\/home\/sam\/x"', r'"~\/x"'),
        ("?at=%2Fhome%2Fsam%2Fx&", "?at=~%2Fx&"),
        ("cc -I/home/sam/include -L/home/sam", "cc -I~/include -L~"),
        ("x-I/home/sam and a/home/sam", "x-I/home/sam and a/home/sam"),
    ],
)
def test_private_paths(text: str, expected: str) -> None:
    assert PLAIN.text(text) == expected


def test_paths_that_everybody_has_stay(tmp_path: Path) -> None:
    assert redaction({}, {"~": Path("/"), "<x>": Path("/usr")}).text("/usr/bin /x") == "/usr/bin /x"
    (tmp_path / "link").symlink_to(tmp_path / "real")
    found = redaction({}, {"<repo>": tmp_path / "link"})
    assert found.text(f"{tmp_path}/real/a {tmp_path}/link/b") == "<repo>/a <repo>/b"


def test_values_of_credential_variables() -> None:
    value = 'p"ss wörd/0123+='
    environ = {
        "MY_SERVICE_TOKEN": value,
        "DB_PASSWORD": "hunter2-hunter2",
        "SSH_AUTH_SOCK": "/tmp/agent/sock",
        "KEYBOARD": "dvorak-0123",
        "TOKEN_KIND": "short",
        "AUTH_METHOD": "password",
        "EDITOR": "some-editor-1",
    }
    hidden = redaction(environ, {}, ["given-by-hand"])
    for form in (value, json.dumps(value)[1:-1], "hunter2-hunter2", "given-by-hand"):
        assert hidden.text(f"a {form} b") == f"a {HIDDEN} b"
    assert "aHVudGVy" not in hidden.text(base64.b64encode(b"hunter2-hunter2").decode())
    kept = "/tmp/agent/sock dvorak-0123 short password some-editor-1"
    assert hidden.text(kept) == kept


SECRETS = st.text(alphabet=string.ascii_letters + string.digits + "+/=_-. \"'\\é", min_size=8, max_size=40).filter(
    lambda value: not value.startswith("/") and not (value.isalpha() and value.islower()) and HIDDEN not in value
)
TEXTS = st.text(alphabet=st.sampled_from("ab/ .~:@-_<>\n\"'01eyJsk-BEGIN"), max_size=200)


@given(secret=SECRETS, before=TEXTS, after=TEXTS)
def test_a_known_secret_never_stays(secret: str, before: str, after: str) -> None:
    hidden = redaction({"API_KEY": secret}, PATHS)
    once = hidden.text(before + secret + after)
    assert secret not in once or secret in HIDDEN + before + after


@given(parts=st.lists(st.one_of(TEXTS, st.sampled_from([*KEYS, PEM, "/home/sam", "/tmp/run-7", "https://a:b@c"]))))
def test_twice_is_once(parts: list[str]) -> None:
    once = PLAIN.text("".join(parts))
    assert PLAIN.text(once) == once


@pytest.mark.parametrize(
    "piece",
    [
        "a", "sk-", "eyJaaaaaaaaaaaa-", "eyJaaaaaaaaaaaa.", "SG.aaaaaaaaaaaaaaaaaa.",
        "-----BEGIN PRIVATE KEY-----\n", "-----END PRIVATE KEY-----MIIEpAIBAAKCAQEA0123\n", "\\", "://a:",
        "://aaaaaaaaaaaaaaaaaaaaaaaaa", "Bearer ", "Bearer aaaaaaaaaaaaaaaaaaaaa", "/home/sam", "/home/", "-", "AKIA",
        "ghp_", "sk-aaaaaaaaaaaaaaaaaaaa", "x" * 100 + "=",
    ],
)  # fmt: skip
def test_time_grows_with_length(piece: str) -> None:
    hidden = redaction({"A_TOKEN": "0123456789abcdef", "B_KEY": "aaaaaaaa-1"}, PATHS)

    def seconds(size: int) -> float:
        text = piece * (size // len(piece))
        best = 9.0
        for _ in range(3):
            started = time.process_time()
            hidden.text(text)
            best = min(best, time.process_time() - started)
        return best

    assert seconds(400_000) < 12 * seconds(100_000) + 0.05
