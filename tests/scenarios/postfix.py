"""A real Postfix with a real smtp-sink behind it."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from collections.abc import Mapping
from email import message_from_bytes
from email.message import Message
from pathlib import Path
from types import MappingProxyType

from tests.patience import PATIENCE_SECONDS
from tests.ports import free_port

from .agent import wait_until

SBIN = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"


class Postfix:
    """A real Postfix that relays everything to a real smtp-sink, which writes each mail into a file.

    elsewhere: by domain another server that it relays to, as Postfix writes one: `[127.0.0.1]:2525`; or `discard:`,
    where it delivers mails itself, to nobody.
    """

    def __init__(self, folder: Path, elsewhere: Mapping[str, str] = MappingProxyType({})) -> None:
        self._elsewhere = elsewhere
        self.port, self._sink_port = free_port(), free_port()
        self._folder, self._etc, self._kept = folder, folder / "etc", folder / "sink"
        self._sink: subprocess.Popen[bytes] | None = None

    @property
    def mails(self) -> list[Message]:
        """The mails that came out at the far end, oldest first."""
        files = sorted(self._kept.iterdir(), key=lambda path: path.stat().st_mtime_ns)
        return [message_from_bytes(path.read_bytes()) for path in files]

    @property
    def returned(self) -> list[bytes]:
        """The reports that Postfix sent back, as who delivers mails would write them into a mailbox."""
        files = sorted(self._kept.iterdir(), key=lambda path: path.stat().st_mtime_ns)
        octets = [path.read_bytes() for path in files]
        return [b"Return-Path: <>\r\n" + one for one in octets if b"MAILER-DAEMON" in one]

    def subjects(self) -> list[str]:
        return [str(mail["Subject"]) for mail in self.mails]

    def start(self) -> None:
        for name in ("etc", "queue", "data", "sink"):
            (self._folder / name).mkdir()
        shutil.chown(self._folder / "data", "postfix")
        shutil.chown(self._kept, "nobody")
        main = MAIN_CF.format(folder=self._folder, sink=self._sink_port)
        if self._elsewhere:
            ways = " ".join(f"{{ {domain} = {_way(host)} }}" for domain, host in self._elsewhere.items())
            main += f"transport_maps = inline:{{ {ways} }}\n"
        (self._etc / "main.cf").write_text(main)
        (self._etc / "master.cf").write_text(MASTER_CF.format(port=self.port))
        sink = shutil.which("smtp-sink", path=SBIN)
        command = [str(sink), "-u", "nobody", "-R", str(self._kept), "-d", "m.", f"127.0.0.1:{self._sink_port}", "64"]
        self._sink = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        self._postfix("start")
        wait_until(self._answers, "Postfix answering")

    def stop(self) -> None:
        self._postfix("stop")
        if self._sink is not None:
            self._sink.kill()
            self._sink.wait(PATIENCE_SECONDS)

    def _postfix(self, verb: str) -> None:
        command = [str(shutil.which("postfix", path=SBIN)), "-c", str(self._etc), verb]
        subprocess.run(command, check=True, timeout=PATIENCE_SECONDS, capture_output=True)

    def _answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), 1) as probe:
                return probe.recv(3) == b"220"
        except OSError:
            return False


def _way(host: str) -> str:
    return host if host == "discard:" else f"smtp:{host}"


MAIN_CF = """\
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
maillog_file = {folder}/log
maillog_file_prefixes = {folder}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mta.test
mydestination =
mynetworks = 127.0.0.0/8
relayhost = [127.0.0.1]:{sink}
smtpd_relay_restrictions = permit_mynetworks, reject
alias_maps =
alias_database =
"""
MASTER_CF = """\
127.0.0.1:{port} inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 1 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
smtp unix - - n - - smtp
relay unix - - n - - smtp
error unix - - n - - error
discard unix - - n - - discard
retry unix - - n - - error
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
proxymap unix - - n - - proxymap
postlog unix-dgram n - n - 1 postlogd
"""
