"""What a mail costs to write: without and with a chart, overtaking an earlier one, to many, in words of one's own.

Run it: `python tests/bench/bench_mail.py`. CPU time of this process, the best of some rounds. A storm is measured
too: 10,000 mails of which a digest tells all but 40, which must cost less than 5 s.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from netwatch.model import Composition, Notification
from netwatch.notify import (
    EmailSettings,
    Letterhead,
    Mailer,
    MailTemplateSettings,
    ReceiverSettings,
    SmtpSettings,
    compose,
    load_wordings,
)
from netwatch.notify.mail.chart import draw_chart
from netwatch.notify.mail.samples import sample_notifications

ROUNDS, AT_ONCE = 5, 40
STORM, STORM_SECONDS = 10_000, 5.0
SENDER = "NetWatch <netwatch@example.net>"


class Signer:
    """Signs like the real one, but for the secret."""

    def sign(self, action: str, thread_id: str, recipient: str, expires_at: object) -> str:
        return f"{action}{thread_id}{recipient}".replace("@", "_")


LETTERHEAD = Letterhead(sender=SENDER, page="https://netwatch.example.net/", links=Signer())


def best(write: Callable[[], object], *, at_once: int = AT_ONCE) -> float:
    """Return the milliseconds of CPU one call takes."""
    figures = []
    for _ in range(ROUNDS):
        began = time.process_time()
        for _ in range(at_once):
            write()
        figures.append((time.process_time() - began) / at_once * 1e3)
    return min(figures)


def mail(notification: Notification, recipients: int = 1) -> Callable[[], Composition]:
    """Return what writes a notification to so many people."""
    people = [f"person{number}@example.net" for number in range(recipients)]
    return lambda: compose(notification, recipients=people, letterhead=LETTERHEAD)


def said(what: str, milliseconds: float, more: str = "") -> None:
    """Print one figure."""
    print(f"mail: {what:<58} {milliseconds:>8.3f} ms CPU{more}")


def worded(notification: Notification) -> float:
    """Return what a mail in an operator's own words takes."""
    with tempfile.TemporaryDirectory() as folder:
        text = Path(folder) / "mail.j2"
        text.write_text("{{ lead }}\n{% for one in firing %}{{ one.title }}\n{% endfor %}")
        email = EmailSettings(to=["noc@example.net"], templates=MailTemplateSettings(text=str(text)))
        receivers = [ReceiverSettings(name="noc", email=email)]
        wordings = load_wordings(receivers)
        return best(
            lambda: compose(notification, recipients=email.to, letterhead=LETTERHEAD, wording=wordings["noc"])
        )


def storm() -> float:
    """Return the seconds that 10,000 mails at once take, and the digest that tells most of them."""
    receivers = [ReceiverSettings(name="noc", email=EmailSettings(to=["noc@example.net"]))]
    mailer = Mailer(SmtpSettings.model_validate({"from": SENDER, "storm": {"per": "1h"}}), receivers)
    down = sample_notifications()["down"]
    mails = []
    for number in range(STORM):
        alert = replace(down.firing[0], id=f"a{number}", key=replace(down.firing[0].key, device=f"access-sw{number}"))
        group = replace(down.group, thread_id=f"t{number}", subject=f"access-sw{number} Gi1/0/7 InterfaceDown")
        mails.append(replace(down, firing=(alert,), group=group))
    began = time.process_time()
    for one in mails:
        mailer.compose(one)
    due = mailer.next_digest_at()
    assert due is not None
    (digest,) = mailer.digests_due(due).entries
    assert digest.subject.startswith(f"[DIGEST] {STORM - 40:,} more changes")
    return time.process_time() - began


def main() -> int:
    """Run the benchmark."""
    samples = sample_notifications()
    down, full = samples["down"], samples["value"]
    without = best(mail(replace(full, curves={})))
    said("one problem, no chart", without)
    said("one problem with its chart", best(mail(full)))
    said("  of which the chart", best(lambda: draw_chart(full.curves["2"])))
    said("nine problems, two charts, and what it says where it overtakes", best(mail(samples["several"]), at_once=10))
    said("one problem to ten people", best(mail(down, 10), at_once=10))
    said("one problem in an operator's own words", worded(down))
    seconds = storm()
    goal = "reached" if seconds <= STORM_SECONDS else "MISSED"
    said(f"{STORM:,} at once, all but 40 digested, the lot", seconds * 1e3, f"   target <= 5,000: {goal}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
