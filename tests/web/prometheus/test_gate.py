"""The listener for scrapes: TLS and passwords as exporters of Prometheus have them, and nothing but scrapes."""

from __future__ import annotations

import asyncio
import os
import ssl

import httpx
import pytest

from netwatch.errors import ConfigError
from netwatch.model import InvalidFile
from netwatch.simulator import self_signed
from netwatch.web import Server, WebSettings, create_app
from netwatch.web.prometheus import passwords
from netwatch.web.prometheus.gate import SCRAPED, credentials_in
from netwatch.web.prometheus.passwords import KNOWN_HASH, Passwords, TooMany, matches
from netwatch.web.prometheus.web_config import read_web_config

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
        ("tls_server_config: {client_allowed_sans: [a]}\n", "is not done by NetWatch"),
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
