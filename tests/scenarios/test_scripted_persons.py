"""Persons at real mail programs, swaks and mutt, answer a mail that came through Postfix, and are obeyed."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from tests.mailbox.dovecot import Dovecot
from tests.patience import PATIENCE_SECONDS
from tests.terminal import Person

from .agent import RunningAgent
from .postfix import Postfix
from .test_answers import config, dovecot, memories, text_of

__all__ = ["dovecot"]

EDITOR = """\
#!/bin/sh
{{ printf '{words}\\n\\n'; cat "$1"; }} > "$1.new" && mv "$1.new" "$1"
"""
MUTTRC = """\
set folder="{home}" spoolfile="{home}/box" postponed="{home}/postponed" record="" copy=no
set realname="Jane" from="jane@example.net" use_from editor="{home}/editor" smtp_url="smtp://127.0.0.1:{port}"
set ssl_starttls=no ssl_force_tls=no
set fast_reply include=yes reply_to=yes abort_unmodified=no move=no quit=yes wait_key=no sleep_time=0 recall=no
"""


def with_swaks(folder: Path, told: EmailMessage, port: int, words: str) -> None:
    """Answer from a script, as a person does who has no more than a shell."""
    body = f"{words}\n\n" + "".join(f"> {line}\n" for line in text_of(told.get_body(("plain",))).splitlines())
    command = [
        "swaks", "--silent", "3", "--server", "127.0.0.1", "--port", str(port), "--from", "jane@example.net",
        "--to", str(told["Reply-To"]), "--h-Subject", f"Re: {told['Subject']}",
        "--add-header", f"In-Reply-To: {told['Message-ID']}", "--body", body,
    ]  # fmt: skip
    subprocess.run(command, check=True, timeout=PATIENCE_SECONDS, cwd=folder)


def with_mutt(folder: Path, told: EmailMessage, port: int, words: str) -> None:
    """Press `reply`, write above what mutt quotes, send, and leave."""
    for part in ("cur", "new", "tmp"):
        (folder / "box" / part).mkdir(parents=True)
    (folder / "box" / "new" / "1.of.netwatch").write_bytes(told.as_bytes())
    (folder / "editor").write_text(EDITOR.format(words=words))
    (folder / "editor").chmod(0o700)
    (folder / "muttrc").write_text(MUTTRC.format(home=folder, port=port))
    keys = "push <reply><send-message><quit>"
    command = ["mutt", "-n", "-F", str(folder / "muttrc"), "-f", str(folder / "box"), "-e", keys]
    person = Person(command, folder, {"HOME": str(folder), "TERM": "xterm", "LC_ALL": "C.UTF-8"})
    assert person.leaves() == 0, person.screen


@pytest.mark.parametrize(("program", "answers"), [("swaks", with_swaks), ("mutt", with_mutt)])
def test_a_person_at_a_real_mail_program_takes_an_alert_in_hand(
    agent: Callable[[str], RunningAgent], until: Callable[..., Any], dovecot: Dovecot, postfix: Postfix,
    tmp_path: Path, program: str, answers: Callable[[Path, EmailMessage, int, str], None],
):  # fmt: skip
    if shutil.which(program) is None:
        pytest.skip(f"{program} is not installed (Debian package: {program})")
    netwatch = agent(config(dovecot, postfix))
    netwatch.start()
    netwatch.wait_until_ready()
    until(lambda: postfix.mails and "mark:" in str(memories(netwatch)), "the mail about the device")
    told = message_from_bytes(postfix.mails[0].as_bytes(), _class=EmailMessage, policy=policy.default)
    (tmp_path / "person").mkdir()

    answers(tmp_path / "person", told, postfix.port, f"ack with {program}")
    answer = until(
        lambda: [mail for mail in postfix.mails if mail["In-Reply-To"] == told["Message-ID"]], "the answer"
    )
    assert "\n> " in str(answer[0].get_payload())  # all of our mail stands there as the program quotes it
    dovecot.deliver(answer[0].as_bytes())

    until(lambda: any(mail["Auto-Submitted"] == "auto-replied" for mail in postfix.mails), "the reply")
    (alert,) = [one for one in netwatch.json("/api/v1/alerts") if one["rule"] == "DeviceDown"]
    assert (alert["acked_by"], alert["ack_comment"]) == ("jane@example.net", f"with {program}")
    (row,) = netwatch.json("/api/v1/mailbox")
    assert (row["outcome"], row["known_by"]) == ("acted", "reference")
    (reply,) = [mail for mail in postfix.mails if mail["Auto-Submitted"] == "auto-replied"]
    assert reply["In-Reply-To"] == answer[0]["Message-ID"]
