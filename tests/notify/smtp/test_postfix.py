"""Mail through a real Postfix of the test's own, which delivers into a maildir; needs root and the package."""

from __future__ import annotations

import email
import email.policy
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from netwatch.model import OutboxState
from netwatch.notify import Phase, SmtpSettings, test_mail
from netwatch.simulator import self_signed
from tests.patience import PATIENCE_SECONDS
from tests.ports import free_port

MAIN = """
compatibility_level = 3.6
queue_directory = {home}/queue
data_directory = {home}/data
mail_owner = postfix
setgid_group = postdrop
maillog_file = {home}/maillog
maillog_file_prefixes = {home}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = relay.example.net
mydestination =
local_recipient_maps =
alias_maps =
alias_database =
mynetworks = 127.0.0.0/8
virtual_mailbox_domains = example.net
virtual_mailbox_base = {home}/mail
virtual_mailbox_maps = inline:{{noc@example.net=noc/}}
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}
virtual_minimum_uid = 1
smtpd_tls_security_level = may
smtpd_tls_cert_file = {certificate}
smtpd_tls_key_file = {key}
smtpd_recipient_restrictions = reject_unauth_destination
cyrus_sasl_config_path = {home}/config/sasl
smtpd_sasl_type = cyrus
smtpd_sasl_path = smtpd
smtpd_sasl_local_domain = example.net
smtpd_sasl_authenticated_header = yes
smtpd_hard_error_limit = 100
smtpd_client_auth_rate_limit = 0
"""
SASL = """
pwcheck_method: auxprop
auxprop_plugin: sasldb
sasldb_path: {home}/sasldb/sasldb2
mech_list: PLAIN LOGIN CRAM-MD5
"""
MASTER = """
127.0.0.1:{port} inet n - n - - smtpd
127.0.0.1:{submission} inet n - n - - smtpd
  -o smtpd_tls_security_level=encrypt -o smtpd_sasl_auth_enable=yes -o smtpd_tls_auth_only=yes
  -o mynetworks= -o smtpd_client_restrictions=permit_sasl_authenticated,reject
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Postfix:
    port: int
    submission: int
    ca_file: str
    home: Path
    maildir: Path
    maillog: Path

    def let_in(self, user: str, password: str) -> None:
        """Give a user this password."""
        program = shutil.which("saslpasswd2", path="/usr/sbin:/usr/bin") or "saslpasswd2"
        database = self.home / "sasldb" / "sasldb2"
        command = [program, "-p", "-c", "-f", database, "-u", "example.net", user]
        subprocess.run(command, input=password.encode(), check=True, timeout=PATIENCE_SECONDS)
        shutil.chown(database, "postfix")

    def mail(self, message_id: str) -> email.message.EmailMessage:
        """Wait until this mail lies in the maildir, where those of other tests lie as well."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            for path in self.maildir.glob("new/*"):
                mail = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
                if mail["Message-ID"] == message_id:
                    return mail
            time.sleep(0.02)
        raise AssertionError(self.maillog.read_text())


@pytest.fixture(scope="module")
def postfix() -> Iterator[Postfix]:
    program = shutil.which("postfix", path="/usr/sbin:/usr/bin:/usr/local/sbin")
    if program is None:
        pytest.skip("postfix is missing: install the Debian package postfix")
    if os.geteuid() != 0:
        pytest.skip("a Postfix of the test's own needs root to start; run the tests as root to have this one")
    home = Path(tempfile.mkdtemp(prefix="netwatch-postfix-", dir="/var/tmp"))
    try:
        home.chmod(0o755)
        server = _configure(home)
        _run(program, home, "start")
        try:
            _until_listening(server)
            yield server
        finally:
            _run(program, home, "stop")
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _configure(home: Path) -> Postfix:
    port, submission = free_port(), free_port()
    user = pwd.getpwnam("postfix")
    for folder in ("config", "config/sasl", "queue", "data", "mail", "sasldb"):
        (home / folder).mkdir()
    os.chown(home / "data", user.pw_uid, user.pw_gid)
    os.chown(home / "mail", user.pw_uid, user.pw_gid)
    certificate = self_signed(home)
    main = MAIN.format(
        home=home, uid=user.pw_uid, gid=user.pw_gid, certificate=certificate.certificate, key=certificate.key
    )
    (home / "config" / "main.cf").write_text(main)
    (home / "config" / "master.cf").write_text(MASTER.format(port=port, submission=submission))
    (home / "config" / "sasl" / "smtpd.conf").write_text(SASL.format(home=home))
    return Postfix(
        port=port,
        submission=submission,
        home=home,
        ca_file=str(certificate.certificate),
        maildir=home / "mail" / "noc",
        maillog=home / "maillog",
    )


def _run(program: str, home: Path, verb: str) -> None:
    done = subprocess.run(
        [program, "-c", home / "config", verb], capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False
    )
    assert done.returncode == 0, f"{done.stdout}{done.stderr}"


def _until_listening(server: Postfix) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            socket.create_connection(("127.0.0.1", server.port), 0.2).close()
        except OSError:
            assert time.monotonic() < deadline, server.maillog.read_text()
            time.sleep(0.02)
        else:
            return


async def test_an_alarm_goes_through_postfix_over_tls_and_lies_in_the_mailbox(postfix, post, make_entries):
    office = await post({"port": postfix.port, "tls": "starttls", "ca_file": postfix.ca_file, "timeout": "60s"})
    entries = make_entries("noc@example.net", "nobody-here@example.net", "noc@elsewhere.invalid")

    await office.put(entries)
    rows = await office.until_state(OutboxState.DEAD, OutboxState.DEAD, OutboxState.SENT)

    by_recipient = {row.recipient: row for row in rows}
    assert "User unknown" in by_recipient["nobody-here@example.net"].last_reply
    assert "queued as" in by_recipient["noc@example.net"].last_reply
    mail = postfix.mail(entries[0].message_id)
    assert mail["Subject"] == entries[0].subject
    assert mail["Return-Path"] == "<netwatch@example.net>"
    assert "with ESMTPS" in str(mail["Received"])
    assert mail.get_body(("plain",)).get_content().startswith("DOWN: core-sw1 Gi1/0/7")


@pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN", "CRAM-MD5", None])
async def test_an_alarm_goes_over_starttls_and_sasl_once_the_password_is_right(
    mechanism, postfix, post, make_entries
):
    if shutil.which("saslpasswd2", path="/usr/sbin:/usr/bin") is None:
        pytest.skip("saslpasswd2 is missing: install the Debian package sasl2-bin")
    user = f"netwatch{mechanism}"
    postfix.let_in(user, "not yet this one")
    office = await post({
        "port": postfix.submission, "tls": "starttls", "ca_file": postfix.ca_file, "timeout": "60s",
        "username": f"{user}@example.net", "password": "Tr0ub4dor&3", "auth": mechanism,
    })  # fmt: skip
    (entry,) = make_entries("noc@example.net")

    await office.put([entry])
    row = await office.until_tried()
    assert (row.state, row.attempts) == (OutboxState.QUEUED, 0)
    assert "auth: 535 5.7.8" in row.last_reply
    postfix.let_in(user, "Tr0ub4dor&3")
    office.set_forward(timedelta(seconds=3))
    await office.until_state(OutboxState.SENT)

    mail = postfix.mail(entry.message_id)
    received = " ".join(str(mail["Received"]).split())
    assert "with ESMTPSA" in received
    assert f"(Authenticated sender: {user}@example.net)" in received
    events = [event.details for event in reversed(await office.store.events()) if event.entry_id == entry.id]
    assert [event["phase"] for event in events] == ["auth", "end_of_data"]


async def test_postfix_takes_no_login_where_the_connection_is_not_protected(postfix, post, make_entries):
    office = await post({"port": postfix.submission, "timeout": "60s", "username": "u", "password": "p"})

    await office.put(make_entries("noc@example.net"))

    row = await office.until_tried()
    assert (row.state, row.attempts) == (OutboxState.QUEUED, 0)
    assert "is not offered; offered: none" in row.last_reply


async def test_the_diagnosis_tells_what_postfix_said(postfix):
    relay = {"host": "127.0.0.1", "port": postfix.port, "tls": "starttls", "ca_file": postfix.ca_file}
    settings = SmtpSettings.model_validate({"from": "netwatch@example.net", "relays": [relay]})

    (diagnosis,) = await test_mail(settings, "noc@example.net")

    assert diagnosis.accepted
    assert [step.phase for step in diagnosis.steps if step.ok][-1] is Phase.END_OF_DATA
    assert any("TLSv1.3" in step.text and "certificate for 127.0.0.1" in step.text for step in diagnosis.steps)
    assert any("ESMTP Postfix" in step.text for step in diagnosis.steps)
