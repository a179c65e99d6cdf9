"""How a relay's certificate is checked; the certificates themselves meet servers in test_smtp.py."""

from __future__ import annotations

import ssl

import pytest

from netwatch.notify import RelaySettings
from netwatch.notify.smtp.failures import SmtpFailure
from netwatch.notify.smtp.tls import tls_context


def test_a_missing_ca_file_is_trouble_in_words():
    relay = RelaySettings(host="127.0.0.1", tls="starttls", ca_file="/nowhere/ca.pem")

    with pytest.raises(SmtpFailure, match=r"cannot read the certificates in /nowhere/ca\.pem: No such file"):
        tls_context(relay)


def test_without_tls_there_is_nothing_to_check():
    assert tls_context(RelaySettings(host="127.0.0.1")) is None


def test_certificate_and_name_are_always_checked_and_old_tls_refused():
    context = tls_context(RelaySettings(host="127.0.0.1", tls="implicit"))

    assert context is not None
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)
    assert context.minimum_version >= ssl.TLSVersion.TLSv1_2
