import pytest

from deepreview.agents.base import Wire
from deepreview.agents.endpoint import Endpoint
from deepreview.broker.base import Form
from deepreview.broker.credentials import credentials
from deepreview.errors import ConfigError


def shown(environ: dict[str, str], *endpoints: Endpoint) -> list[tuple[object, ...]]:
    return [(one.wire, one.base_url, one.form, one.key, one.name) for one in credentials(environ, endpoints)]


def test_nothing_is_found_where_nothing_is() -> None:
    assert credentials({"PATH": "/bin", "ANTHROPIC_API_KEY": " ", "OPENAI_BASE_URL": "http://x"}) == ()


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        (
            {"ANTHROPIC_API_KEY": "k\n", "ANTHROPIC_AUTH_TOKEN": "t"},
            [(Wire.ANTHROPIC, "https://api.anthropic.com", Form.X_API_KEY, "k", "")],
        ),
        (
            {"ANTHROPIC_AUTH_TOKEN": "t", "ANTHROPIC_BASE_URL": "https://gate.example/a/"},
            [(Wire.ANTHROPIC, "https://gate.example/a", Form.BEARER, "t", "")],
        ),
        (
            {"OPENAI_API_KEY": "k", "OPENAI_BASE_URL": "http://127.0.0.1:1/v1"},
            [
                (Wire.RESPONSES, "http://127.0.0.1:1/v1", Form.BEARER, "k", ""),
                (Wire.CHAT, "http://127.0.0.1:1/v1", Form.BEARER, "k", ""),
            ],
        ),
        (
            {"GOOGLE_API_KEY": "g", "GEMINI_API_KEY": "k"},
            [(Wire.GEMINI, "https://generativelanguage.googleapis.com", Form.X_GOOG, "k", "")],
        ),
        (
            {"GOOGLE_API_KEY": "g", "GOOGLE_GEMINI_BASE_URL": "https://gate.example"},
            [(Wire.GEMINI, "https://gate.example", Form.X_GOOG, "g", "")],
        ),
    ],
)
def test_the_vendors_variables(environ: dict[str, str], expected: list[tuple[object, ...]]) -> None:
    assert shown(environ) == expected


def test_endpoints_come_after_the_vendors() -> None:
    local = Endpoint(name="local", url="http://127.0.0.1:11434/v1", wire=Wire.CHAT, variable="")
    gate = Endpoint(name="gate", url="https://gate.example", wire=Wire.ANTHROPIC, variable="GATE_KEY")
    absent = Endpoint(name="absent", url="https://x.example", wire=Wire.CHAT, variable="NO_KEY")
    found = shown({"GATE_KEY": "g", "GEMINI_API_KEY": "k"}, local, gate, absent)
    assert [one[0] for one in found[:1]] == [Wire.GEMINI]
    assert found[1:] == [
        (Wire.CHAT, "http://127.0.0.1:11434/v1", Form.NONE, "", "local"),
        (Wire.ANTHROPIC, "https://gate.example", Form.X_API_KEY, "g", "gate"),
    ]


@pytest.mark.parametrize("key", ["a b", "a\nb", "kéy", "a\x00b"])
def test_what_can_be_no_key_is_told_without_it(key: str) -> None:
    with pytest.raises(ConfigError, match="OPENAI_API_KEY holds what no key can be") as caught:
        credentials({"OPENAI_API_KEY": key})
    assert key not in str(caught.value)


@pytest.mark.parametrize(
    "url", ["api.example", "ftp://x", "http://u:p@x", "http://x:port", "https://x/?k=v", "http://["]
)
def test_what_can_be_no_address_is_told(url: str) -> None:
    with pytest.raises(ConfigError, match="OPENAI_BASE_URL holds no base URL"):
        credentials({"OPENAI_API_KEY": "k", "OPENAI_BASE_URL": url})


def test_a_key_is_not_in_what_is_printed() -> None:
    assert "secret" not in repr(credentials({"OPENAI_API_KEY": "secret", "GEMINI_API_KEY": "secret"}))
