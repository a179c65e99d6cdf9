"""How a relay's certificate is checked.

May import: netwatch.model, netwatch.notify.smtp.{failures, replies, settings}.
Called by: netwatch.notify.{diagnosis, smtp.pool}.
"""

from __future__ import annotations

import ssl

from netwatch.model import refuse_what_is_no_file
from netwatch.notify.smtp.failures import SmtpFailure
from netwatch.notify.smtp.replies import Phase
from netwatch.notify.smtp.settings import RelaySettings

MAX_CA_BYTES = 16 * 2**20


def tls_context(relay: RelaySettings) -> ssl.SSLContext | None:
    """Return how to check the relay's certificate; reads files, so call it in a thread.

    Raises:
        SmtpFailure: the ca_file cannot be read.
    """
    if relay.tls == "none":
        return None
    try:
        if relay.ca_file is not None:
            refuse_what_is_no_file(relay.ca_file, MAX_CA_BYTES)
        context = ssl.create_default_context(cafile=relay.ca_file)
    except OSError as exc:
        raise SmtpFailure(Phase.STARTTLS, f"cannot read the certificates in {relay.ca_file}: {exc.strerror}") from exc
    # Debian's Python leaves the oldest version to openssl.cnf, which an operator may have opened for something else.
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context
