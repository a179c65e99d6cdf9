"""A real Dovecot for the tests of the mailbox."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from .dovecot import IS_COMPLETE, Dovecot, running_dovecot


@pytest.fixture(scope="module")
def one_dovecot() -> Iterator[Dovecot]:
    """One server for a file of tests; each begins with an empty mailbox, see `dovecot`."""
    if not IS_COMPLETE:
        pytest.skip("Dovecot is not installed (Debian packages: dovecot-imapd, dovecot-pop3d)")
    with running_dovecot() as server:
        yield server


@pytest.fixture
def dovecot(one_dovecot: Dovecot) -> Dovecot:
    """A Dovecot with an empty mailbox."""
    one_dovecot.empty()
    return one_dovecot
