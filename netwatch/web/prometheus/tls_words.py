"""The words that web configuration files have for ciphers, curves, versions and clients, as Python's ssl takes them.

They are Go's. Of TLS 1.3 nothing can be chosen, there as here: its suites may be listed and change nothing.
A quiet room. May import: nothing. Called by: tls_config.
"""

from __future__ import annotations

import ssl
from typing import Final

VERSIONS: Final = {"TLS12": ssl.TLSVersion.TLSv1_2, "TLS13": ssl.TLSVersion.TLSv1_3}
CLIENTS: Final = {
    "": ssl.CERT_NONE, "NoClientCert": ssl.CERT_NONE, "RequestClientCert": ssl.CERT_NONE,
    "VerifyClientCertIfGiven": ssl.CERT_OPTIONAL, "RequireAndVerifyClientCert": ssl.CERT_REQUIRED,
}  # fmt: skip
UNVERIFIED: Final = frozenset({"RequireAnyClientCert", "RequireClientCert"})
"""A certificate is demanded and held against nothing: Python's ssl cannot, and it would prove nothing."""
CURVES: Final = {"CurveP256": "prime256v1", "CurveP384": "secp384r1", "CurveP521": "secp521r1", "X25519": "X25519"}
OF_TLS_1_3: Final = frozenset({
    "TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256",
})  # fmt: skip
_KEY_EXCHANGES: Final = {"ECDHE_ECDSA": "ECDHE-ECDSA-", "ECDHE_RSA": "ECDHE-RSA-", "RSA": ""}
_CIPHERS: Final = {
    "AES_128_CBC_SHA": "AES128-SHA", "AES_256_CBC_SHA": "AES256-SHA", "AES_128_CBC_SHA256": "AES128-SHA256",
    "AES_128_GCM_SHA256": "AES128-GCM-SHA256", "AES_256_GCM_SHA384": "AES256-GCM-SHA384",
}  # fmt: skip
_CHACHA: Final = "CHACHA20-POLY1305"
CIPHERS: Final = {
    **{
        f"TLS_{exchange}_WITH_{cipher}": f"{begin}{name}"
        for exchange, begin in _KEY_EXCHANGES.items()
        for cipher, name in _CIPHERS.items()
    },
    **{
        f"TLS_{exchange}_WITH_CHACHA20_POLY1305{end}": f"{_KEY_EXCHANGES[exchange]}{_CHACHA}"
        for exchange in ("ECDHE_ECDSA", "ECDHE_RSA")
        for end in ("", "_SHA256")
    },
}
"""Suites of TLS 1.2 by Go's name, as OpenSSL calls them; those that are broken are not among them."""
HEADERS: Final = frozenset({
    "Content-Security-Policy", "Strict-Transport-Security", "X-Content-Type-Options", "X-Frame-Options",
    "X-XSS-Protection",
})  # fmt: skip
"""What `http_server_config.headers` may set."""
