"""Which proxy and which authorities the environment names."""

import ssl
from pathlib import Path

import pytest

from deepreview.errors import ConfigError
from deepreview.outward import outward, told_on

API = "https://api.anthropic.com/v1/messages"


@pytest.mark.parametrize(
    ("environ", "url", "proxy"),
    [
        ({}, API, None),
        ({"HTTPS_PROXY": "http://p:3128"}, API, "http://p:3128"),
        ({"HTTPS_PROXY": "http://p:3128", "https_proxy": "http://small:1"}, API, "http://small:1"),
        ({"HTTPS_PROXY": "p:3128"}, API, "http://p:3128"),
        ({"HTTPS_PROXY": ""}, API, None),
        ({"ALL_PROXY": "http://p:3128"}, API, "http://p:3128"),
        ({"HTTP_PROXY": "http://p:3128"}, API, None),
        ({"HTTP_PROXY": "http://p:3128"}, "http://gate.acme.example/v1", "http://p:3128"),
        ({"ALL_PROXY": "http://p:3128"}, "http://127.0.0.1:11434/v1", None),
        ({"ALL_PROXY": "http://p:3128"}, "http://localhost/v1", None),
        ({"ALL_PROXY": "http://p:3128", "NO_PROXY": "x, .anthropic.com"}, API, None),
        ({"ALL_PROXY": "http://p:3128", "no_proxy": "API.anthropic.com"}, API, None),
        ({"ALL_PROXY": "http://p:3128", "NO_PROXY": "*"}, API, None),
        ({"ALL_PROXY": "http://p:3128", "NO_PROXY": "*.anthropic.com"}, API, None),
        ({"ALL_PROXY": "http://p:3128", "NO_PROXY": ", "}, API, "http://p:3128"),
        ({"ALL_PROXY": "http://p:3128", "NO_PROXY": "localhost,,127.0.0.1, "}, API, "http://p:3128"),
        ({"ALL_PROXY": "http://p:3128", "NO_PROXY": "pic.com"}, API, "http://p:3128"),
        ({"ALL_PROXY": "http://p:3128", "NO_PROXY": "api.anthropic.com:443"}, API, None),
        ({"ALL_PROXY": "http://p:3128", "NO_PROXY": "api.anthropic.com:8443"}, API, "http://p:3128"),
        ({"ALL_PROXY": "http://p:3128", "NO_PROXY": "10.0.0.0/8"}, "http://10.1.2.3/v1", None),
        ({"ALL_PROXY": "http://p:3128", "NO_PROXY": "10.0.0.0/8"}, "http://11.1.2.3/v1", "http://p:3128"),
        ({"ALL_PROXY": "http://p:3128", "NO_PROXY": "[fd00::1]:80,fd01::/16"}, "http://[fd00::1]/v1", None),
        ({"ALL_PROXY": "http://p:3128", "NO_PROXY": "[fd00::1]:80,fd01::/16"}, "http://[fd01::9]/v1", None),
        ({"ALL_PROXY": "http://p:3128", "NO_PROXY": "x/8, :, /"}, API, "http://p:3128"),
        ({"ALL_PROXY": "http://p:3128"}, "http://127.0.0.2/v1", None),
        ({"ALL_PROXY": "http://p:3128"}, "http://[::1]:11434/v1", None),
    ],
)
def test_which_proxy(environ: dict[str, str], url: str, proxy: str | None) -> None:
    assert outward(environ).proxy(url) == proxy


@pytest.mark.parametrize("url", ["socks5://me:hunter2@p:1080", "http://", "http://p:99999", "http://[p"])
def test_what_is_no_proxy_is_told_without_its_password(url: str) -> None:
    with pytest.raises(ConfigError, match="HTTPS_PROXY or ALL_PROXY is no address of an HTTP proxy") as caught:
        outward({"ALL_PROXY": url})
    assert "hunter2" not in str(caught.value)


def test_without_authorities_of_ones_own_the_usual_ones_are_trusted() -> None:
    assert outward({"SSL_CERT_FILE": ""}).trust() is None


def test_what_holds_no_certificates_is_told_by_its_variable(tmp_path: Path) -> None:
    (tmp_path / "empty.pem").write_text("nothing\n")
    with pytest.raises(ConfigError, match=r"NODE_EXTRA_CA_CERTS: .*empty\.pem holds no certificates"):
        outward({"NODE_EXTRA_CA_CERTS": str(tmp_path / "empty.pem")})
    with pytest.raises(ConfigError, match=r"SSL_CERT_FILE: .*gone\.pem cannot be read: no such file"):
        outward({"SSL_CERT_FILE": str(tmp_path / "gone.pem")})


def test_all_that_is_named_is_trusted_beside_the_usual(tmp_path: Path) -> None:
    usual = ssl.create_default_context().get_ca_certs(binary_form=True)
    if not usual:
        pytest.skip("this machine trusts nobody")
    for name, number in (("a", 0), ("b", 1)):
        (tmp_path / f"{name}.pem").write_text(ssl.DER_cert_to_PEM_cert(usual[number]))
    way = outward({"REQUESTS_CA_BUNDLE": str(tmp_path / "a.pem"), "NODE_EXTRA_CA_CERTS": str(tmp_path / "b.pem")})
    trust = way.trust()
    assert trust
    assert len(trust.get_ca_certs()) == len(usual)


def test_what_a_program_is_told_that_finds_its_own_way() -> None:
    environ = {"HTTPS_PROXY": "http://p", "no_proxy": "x", "NO_PROXY": "", "OPENAI_API_KEY": "k"}
    assert told_on(environ) == {"HTTPS_PROXY": "http://p", "no_proxy": "x"}
