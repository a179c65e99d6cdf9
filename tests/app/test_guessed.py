"""Wrong passwords at the page's door become one alert and one mail of the running agent."""

from __future__ import annotations

import asyncio
from email import message_from_bytes
from email.policy import default

import httpx

from netwatch.app import App
from netwatch.config import load_settings
from netwatch.simulator import SmtpSink
from netwatch.web import Role, UsersFile
from tests.patience import PATIENCE_SECONDS
from tests.web.people import PASSWORD, cheap

CONFIG = """
credentials: {{lab: {{version: 2c, community: public}}}}
devices: [{{name: nobody, address: 127.0.0.1, port: {snmp}, credential: lab}}]
route: {{receiver: noc, group_wait: 1s}}
receivers: [{{name: noc, email: {{to: [noc@example.net]}}}}]
smtp: {{from: nw@example.net, relays: [{{host: 127.0.0.1, port: {smtp}}}]}}
web: {{listen: "127.0.0.1:{web}", users_file: users.yaml}}
store: {{url: "sqlite:///netwatch.db"}}
"""


async def test_many_wrong_passwords_are_one_alert_that_says_whose_and_no_password(tmp_path, udp_port, tcp_port):
    sink = SmtpSink()
    await sink.start()
    (tmp_path / "netwatch.yaml").write_text(CONFIG.format(snmp=udp_port, web=tcp_port, smtp=sink.port))
    UsersFile(tmp_path / "users.yaml").put_user("anna", Role.VIEWER, cheap(PASSWORD))
    app = App(load_settings(tmp_path / "netwatch.yaml"))
    await app.start()
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{tcp_port}", timeout=PATIENCE_SECONDS) as client:
            answers = [(await client.get("/devices", auth=("anna", f"guess-{n}"))).status_code for n in range(6)]
        for _ in range(5):  # the next ones have to wait, ever longer; this is what is left of a minute of them
            app._door.keeper._slowing.note_wrong("anna", "192.0.2.7", ["anna"])
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not any(one.rule == "PasswordsGuessed" for one in await app._store.events(100)):  # noqa: ASYNC110 # a task wakes nobody
                await asyncio.sleep(0.1)
        texts = []
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not any("guesses passwords" in text for text in texts):
                mails = await sink.wait_for(len(texts) + 1, PATIENCE_SECONDS)
                letters = [message_from_bytes(mail.message, policy=default) for mail in mails]
                texts = [f"{one['subject']}\n{one.get_body(('plain',)).get_content()}" for one in letters]
    finally:
        await app.stop()
        await sink.stop()

    told = [text for text in texts if "guesses passwords" in text]
    assert answers == [401] * 5 + [429]
    assert len(told) == 1
    assert "10 wrong passwords of anna in a row" in " ".join(told[0].split())
    assert "guess-" not in told[0]
