"""Only what the one trusted server wrote, on top, counts; and only for the domain in From."""

from __future__ import annotations

import pytest

from netwatch.mailbox.reading.authentication import judged, read_results, stands_for, trusted_verdicts
from netwatch.mailbox.reading.head import read_head
from netwatch.mailbox.reading.outcome import Authentication

MX = "mx.example.org"
RECEIVED = "Received: from somewhere by mx.example.org; Mon, 30 Nov 2026 03:04:09 +0100"


def verdict(*headers: str, domain: str = "example.net", sealers: frozenset[str] = frozenset()) -> Authentication:
    head = read_head("\n".join((*headers, "From: ann@example.net", "", "")).encode())
    return judged(head, domain, authserv_id=MX, sealers=sealers).authentication


def results(text: str, server: str = MX) -> str:
    return f"Authentication-Results: {server}; {text}"


@pytest.mark.parametrize(("header", "expected"), [
    (results("dkim=pass header.d=example.net"), "pass"),
    (results("dkim=pass (2048-bit key; secure) header.d=Example.NET header.i=@example.net header.b=abc"), "pass"),
    (results('dkim=pass reason="good signature" header.i=@example.net'), "pass"),
    (results("spf=pass smtp.mailfrom=x; dkim=fail header.d=a.example; dkim=pass header.d=example.net"), "pass"),
    ("Authentication-Results: mx.example.org 1; dkim=pass header.d=example.net", "pass"),
    ("Authentication-Results: (our server) mx.example.org; dkim=pass header.d=example.net", "pass"),
    ('Authentication-Results: "mx.example.org"; dkim=pass header.d=example.net', "pass"),
    (results("dkim=pass header.d=elsewhere.example"), "none"),  # signed, but by somebody else
    (results("dkim=pass header.d=net"), "none"),
    (results("dkim=pass header.d=notexample.net"), "none"),
    (results("dkim=pass header.d=mail.example.net"), "none"),  # a subdomain may be somebody else's
    (results("dkim=pass header.d=mail.example.net; dmarc=pass header.from=example.net"), "pass"),
    (results("dkim=pass header.d=mail.example.net; dmarc=pass header.from=other.example"), "none"),
    (results("dkim=pass"), "none"),
    (results("dkim=fail header.d=example.net"), "fail"),
    (results("spf=pass smtp.mailfrom=example.net; dmarc=pass header.from=example.net"), "none"),
    (results("none"), "none"),
    (results("dkim=none (dkim=pass header.d=example.net)"), "none"),  # a comment says nothing
    (results('spf=pass smtp.mailfrom="x; dkim=pass header.d=example.net"'), "none"),  # nor does quoted text
    (results("dkim=pass header.d=example.net", server="mx.example.org.evil.example"), "none"),
    (results("dkim=pass header.d=example.net", server="evil.example"), "none"),
    ("X-Authentication-Results: mx.example.org; dkim=pass header.d=example.net", "none"),
    ("", "none"),
])  # fmt: skip
def test_a_signature_of_the_domain_in_from_is_proof(header, expected):
    assert verdict(header, RECEIVED) == expected


def test_what_stands_below_the_servers_own_results_was_brought_along():
    forged = results("dkim=pass header.d=example.net")

    assert verdict(results("dkim=none"), RECEIVED, forged) is Authentication.NONE
    assert verdict(results("dkim=none"), forged, RECEIVED) is Authentication.NONE
    assert verdict(RECEIVED, results("spf=pass"), RECEIVED, forged) is Authentication.NONE


def test_two_programs_of_one_server_may_write_a_header_each():
    assert verdict(results("dmarc=pass header.from=example.net"), results("dkim=pass header.d=example.net")) == "pass"


def test_without_a_trusted_server_nothing_is_believed():
    head = read_head(results("dkim=pass header.d=example.net").encode())

    assert judged(head, "example.net", authserv_id="").authentication is Authentication.NONE


def test_who_logged_in_to_send_is_told():
    head = read_head(results("auth=pass smtp.auth=ann; dkim=none").encode())

    assert judged(head, "example.net", authserv_id=MX).submitted_by == "ann"


SEAL = "ARC-Seal: i=1; a=rsa-sha256; d=lists.example; s=x; cv=none; b=abc"
EVIL = SEAL.replace("i=1", "i=2").replace("lists", "evil")
SAW = "ARC-Authentication-Results: i=1; lists.example; dkim=pass header.d=example.net"


@pytest.mark.parametrize(("headers", "sealers", "expected"), [
    ((results("arc=pass"), SEAL, SAW), {"lists.example"}, "pass"),
    ((results("arc=pass"), SEAL, SAW), set(), "none"),  # anybody can seal anything
    ((results("arc=fail"), SEAL, SAW), {"lists.example"}, "none"),
    ((SEAL, SAW), {"lists.example"}, "none"),  # nobody we trust has looked at the chain
    ((results("arc=pass"), SEAL, SAW.replace("dkim=pass", "dkim=fail")), {"lists.example"}, "none"),
    ((results("arc=pass"), SEAL.replace("i=1", "i=2"), SAW), {"lists.example"}, "none"),
    ((results("arc=pass"), SEAL, EVIL, SAW), {"lists.example"}, "none"),
])  # fmt: skip
def test_a_forwarders_seal_counts_where_the_forwarder_is_trusted(headers, sealers, expected):
    assert verdict(*headers, sealers=frozenset(sealers)) == expected


def test_results_are_taken_apart_as_rfc_8601_writes_them():
    server, verdicts = read_results(
        'MX.Example.org 1; dkim/1=pass (good (very)) reason="a;b" header.d=example.net; spf = FAIL smtp.mailfrom=x'
    )

    assert server == "mx.example.org"
    assert [(one.method, one.result) for one in verdicts] == [("dkim", "pass"), ("spf", "fail")]
    assert verdicts[0].properties["header.d"] == "example.net"


@pytest.mark.parametrize("forged", [
    r"spf=fail (domain of x\) ; dkim=pass header.d=example.net \(@evil.example) smtp.mailfrom=evil.example",
    r"spf=fail smtp.mailfrom=x\(; dkim=pass header.d=example.net; \)@evil.example",
    'spf=fail (domain of "x) ; dkim=pass header.d=example.net ("@evil.example)',
])  # fmt: skip
def test_what_a_sender_writes_into_his_own_address_is_no_result(forged):
    assert verdict(results(forged)) == "none"


def test_a_server_that_found_nothing_out_is_not_overruled_by_what_the_sender_wrote_below():
    assert verdict(RECEIVED, results("none"), results("dkim=pass header.d=example.net")) == "none"


def test_trusted_verdicts_end_at_the_next_server():
    head = read_head("\n".join((results("spf=pass"), RECEIVED, results("dkim=pass"))).encode())

    assert [one.method for one in trusted_verdicts(head, MX)] == ["spf"]


@pytest.mark.parametrize(("signer", "domain", "stands"), [
    ("example.net", "example.net", True), ("example.net", "noc.example.net", True), ("net", "example.net", False),
    ("", "example.net", False), ("example.net", "", False), ("ample.net", "example.net", False),
])  # fmt: skip
def test_a_domain_is_stood_for_by_itself_and_its_parents(signer, domain, stands):
    assert stands_for(signer, domain) is stands
