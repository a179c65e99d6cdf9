"""docs/bounces.md says what is so: its configuration is taken, alerts, metrics and figures are those of the code."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from netwatch.app.answers import MOST_REPORTS
from netwatch.config import load_settings
from netwatch.mailbox import metrics
from netwatch.mailbox.dead_addresses import DEAD_AFTER, FORGOTTEN_AFTER
from netwatch.mailbox.probe_settings import MailProbeSettings
from netwatch.mailbox.returns import ARRIVED, CAME_BACK, LATE, OPENED, PASSED_ON
from netwatch.notify import SmtpSettings

HOUSE = Path(__file__).resolve().parents[1]
TEXT = (HOUSE / "docs" / "bounces.md").read_text(encoding="utf-8")
RULES = (HOUSE / "config" / "rules" / "netwatch.yaml").read_text(encoding="utf-8")
WATCHED = """
credentials: {usual: {version: 2c, community: c}}
devices: [{name: sw1, address: 127.0.0.1, credential: usual}]
"""


def test_the_configuration_is_taken_and_says_what_is_so_by_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("MAILBOX_PASSWORD", "secret")
    shown = re.findall(r"^```yaml\n(.*?)^```$", TEXT, re.DOTALL | re.MULTILINE)
    (tmp_path / "netwatch.yaml").write_text(WATCHED + "".join(shown))

    settings = load_settings(tmp_path / "netwatch.yaml")
    assert settings.mail_probe == MailProbeSettings()
    assert (settings.smtp.notify_success, settings.smtp.notify_read) == (True, True)
    assert SmtpSettings().model_dump(include={"notify_success", "notify_read"}) == {
        "notify_success": False, "notify_read": False,
    }  # fmt: skip


def test_alerts_and_metrics_are_known():
    alerts = set(re.findall(r"\b(?:Mail|Address|Dead)[A-Z]\w+\b", TEXT)) - {"MailboxUnread"}
    source = Path(metrics.__file__).read_text(encoding="utf-8")

    assert alerts == {"DeadLetters", "AddressDead", "MailRoundTripLost", "MailRoundTripSlow", "MailRelayDown"}
    assert all(f"alert: {name}\n" in RULES for name in (*alerts, "MailboxUnread"))
    assert all(f'"{name}"' in source for name in re.findall(r"netwatch_mail\w+", TEXT))


def test_figures_and_words_are_those_of_the_code():
    assert (DEAD_AFTER, "three mails in a row" in TEXT) == (3, True)
    assert (FORGOTTEN_AFTER.days, "a week without another report" in TEXT) == (7, True)
    assert f"`{CAME_BACK}`" in TEXT
    assert all(f"`{words}`" in TEXT for words in (LATE, PASSED_ON, ARRIVED, OPENED))
    assert (MOST_REPORTS, "ten for a mail are told" in TEXT) == (10, True)
