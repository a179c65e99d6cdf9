"""A person looks at a mail that was refused for good, and sends it again, beside the running agent."""

from __future__ import annotations

import json
import subprocess
import sys
import time

from netwatch.simulator import reply
from tests.patience import PATIENCE_SECONDS

from .rough_post import mail_server

CONFIG = """
credentials: {{usual: {{version: 2c, community: public}}}}
devices: [{{name: sw1, address: 127.0.0.1, port: 9, credential: usual}}]
polling: {{interval: 2s, reachability_interval: 1s, timeout: 100ms, retries: 0}}
route: {{receiver: noc, group_wait: 0s}}
receivers: [{{name: noc, email: {{to: [noc@example.net]}}}}]
smtp: {{relays: [{{host: 127.0.0.1, port: {smtp}}}]}}
web: {{listen: "127.0.0.1:{{port}}"}}
store: {{url: "sqlite:///{{state}}"}}
"""


def test_a_dead_mail_is_shown_and_sent_again_by_hand_within_seconds(agent, until):
    with mail_server(recipients={"noc@example.net": reply(550, "no such user")}) as server:
        netwatch = agent(CONFIG.format(smtp=server.port))
        netwatch.start()
        netwatch.wait_until_ready()

        def outbox(*words: str) -> str:
            command = [sys.executable, "-m", "netwatch", "outbox", *words, "-c", str(netwatch.config)]
            return subprocess.run(
                command, capture_output=True, text=True, check=True, timeout=PATIENCE_SECONDS
            ).stdout

        def down() -> list[dict[str, object]]:
            rows = json.loads(outbox("--json", "--state", "dead"))
            return [row for row in rows if row["subject"] == "[DOWN] sw1 does not answer"]

        (dead,) = until(down, "the mail is dead")
        shown = outbox("show", str(dead["id"])[:-4])  # another mail of this minute begins with the same
        assert "state:            dead" in shown
        assert "550 no such user" in shown
        assert "Subject: [DOWN] sw1 does not answer" in shown

        server.allow_all()
        assert "to be sent again now, by " in outbox("retry", str(dead["id"]))
        retried = time.monotonic()
        until(lambda: [mail for mail in server.accepted if dead["message_id"] in str(mail)], "the mail accepted")
        assert time.monotonic() - retried < 40, "the agent noticed by itself, long before its next look at the outbox"
        until(lambda: not down(), "no mail is dead any more")
        said = json.loads(outbox("show", str(dead["id"]), "--json"))
        assert said["state"] == "sent"
        assert [event["text"].split(": ", 1)[1].split(",")[0] for event in said["events"]][
            1
        ] == "to be sent again now"
