"""What went wrong with a connection, in words that name no secret: a library's own may hold what was sent.

May import: nothing. Called by: every room that speaks over TCP.
"""

from __future__ import annotations

import os
import ssl


def network_words(exc: BaseException, seconds: float) -> str:
    """Return what happened where no answer came; `seconds` is how long we were ready to wait for one."""
    if isinstance(exc, TimeoutError):
        return f"no answer within {seconds:g} s"
    if isinstance(exc, ssl.SSLCertVerificationError):
        return f"the server's certificate is not accepted: {exc.verify_message}"
    if isinstance(exc, ssl.SSLError):
        return f"TLS failed: {exc.reason or exc}"
    if isinstance(exc, ConnectionResetError | BrokenPipeError):
        return "the server closed the connection"
    if isinstance(exc, OSError) and exc.errno:
        return os.strerror(exc.errno) if exc.errno > 0 else exc.strerror or str(exc)
    return str(getattr(exc, "message", "") or exc)
