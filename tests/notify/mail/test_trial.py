"""The mail that tries a relay."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from netwatch.notify.guard import faults_of
from netwatch.notify.mail.trial import trial_mail

NOW = datetime(2026, 11, 23, 3, 4, 5, tzinfo=UTC)


def test_it_says_which_relay_it_came_through_and_that_nothing_is_wrong():
    mail = trial_mail("NetWatch <nw@example.net>", "noc@example.net", relay="mail.example.net:25", now=NOW)

    said = {header.name: header.value for header in mail.headers}
    assert said["Subject"] == "[TEST] NetWatch through mail.example.net:25"
    assert said["From"] == "NetWatch <nw@example.net>"
    assert b"Nothing is wrong." in mail.message
    assert faults_of(mail.message, [(header.name, header.value) for header in mail.headers]) == []


def test_nobody_is_mailed_at_what_is_no_address():
    with pytest.raises(ValueError, match="noc"):
        trial_mail("nw@example.net", "noc", relay="mail.example.net:25", now=NOW)
