"""The listener for scrapes: TLS and passwords as exporters of Prometheus have them, and nothing but scrapes."""

from __future__ import annotations

import asyncio
import contextlib
import os
import ssl
import time
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import yaml
from prometheus_client import REGISTRY

from netwatch.errors import ConfigError
from netwatch.model import InvalidFile
from netwatch.simulator import self_signed
from netwatch.web import Server, WebSettings, create_app
from netwatch.web.prometheus.gate import SCRAPED
from netwatch.web.prometheus.web_config import read_web_config
from netwatch.web.users import passwords
from netwatch.web.users.basic import credentials_in
from netwatch.web.users.passwords import KNOWN_HASH, Passwords, TooMany, matches
from tests.cpu import spent
from tests.patience import PATIENCE_SECONDS

from ..conftest import Stage

USERS = f"basic_auth_users:\n  prometheus: {KNOWN_HASH}\n"


def server_of(**settings: str) -> Server:
    stage = Stage()
    web = WebSettings(listen="127.0.0.1:0", scrape_listen="127.0.0.1:0", **settings)
    return Server(create_app(stage, stage, web, "9.9.9"), web)  # type: ignore[arg-type]


async def test_who_has_the_password_may_scrape_over_tls_and_nobody_else(tmp_path):
    certificate = self_signed(tmp_path)
    names = f"cert_file: {certificate.certificate.name}, key_file: {certificate.key.name}"
    (tmp_path / "web.yml").write_text(f"tls_server_config: {{{names}}}\n{USERS}")
    server = server_of(scrape_config_file=str(tmp_path / "web.yml"))
    await server.start()
    trusting = ssl.create_default_context(cafile=certificate.certificate)
    trusting.check_hostname = False
    url = f"https://127.0.0.1:{server.scrape_port}"
    async with httpx.AsyncClient(verify=trusting, base_url=url) as client:
        statuses = {
            auth: (await client.get("/-/healthy", auth=auth)).status_code
            for auth in (None, ("prometheus", "test"), ("prometheus", "wrong"), ("nobody", "test"), ("", ""))
        }
        page = await client.get("/", auth=("prometheus", "test"))
        targets = await client.get("/sd/prometheus", auth=("prometheus", "test"))
        refused = await client.get("/-/healthy")
    await server.stop()

    assert statuses == {
        None: 401, ("prometheus", "test"): 200, ("prometheus", "wrong"): 401, ("nobody", "test"): 401, ("", ""): 401,
    }  # fmt: skip
    assert refused.headers["www-authenticate"] == "Basic"
    assert page.status_code == 404
    assert targets.json() == []


@contextlib.asynccontextmanager
async def tls_listener(folder: Path, more: str = "") -> AsyncIterator[Server]:
    """A listener with a certificate of its own in `server.crt`, and what else the part says."""
    renew(folder)
    (folder / "web.yml").write_text(f"tls_server_config:\n  cert_file: server.crt\n  key_file: server.key\n{more}")
    server = server_of(scrape_config_file=str(folder / "web.yml"))
    await server.start()
    try:
        yield server
    finally:
        await server.stop()


def renew(folder: Path) -> bytes:
    """Put a new certificate in the place of the one that is there; return it as it is seen on the wire."""
    made = self_signed(folder)
    made.key.replace(folder / "server.key")
    made.certificate.replace(folder / "server.crt")
    return ssl.PEM_cert_to_DER_cert((folder / "server.crt").read_text())


async def handshake(server: Server, context: ssl.SSLContext) -> tuple[bytes, tuple[str, str, int]]:
    """Return the certificate that a listener shows, and the cipher agreed on."""
    _, writer = await asyncio.open_connection("127.0.0.1", server.scrape_port, ssl=context)
    found = writer.get_extra_info("ssl_object")
    writer.close()
    return found.getpeercert(binary_form=True), found.cipher()


def trusting_anybody() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


async def test_a_renewed_certificate_is_shown_without_a_reload_and_a_broken_one_changes_nothing(tmp_path):
    async with tls_listener(tmp_path) as server:
        first, _ = await handshake(server, trusting_anybody())
        (tmp_path / "server.key").write_text("half of a k")
        refused = REGISTRY.get_sample_value("netwatch_http_web_config_reads_total", {"outcome": "refused"}) or 0
        async with asyncio.timeout(PATIENCE_SECONDS):
            while REGISTRY.get_sample_value("netwatch_http_web_config_reads_total", {"outcome": "refused"}) in (
                None,
                refused,
            ):
                assert (await handshake(server, trusting_anybody()))[0] == first
        renewed = renew(tmp_path)
        async with asyncio.timeout(PATIENCE_SECONDS):
            while (await handshake(server, trusting_anybody()))[0] != renewed:
                continue

    assert first != renewed


