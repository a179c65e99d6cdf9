"""Makes an SSL context of the `tls_server_config` part of a web configuration file; what is not done is said.

May import: netwatch.model, netwatch.errors. Called by: web_config.
"""

from __future__ import annotations

import contextlib
import os
import ssl
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final, Protocol

from netwatch.errors import ConfigError
from netwatch.model import refuse_what_is_no_file
from netwatch.web.prometheus.tls_words import CIPHERS, CLIENTS, CURVES, OF_TLS_1_3, UNVERIFIED, VERSIONS

MOST_BYTES = 16 << 20
"""Of a certificate, a key, a list of authorities."""
KEYS: Final = frozenset({
    "cert", "cert_file", "key", "key_file", "client_ca", "client_ca_file", "client_auth_type", "client_allowed_sans",
    "min_version", "max_version", "cipher_suites", "curve_preferences", "prefer_server_cipher_suites",
})  # fmt: skip


class Complain(Protocol):
    """Notes what is wrong with a key of the part; None is the part itself."""

    def __call__(self, key: str | None, message: str) -> None:
        """Note it."""


def context_of(tls: Mapping[Any, Any], folder: Path, wrong: Complain) -> ssl.SSLContext:
    """Return what the part says; paths start in `folder`."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = _version(tls, "min_version", ssl.TLSVersion.TLSv1_2, wrong)
    context.maximum_version = _version(tls, "max_version", ssl.TLSVersion.MAXIMUM_SUPPORTED, wrong)
    _set_ciphers(context, tls, wrong)
    _set_curve(context, tls, wrong)
    _load(context, tls, folder, wrong)
    context.verify_mode = _client_mode(tls, wrong)
    return context


def files_of(tls: Mapping[Any, Any], folder: Path) -> list[Path]:
    """Return the files that the part names."""
    return [folder / str(tls[key]) for key in ("cert_file", "key_file", "client_ca_file") if tls.get(key)]


def _version(tls: Mapping[Any, Any], key: str, usual: ssl.TLSVersion, wrong: Complain) -> ssl.TLSVersion:
    written = tls.get(key)
    if written is None:
        return usual
    if str(written) not in VERSIONS:
        wrong(key, "must be TLS12 or TLS13")
    return VERSIONS.get(str(written), usual)


def _set_ciphers(context: ssl.SSLContext, tls: Mapping[Any, Any], wrong: Complain) -> None:
    if tls.get("prefer_server_cipher_suites") is False:
        context.options &= ~ssl.OP_CIPHER_SERVER_PREFERENCE
    listed = tls.get("cipher_suites") or []
    if not isinstance(listed, list):
        wrong("cipher_suites", "must be a list")
        return
    for name in listed:
        if name not in CIPHERS and name not in OF_TLS_1_3:
            wrong("cipher_suites", f"unknown cipher {name!r}")
    chosen = [CIPHERS[name] for name in listed if name in CIPHERS]
    try:
        if chosen:
            context.set_ciphers(":".join(chosen))
    except ssl.SSLError:
        wrong("cipher_suites", "this system's OpenSSL has none of them")


def _set_curve(context: ssl.SSLContext, tls: Mapping[Any, Any], wrong: Complain) -> None:
    listed = tls.get("curve_preferences") or []
    names = listed if isinstance(listed, list) else [listed]
    for name in names:
        if name not in CURVES:
            wrong("curve_preferences", f"must be among {', '.join(CURVES)}, and {name!r} is not")
            return
    if len(names) > 1:
        wrong("curve_preferences", "name one: of several NetWatch cannot say which is preferred; without any all are")
    elif names:
        try:
            context.set_ecdh_curve(CURVES[names[0]])
        except (ssl.SSLError, ValueError):
            wrong("curve_preferences", "this system's OpenSSL does not have it")


def _client_mode(tls: Mapping[Any, Any], wrong: Complain) -> ssl.VerifyMode:
    client = str(tls.get("client_auth_type") or "")
    if client in UNVERIFIED:
        wrong("client_auth_type", "is not done by NetWatch, since it proves nothing; take RequireAndVerifyClientCert")
    elif client not in CLIENTS:
        wrong("client_auth_type", f"must be one of {', '.join(filter(None, CLIENTS))}")
    verifies = CLIENTS.get(client, ssl.CERT_REQUIRED) is not ssl.CERT_NONE
    authority = tls.get("client_ca") or tls.get("client_ca_file")
    for key in ("client_ca", "client_ca_file", "client_allowed_sans"):
        if tls.get(key) and not verifies:
            wrong(key, "nobody is held against it: client_auth_type must be one that verifies")
    if verifies and client in CLIENTS and not authority:
        wrong("client_auth_type", "client_ca_file is missing, against which clients are held")
    return CLIENTS.get(client, ssl.CERT_REQUIRED)


def _load(context: ssl.SSLContext, tls: Mapping[Any, Any], folder: Path, wrong: Complain) -> None:
    """Load the certificates; which file is wrong, and why, is said by its key."""
    with contextlib.ExitStack() as stack:
        names = {}
        for key in ("cert", "key", "client_ca"):
            if tls.get(key) and tls.get(f"{key}_file"):
                wrong(f"{key}_file", f"there is {key} as well; one of the two")
            elif tls.get(key):
                names[key] = stack.enter_context(_as_file(str(tls[key])))
            elif tls.get(f"{key}_file"):
                names[key] = _checked(str(folder / str(tls[f"{key}_file"])), f"{key}_file", wrong)
            elif key != "client_ca":
                wrong(None, f"{key}_file is missing")
        _load_named(context, {key: name for key, name in names.items() if name}, tls, wrong)


def _load_named(context: ssl.SSLContext, names: Mapping[str, str], tls: Mapping[Any, Any], wrong: Complain) -> None:
    try:
        if "cert" in names and "key" in names:
            context.load_cert_chain(names["cert"], names["key"], password=_no_password)
    except (OSError, ValueError) as exc:
        wrong("cert_file" if tls.get("cert_file") else "cert", f"certificate and key cannot be used: {exc}")
    try:
        if "client_ca" in names:
            context.load_verify_locations(names["client_ca"])
    except (OSError, ValueError) as exc:
        wrong("client_ca_file" if tls.get("client_ca_file") else "client_ca", f"cannot be used: {exc}")


def _checked(name: str, key: str, wrong: Complain) -> str:
    """Return a file's name, empty where it is none; the library would wait for a pipe for ever."""
    try:
        refuse_what_is_no_file(name, MOST_BYTES)
    except OSError as exc:
        wrong(key, f"cannot be used: {exc.strerror}")
        return ""
    return name


@contextlib.contextmanager
def _as_file(text: str) -> Iterator[str]:
    """Give what stands in the file itself as the file that the library wants, in memory alone."""
    descriptor = os.memfd_create("netwatch-tls")
    try:
        os.write(descriptor, text.encode())
        yield f"/proc/self/fd/{descriptor}"
    finally:
        os.close(descriptor)


def _no_password() -> str:
    raise ConfigError("the key has a password, which nobody is there to type")
