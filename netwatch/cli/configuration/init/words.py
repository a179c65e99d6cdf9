"""What came of a trial, in words: what was seen, and what to do where that is not what was hoped for.

A quiet room. May import: netwatch.discovery, netwatch.model, netwatch.notify. Called by: the files of this folder.
"""

from __future__ import annotations

from datetime import timedelta

from netwatch.cli.configuration.init.answers import Login, Target
from netwatch.discovery import FirstLook
from netwatch.model import format_duration
from netwatch.notify import Phase, RelayDiagnosis

MOST_SHOWN = 100


def of_device(look: FirstLook, target: Target) -> tuple[bool, str]:
    """Return whether the device may be there, and what answers."""
    host = look.host
    if not host.address:
        return False, f"no name server knows {target.address!r}; write its address, or mend the name."
    if host.closed:
        return False, _closed(look, target)
    if host.engine_id:
        also = " and answers ping" if host.pinged else ""
        return True, f"{host.address} has an SNMP agent on UDP port {target.port}{also}."
    if host.pinged:
        return True, f"{host.address} answers ping. Whether it speaks SNMP shows with the next answer."
    return True, (
        f"{host.address} says nothing yet, neither to a ping nor to the question for its SNMP engine. It may be off,"
        " or filtered; the next answer shows."
    )


def answered(look: FirstLook) -> str:
    """Return who the device says it is."""
    host = look.host
    up = f", up for {format_duration(_to_seconds(look.uptime))}" if look.uptime is not None else ""
    called = f"{host.sys_name!r}" if host.sys_name else "a device without a name (sysName)"
    descr = " ".join(host.sys_descr.split())[:MOST_SHOWN]
    return f"it answers: {called}{up}: {descr or 'it says nothing of itself'}"


def of_silence(look: FirstLook, target: Target, login: Login) -> str:
    """Return why a device did not say who it is, as far as can be told, and what to do."""
    host, me = look.host, look.own_address or "this machine"
    what = f"user {login.user!r}" if login.version == "3" else "community"
    if not host.address:
        return f"no name server knows {target.address!r}; write its address, or mend the name."
    if host.closed:
        return _closed(look, target)
    if login.version == "3" and host.engine_id:
        return (
            f"an SNMP agent is there and does not take the {what}: {look.trouble}.\n"
            "See that user, protocols and passphrases are as on the device, and that its view lets the user read."
        )
    if host.engine_id:
        return (
            f"an SNMP agent is there and keeps silent: {look.trouble}.\n"
            f"Agents say nothing to a wrong community, nor to whom an access list does not let in: look at both, for"
            f" {me}."
        )
    if host.pinged:
        return (
            f"{host.address} answers ping and not SNMP: {look.trouble}.\n"
            f"Is SNMP turned on there, is the {what} right (agents say nothing to a wrong one), does its access list"
            f" let {me} in, does a firewall let UDP port {target.port} through?"
        )
    return (
        f"nothing answers at {host.address}, neither ping nor SNMP: {look.trouble}.\n"
        f"Is that its address, is it on, and is there a way to it from {me}?"
    )


def of_relay(diagnosis: RelayDiagnosis, to: str, why_open: str) -> str:
    """Return what a relay said to a real mail, and what to do where it refused."""
    last = diagnosis.steps[-1] if diagnosis.steps else None
    said = last.text if last is not None else "nothing"
    if diagnosis.accepted:
        safe = f"\nMail goes there unencrypted: {why_open}" if why_open else ""
        return f"{diagnosis.relay} took the mail to {to} and said: {said}{safe}\nLook whether it came."
    phase = last.phase if last is not None else Phase.CONNECT
    remedy = _LOG_IN if said.startswith(_WANTS_LOGIN) else _REMEDIES.get(phase, _ITS_WORDS)
    return f"{diagnosis.relay} did not take the mail, at {phase}: {said}\n{remedy}"


def _to_seconds(while_: timedelta) -> timedelta:
    return timedelta(seconds=int(while_.total_seconds()))


def _closed(look: FirstLook, target: Target) -> str:
    return (
        f"{look.host.address} says that nothing listens on its UDP port {target.port}.\n"
        f"Turn its SNMP agent on and let it listen to {look.own_address or 'this machine'}; of another port write"
        " ADDRESS:PORT."
    )


_ITS_WORDS = "These are the server's own words; who runs it knows what they mean."
_NO_WAY = (
    "Is that its name and its port (25, 587 with a login, 465 for TLS from the start)? Does a firewall stand between?"
)
_WANTS_LOGIN = "530"
"""RFC 4954, section 6."""
_LOG_IN = "It wants a login: write USER@HOST:PORT, and it asks for the password."
_REMEDIES = {
    Phase.CONNECT: _NO_WAY,
    Phase.GREETING: _NO_WAY,
    Phase.STARTTLS: (
        "The connection could not be made safe. A certificate of your own is named with `ca_file` in the file; a"
        " relay without TLS is taken with --tls none, where no password is sent."
    ),
    Phase.AUTH: "Look at user and password. Some services want a password made for programs.",
    Phase.MAIL: "It does not take mail from that sender: say another one, that it knows (--from).",
    Phase.RCPT: (
        "It does not take mail to that address from here: let it know this machine as one that may send, or log in as"
        " USER@HOST:587."
    ),
}