async def test_the_ciphers_that_are_listed_are_those_that_are_agreed_on(tmp_path):
    listed = (
        "  max_version: TLS12\n  cipher_suites: [TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, TLS_AES_128_GCM_SHA256]\n"
    )
    async with tls_listener(tmp_path, listed) as server:
        _, agreed = await handshake(server, trusting_anybody())
        other = trusting_anybody()
        other.set_ciphers("ECDHE-ECDSA-AES128-GCM-SHA256")
        with pytest.raises((ssl.SSLError, ConnectionError)):
            await handshake(server, other)

    assert agreed[:2] == ("ECDHE-ECDSA-AES256-GCM-SHA384", "TLSv1.2")


@pytest.mark.parametrize(("sans", "status"), [("", 200), ("  client_allowed_sans: [a.example.net, 127.0.0.1]\n", 200),
                                              ("  client_allowed_sans: [a.example.net]\n", 403)])  # fmt: skip
async def test_a_client_must_have_the_certificate_that_is_wanted(tmp_path, sans, status):
    (tmp_path / "client").mkdir()
    client = self_signed(tmp_path / "client")
    wanted = f"  client_auth_type: RequireAndVerifyClientCert\n  client_ca_file: {client.certificate}\n{sans}"
    async with tls_listener(tmp_path, wanted) as server:
        url = f"https://127.0.0.1:{server.scrape_port}/-/healthy"
        known = trusting_anybody()
        known.load_cert_chain(client.certificate, client.key)
        async with httpx.AsyncClient(verify=known) as asking:
            answer = await asking.get(url)
        async with httpx.AsyncClient(verify=trusting_anybody()) as asking:
            with pytest.raises(httpx.TransportError):
                await asking.get(url)

    assert answer.status_code == status


async def test_a_certificate_may_stand_in_the_file_itself_and_headers_are_sent(tmp_path):
    made = self_signed(tmp_path)
    tls = {"cert": made.certificate.read_text(), "key": made.key.read_text(), "prefer_server_cipher_suites": False}
    content = {"tls_server_config": tls, "http_server_config": {"headers": {"X-Frame-Options": "deny"}}}
    (tmp_path / "web.yml").write_text(yaml.dump(content))
    server = server_of(scrape_config_file=str(tmp_path / "web.yml"))
    await server.start()
    async with httpx.AsyncClient(verify=trusting_anybody()) as asking:
        answer = await asking.get(f"https://127.0.0.1:{server.scrape_port}/-/healthy")
    await server.stop()

    assert (answer.status_code, answer.headers["x-frame-options"]) == (200, "deny")


async def test_who_may_ask_is_as_the_file_says_now(tmp_path):
    (tmp_path / "web.yml").write_text(USERS)
    server = server_of(scrape_config_file=str(tmp_path / "web.yml"))
    await server.start()
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{server.scrape_port}") as client:
        assert (await client.get("/-/healthy", auth=("prometheus", "test"))).status_code == 200
        (tmp_path / "web.yml").write_text(USERS.replace("prometheus", "another"))
        async with asyncio.timeout(PATIENCE_SECONDS):
            while (await client.get("/-/healthy", auth=("prometheus", "test"))).status_code == 200:
                continue
        assert (await client.get("/-/healthy", auth=("another", "test"))).status_code == 200
    await server.stop()


async def test_a_password_is_compared_once_and_then_known():
    salt = b"$2b$11$" + KNOWN_HASH.encode()[7:29]
    known = Passwords({"ann": passwords._crypt()(b"test", salt).decode()})
    with spent(time.process_time) as first:
        assert await known.is_right("ann", "test")

    with spent(time.process_time) as later:
        for _ in range(100):
            assert await known.is_right("ann", "test")

    assert later.seconds < first.seconds


