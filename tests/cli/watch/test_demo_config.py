"""The demo's configuration is one that anybody could have written."""

from __future__ import annotations

from dataclasses import replace

from netwatch.cli.watch.demo_config import demo_config
from netwatch.config import check, devices, load_settings
from netwatch.simulator import MailboxServer, demo_story


def test_it_is_read_back_as_the_devices_it_was_made_from(tmp_path):
    watched = [replace(device, port=1000 + number) for number, device in enumerate(demo_story().devices())]
    path = tmp_path / "netwatch.yaml"

    mailbox = MailboxServer("netwatch", "x")
    mailbox.port = 1143

    path.write_text(demo_config(watched, tmp_path, mailbox, 2525, 0, 1162))

    assert list(devices(load_settings(path))) == watched
    assert [problem for problem in check(path) if problem.severity == "error"] == []
