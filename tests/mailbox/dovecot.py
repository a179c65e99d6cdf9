"""A real Dovecot of a test's own: IMAP with IDLE and POP3 on loopback, without root, mails in a maildir."""

from __future__ import annotations

import getpass
import grp
import itertools
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from netwatch.mailbox import MailboxSettings
from netwatch.simulator import self_signed
from tests.patience import PATIENCE_SECONDS
from tests.ports import free_port

PROGRAM = shutil.which("dovecot", path="/usr/sbin:/usr/bin:/usr/local/sbin")
IS_COMPLETE = PROGRAM is not None and all(
    Path(f"/usr/lib/dovecot/{name}").exists() for name in ("imap-login", "pop3-login")
)
PASSWORD = 'pass "word\\ ö'
CONFIG = """
protocols = imap pop3
listen = 127.0.0.1
base_dir = {home}/run
state_dir = {home}/state
instance_name = {home}
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
log_path = {home}/log
mail_location = maildir:{home}/mail/%n
mail_uid = {user}
mail_gid = {group}
first_valid_uid = 1
ssl = yes
ssl_cert = <{certificate}
ssl_key = <{key}
disable_plaintext_auth = no
auth_failure_delay = 0
auth_mechanisms = plain login{mechanisms}
mailbox_list_index = no
shutdown_clients = yes
passdb {{
  driver = passwd-file
  args = {home}/users
}}
userdb {{
  driver = static
  args = home={home}/mail/%n
}}
service anvil {{
  chroot =
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = {imaps}
  }}
}}
service pop3-login {{
  chroot =
  inet_listener pop3 {{
    port = {pop3}
  }}
  inet_listener pop3s {{
    port = {pop3s}
  }}
}}
service stats {{
  chroot =
}}
"""
_NUMBERS = itertools.count(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dovecot:
    home: Path
    ports: dict[str, int]
    ca_file: str
    ids: tuple[int, int]

    def settings(self, **changed: Any) -> MailboxSettings:
        """Return how to read the mailbox of `netwatch` here; by IMAP in the clear, but for what is changed."""
        protocol, tls = changed.get("protocol", "imap"), changed.get("tls", "none")
        port = self.ports[f"{protocol}s" if tls == "implicit" else protocol]
        given = {
            "protocol": protocol, "host": "localhost", "port": port, "tls": tls, "username": "netwatch",
            "ca_file": self.ca_file, "interval": "1s",
        }  # fmt: skip
        if "oauth2" not in changed:
            given["password"] = PASSWORD
        return MailboxSettings.model_validate({**given, **changed})

    def folder(self, name: str = "") -> Path:
        """Return the directory of a folder; the inbox without a name."""
        return self.home / "mail" / "netwatch" / name

    def deliver(self, octets: bytes, folder: str = "") -> None:
        """Put a mail into the mailbox as a mail server does: written whole, then renamed."""
        place = self.folder(folder)
        for part in ("tmp", "new", "cur"):
            (place / part).mkdir(parents=True, exist_ok=True)
            self._own(place / part)
        for made in (place, self.folder(), self.home / "mail"):
            self._own(made)
        name = f"{time.time():.6f}.{os.getpid()}_{next(_NUMBERS)}.test"
        (place / "tmp" / name).write_bytes(octets)
        self._own(place / "tmp" / name)
        (place / "tmp" / name).rename(place / "new" / name)

    def empty(self) -> None:
        """Take the mailbox away, with all that Dovecot remembers of it."""
        shutil.rmtree(self.folder(), ignore_errors=True)

    def log(self) -> str:
        """Return what Dovecot says of itself."""
        return (self.home / "log").read_text(errors="replace") if (self.home / "log").exists() else ""

    def _own(self, path: Path) -> None:
        if os.geteuid() == 0:
            os.chown(path, *self.ids)


@contextmanager
def running_dovecot(*, mechanisms: str = "", more: str = "", key: str = "") -> Iterator[Dovecot]:
    """Run a Dovecot until the block ends; `more` is appended to its configuration.

    With `key`, in base64, tokens signed with it are good (`args = {folder}/oauth2`).
    """
    if PROGRAM is None:
        raise RuntimeError("dovecot is not installed")
    user = "nobody" if os.geteuid() == 0 else getpass.getuser()
    entry = pwd.getpwnam(user)
    group = grp.getgrgid(entry.pw_gid).gr_name
    with tempfile.TemporaryDirectory(prefix="nw-dovecot-", dir="/tmp") as name:  # socket paths are short
        home = Path(name)
        for part in ("run", "state", "mail"):
            (home / part).mkdir()
        made = self_signed(home, host="localhost")
        ports = {name: free_port() for name in ("imap", "imaps", "pop3", "pop3s")}
        (home / "users").write_text(f"netwatch:{{PLAIN}}{PASSWORD}::::::\n")
        config = home / "dovecot.conf"
        config.write_text(
            CONFIG.format(
                home=home, user=user, group=group, certificate=made.certificate, key=made.key,
                mechanisms=mechanisms, **ports,
            )
            + more.format(folder=home)
        )  # fmt: skip
        if key:
            (home / "keys" / "default" / "HS256").mkdir(parents=True)
            (home / "keys" / "default" / "HS256" / "default").write_text(key)
            keys = f"introspection_mode = local\nlocal_validation_key_dict = fs:posix:prefix={home}/keys/\n"
            (home / "oauth2").write_text(keys)
        if os.geteuid() == 0:
            for path in (home, *home.rglob("*")):
                os.chown(path, entry.pw_uid, entry.pw_gid)
        server = subprocess.Popen(
            [PROGRAM, "-F", "-c", str(config)], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            **({"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []} if os.geteuid() == 0 else {}),
        )  # fmt: skip
        dovecot = Dovecot(home=home, ports=ports, ca_file=str(made.certificate), ids=(entry.pw_uid, entry.pw_gid))
        try:
            _wait_for(server, dovecot)
            yield dovecot
        finally:
            server.send_signal(signal.SIGTERM)
            try:
                server.wait(PATIENCE_SECONDS)
            finally:
                server.kill()
                server.communicate()


def _wait_for(server: subprocess.Popen[bytes], dovecot: Dovecot) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    for port in dovecot.ports.values():
        while True:
            if server.poll() is not None or time.monotonic() > deadline:
                said = server.stderr.read().decode() if server.poll() is not None and server.stderr else ""
                raise RuntimeError(f"dovecot does not run: {said}{dovecot.log()}")
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1.0).close()
                break
            except OSError:
                time.sleep(0.02)
