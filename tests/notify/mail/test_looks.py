"""Mails looked at as people see them: rendered by a real browser, at the width of a desk and of a telephone.

The pictures stand in the test's directory, and in `NETWATCH_LOOKS` where that names one; a person judges them. What a
machine can judge is asserted here: nothing runs over the edge, nothing of ours is fetched from elsewhere.
"""

from __future__ import annotations

import base64
import email
import email.policy
import os
import re
import shutil
import subprocess
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from PIL import Image

from netwatch.model import Notification, OutboxEntry
from netwatch.notify import EmailSettings, Letterhead, Mailer, ReceiverSettings, SmtpSettings, compose
from netwatch.notify.mail.samples import AT, sample_notifications
from tests.patience import PATIENCE_SECONDS

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
SAMPLES = sample_notifications()
WIDTHS = (640, 360)
GAP, TALL = 10, 4_500
BACKGROUND = (0xEE, 0xF0, 0xF2)


class Signer:
    def sign(self, action, thread_id, recipient, expires_at):
        return "AQEAAGkibnUFJDZmMWM4YTUyLTExYWEtNGE2My04YTM0LTBmM2YyZjZjMmYxMG5vY0BleGFtcGxlLm5ldA"


LETTERHEAD = Letterhead(
    sender="NetWatch <netwatch@example.net>", page="https://netwatch.example.net/", links=Signer()
)


def mail_of(notification: Notification, *, overtaking: bool = False) -> EmailMessage:
    composition = compose(notification, recipients=["NOC <noc@example.net>"], letterhead=LETTERHEAD)
    message = composition.supersessions[0].message if overtaking else composition.entries[0].message
    return email.message_from_bytes(message, policy=email.policy.default)


def digest() -> EmailMessage:
    storm = {"mails": 1, "critical_mails": 1, "digest_after": "1m"}
    receiver = ReceiverSettings(name="noc", email=EmailSettings(to=["NOC <noc@example.net>"]))
    mailer = Mailer(
        SmtpSettings.model_validate({"from": LETTERHEAD.sender, "storm": storm}), [receiver],
        external_url=LETTERHEAD.page,
    )  # fmt: skip
    for _ in range(40):
        for name in ("down", "value", "parent", "recovery", "repeat"):
            mailer.compose(SAMPLES[name])
    entries: tuple[OutboxEntry, ...] = mailer.digests_due(AT + timedelta(hours=5)).entries
    return email.message_from_bytes(entries[0].message, policy=email.policy.default)


def page_of(mail: EmailMessage) -> str:
    """Return the HTML as a mail program shows it: pictures by their Content-ID."""
    html = mail.get_body(("html",)).get_content()
    for part in mail.walk():
        if part.get_content_type() == "image/png":
            data = base64.b64encode(part.get_content()).decode()
            html = html.replace(f"cid:{part['Content-ID'][1:-1]}", f"data:image/png;base64,{data}")
    return html


def rendered(html: str, folder: Path, profile: Path, name: str, *, dark: bool = False) -> Image.Image:
    """Return the page at every width, one beside the other."""
    (folder / f"{name}.html").write_text(html, "utf-8")
    frames = "".join(
        f'<iframe src="{name}.html" width="{width}" height="{TALL}" style="border:0"></iframe>' for width in WIDTHS
    )
    frame = folder / f"{name}-frame.html"
    frame.write_text(f'<body style="margin:0;display:flex;gap:{GAP}px;background:#777">{frames}', "utf-8")
    picture = folder / f"{name}{'-dark' if dark else ''}.png"
    subprocess.run(
        [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--force-color-profile=srgb",
         f"--blink-settings=preferredColorScheme={0 if dark else 1}", f"--user-data-dir={profile}",
         f"--window-size={sum(WIDTHS) + GAP},{TALL}", f"--screenshot={picture}", frame.as_uri()],
        check=True, capture_output=True, timeout=PATIENCE_SECONDS,
    )  # fmt: skip
    return Image.open(picture).convert("RGB")


MAILS = {
    **{name: (lambda name=name: mail_of(SAMPLES[name])) for name in SAMPLES},
    "superseded": lambda: mail_of(SAMPLES["recovery"], overtaking=True),
    "digest": digest,
}


@pytest.mark.skipif(CHROMIUM is None, reason="chromium is missing: install the Debian package chromium")
@pytest.mark.parametrize("name", [name for name in MAILS if name not in ("repeat", "partly-over", "in-hand")])
def test_a_mail_fits_a_desk_and_a_telephone(name, tmp_path):
    folder = Path(os.environ.get("NETWATCH_LOOKS", tmp_path))
    mail = MAILS[name]()
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.txt").write_text(mail.get_body(("plain",)).get_content(), "utf-8")

    image = rendered(page_of(mail), folder, tmp_path / "profile", name)

    edges = [0]
    for width in WIDTHS:
        left, edges = edges[-1], [*edges, edges[-1] + width + GAP]
        found = {image.getpixel((x, y)) for x in (left + 1, left + width - 2) for y in range(0, TALL, 7)}
        assert found == {BACKGROUND}, f"something runs over the edge at {width} px: {folder}"
    print(f"pictures of {name}: {folder}")  # noqa: T201


@pytest.mark.skipif(CHROMIUM is None, reason="chromium is missing: install the Debian package chromium")
def test_a_mail_is_dark_where_the_reader_wants_it_dark(tmp_path):
    folder = Path(os.environ.get("NETWATCH_LOOKS", tmp_path))
    folder.mkdir(parents=True, exist_ok=True)

    image = rendered(page_of(mail_of(SAMPLES["value"])), folder, tmp_path / "profile", "value", dark=True)

    assert sum(image.getpixel((1, 5))) < 120


@pytest.mark.parametrize("name", MAILS)
def test_a_mail_fetches_nothing_and_runs_nothing(name):
    html = MAILS[name]().get_body(("html",)).get_content()

    assert not re.search(r"<(script|iframe|object|embed|link|form|base|svg)\b", html, re.IGNORECASE)
    tags = re.findall(r"<[a-z][^>]*>", html)
    assert not [tag for tag in tags if re.search(r"\son[a-z]+\s*=", re.sub(r'"[^"]*"', '""', tag))]
    assert all(source.startswith("cid:") for source in re.findall(r'src="([^"]*)"', html))
    assert all(link.startswith("https://") for link in re.findall(r'href="([^"]*)"', html))
    assert "url(" not in html