async def test_without_a_file_it_is_open_and_has_scrapes_alone():
    server = server_of()
    await server.start()
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{server.scrape_port}") as client:
        statuses = {path: (await client.get(path)).status_code for path in (*SCRAPED, "/", "/api/v1/devices")}
    await server.stop()

    assert {path for path, status in statuses.items() if status == 200} == SCRAPED - {"/snmp"}  # no snmp.yml here
    assert statuses["/"] == statuses["/api/v1/devices"] == 404


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("tls: {}\n", "web.yml:1:1: tls: unknown key 'tls'"),
        ("basic_auth_users: {ann: secret}\n", "web.yml:1:25: basic_auth_users.ann: is no bcrypt hash"),
        ("tls_server_config: {key_file: k}\n", "cert_file is missing"),
        ("tls_server_config: {cert_file: c, key_file: k}\n", "cert_file: cannot be used: No such file"),
        ("tls_server_config: {min_version: TLS10}\n", "must be TLS12 or TLS13"),
        ("tls_server_config: {client_auth_type: Perhaps}\n", "must be one of NoClientCert"),
        ("tls_server_config: {client_allowed_sans: [a]}\n", "client_allowed_sans: nobody is held against it"),
        ("tls_server_config: {client_allowed_sans: a}\n", "must be a list of names"),
        ("tls_server_config: {client_auth_type: RequireAnyClientCert}\n", "it proves nothing; take RequireAndVerify"),
        ("tls_server_config: {client_auth_type: RequireAndVerifyClientCert}\n", "client_ca_file is missing"),
        (
            "tls_server_config: {cipher_suites: [TLS_RSA_WITH_RC4_128_SHA]}\n",
            "unknown cipher 'TLS_RSA_WITH_RC4_128_SHA'",
        ),
        ("tls_server_config: {cipher_suites: many}\n", "must be a list"),
        ("tls_server_config: {curve_preferences: [X25519, CurveP256]}\n", "name one"),
        ("tls_server_config: {curve_preferences: [CurveP1]}\n", "'CurveP1' is not"),
        ("tls_server_config: {cert: c, cert_file: c, key: k}\n", "there is cert as well"),
        ("tls_server_config: {cert: c, key: k}\n", "cert: certificate and key cannot be used"),
        ("http_server_config: {headers: {X-Other: a}}\n", "must be one of Content-Security-Policy"),
        ('http_server_config: {headers: {X-Frame-Options: "a\\nb"}}\n', "is no text for a header"),
        ("http_server_config: {http3: true}\n", "unknown key 'http3'"),
        ("tls_server_config: {min_version: [TLS12]}\n", "must be TLS12 or TLS13"),
        ('tls_server_config: {client_ca_file: "a\\0"}\n', "client_ca_file: cannot be used"),
        ("tls_server_config: {client_ca_file: ca.pem}\n", "client_ca_file: nobody is held against it"),
        ("[]\n", "must be a mapping"),
    ],
)
def test_what_is_wrong_in_the_file_is_said_with_its_line(tmp_path, text, said):
    (tmp_path / "web.yml").write_text(text)

    with pytest.raises(InvalidFile) as caught:
        read_web_config(tmp_path / "web.yml")

    assert said in str(caught.value)


def test_a_certificate_that_is_a_pipe_is_refused_and_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "web.yml").write_text("tls_server_config: {cert_file: pipe, key_file: pipe}\n")

    with pytest.raises(InvalidFile, match="cert_file: cannot be used: is no regular file"):
        read_web_config(tmp_path / "web.yml")


def test_a_certificate_that_is_none_is_refused(tmp_path):
    (tmp_path / "a.pem").write_text("-----BEGIN CERTIFICATE-----\n")
    (tmp_path / "web.yml").write_text("tls_server_config: {cert_file: a.pem, key_file: a.pem}\n")

    with pytest.raises(InvalidFile, match="certificate and key cannot be used"):
        read_web_config(tmp_path / "web.yml")


def test_a_system_without_bcrypt_says_so(tmp_path, monkeypatch):
    (tmp_path / "web.yml").write_text(USERS)
    monkeypatch.setattr(passwords, "ITS_PASSWORD", "another")

    with pytest.raises(ConfigError, match="does not know bcrypt"):
        read_web_config(tmp_path / "web.yml")


def test_a_password_is_compared_as_bcrypt_does():
    assert matches("test", KNOWN_HASH)
    assert not matches("test\0", KNOWN_HASH)
    assert not matches("Test", KNOWN_HASH)


async def test_of_many_wrong_passwords_at_once_those_beyond_the_bound_are_not_looked_at():
    known = Passwords({"ann": KNOWN_HASH})

    outcomes = await asyncio.gather(*(known.is_right("ann", f"{n}") for n in range(40)), return_exceptions=True)

    assert sum(isinstance(one, TooMany) for one in outcomes) == 40 - passwords.MAX_WAITING
    assert await known.is_right("ann", "test")


@pytest.mark.parametrize(
    ("header", "found"),
    [("Basic YW5uOnA6cQ==", ("ann", "p:q")), ("Bearer YW5u", ("", "")), ("Basic %%%", ("", "")), ("", ("", ""))],
)
def test_a_header_is_read_as_name_and_password(header, found):
    assert credentials_in(header) == found
