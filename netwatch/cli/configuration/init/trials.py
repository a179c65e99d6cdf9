"""Tries the answers: asks the device, sends a mail, opens the page's address. What comes is told in words.

May import: netwatch.discovery, netwatch.notify, netwatch.snmp, netwatch.model. Called by: netwatch.cli.configuration.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import cast

from pydantic import SecretStr

from netwatch.cli.configuration.init.answers import Login, Target
from netwatch.cli.configuration.init.words import answered, of_device, of_relay, of_silence
from netwatch.discovery import FirstLook, first_look, who_is_there
from netwatch.model import AuthProtocol, Credential, PrivacyProtocol, Version
from netwatch.notify import RelayDiagnosis, RelaySettings, SmtpSettings, test_mail
from netwatch.web import parse_listen

Verdict = tuple[bool, str]
"""Whether an answer stands its trial, and what there is to say of it."""
_OLD = (
    "\nIt answers version 1 alone, so it is asked in that: without 64-bit counters, and one value missing costs all."
)
SECRETS = ("community", "auth_passphrase", "privacy_passphrase")
PATIENCE = timedelta(seconds=2)
MAIL_PATIENCE = timedelta(seconds=20)


def try_target(target: Target) -> Verdict:
    """See whether anything answers where the device is to be."""
    return of_device(asyncio.run(who_is_there(target.address, target.port, PATIENCE)), target)


def try_login(target: Target, login: Login, told: Callable[[FirstLook, Login], None]) -> Verdict:
    """Ask the device who it is; with a community in version 1 too, which is taken where that alone is answered."""
    look, fitting = asyncio.run(_looked(target, login))
    told(look, fitting)
    if look.trouble:
        return False, of_silence(look, target, login)
    return True, answered(look) + (_OLD if fitting is not login else "")


async def _looked(target: Target, login: Login) -> tuple[FirstLook, Login]:
    """Return what a device says, and with which login; the newer version counts where both are answered."""
    logins = [login, replace(login, version="1")] if login.version == "2c" else [login]
    looks = [
        asyncio.create_task(first_look(target.address, target.port, credential_of(one), PATIENCE)) for one in logins
    ]
    try:
        for look, one in zip(looks, logins, strict=True):
            if not (await look).trouble:
                return look.result(), one
        return looks[0].result(), login
    finally:
        for look in looks:
            look.cancel()
        await asyncio.gather(*looks, return_exceptions=True)


def credential_of(login: Login) -> Credential:
    """Return it as devices are asked with it."""
    signed, encrypted = login.protocols
    community, auth, privacy = (SecretStr(login.secrets.get(key, "")) for key in SECRETS)
    return Credential(
        name="first", version=cast(Version, login.version), user=login.user,
        auth_protocol=cast(AuthProtocol, signed) if signed else None,
        privacy_protocol=cast(PrivacyProtocol, encrypted) if encrypted else None,
        community=community, auth_passphrase=auth, privacy_passphrase=privacy,
    )  # fmt: skip


def try_mail(relay: RelaySettings, sender: str, to: str, why_open: str = "") -> tuple[RelayDiagnosis, str]:
    """Send one real mail; return how it went, and that in words. why_open: what keeps the connection from TLS."""
    patient = relay.model_copy(update={"timeout": MAIL_PATIENCE})
    settings = SmtpSettings.model_validate({"from": sender, "relays": [patient.model_dump()]})
    (diagnosis,) = asyncio.run(test_mail(settings, to))
    return diagnosis, of_relay(diagnosis, to, why_open)


def try_page(listen: str) -> Verdict:
    """See whether the address can be had."""
    where = parse_listen(listen)
    family = socket.AF_INET6 if ":" in where.host else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((where.host, where.port))
    except OSError as exc:
        return False, (
            f"{where} cannot be had: {exc.strerror}. Another program listens there, or this machine has no such"
            " address; take another port."
        )
    seen = (
        "by this machine alone" if where.is_loopback else "by whoever reaches this machine, and nobody logs in there"
    )
    return True, f"{where} is free; the page is seen {seen}."
