"""The certificates of the mail servers are made for a host and a time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509

from netwatch.simulator import self_signed


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "mail.example.net"])
def test_a_certificate_names_its_host_and_is_valid_now(host, tmp_path):
    made = self_signed(tmp_path, host=host)
    certificate = x509.load_pem_x509_certificate(made.certificate.read_bytes())
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value

    assert [str(name.value) for name in names] == [host]
    assert certificate.not_valid_before_utc < datetime.now(UTC) < certificate.not_valid_after_utc
    assert made.key.stat().st_mode & 0o077 == 0
    assert made.server_context().cert_store_stats() is not None


def test_a_certificate_may_have_run_out(tmp_path):
    made = self_signed(tmp_path, valid_for=timedelta(days=-1))
    certificate = x509.load_pem_x509_certificate(made.certificate.read_bytes())

    assert certificate.not_valid_after_utc < datetime.now(UTC)
