"""What comes in, before it does."""

from __future__ import annotations

from netwatch.app.clock.steady import SteadyClock
from netwatch.app.definitions import read_definitions
from netwatch.app.senses import Senses
from netwatch.config import load_settings
from netwatch.store import Store


async def test_before_the_start_nothing_is_known_nothing_runs_and_stopping_does_no_harm(tmp_path):
    path = tmp_path / "netwatch.yaml"
    path.write_text(
        "credentials: {lab: {version: 2c, community: public}}\n"
        "devices: [{name: sw1, address: 192.0.2.1, credential: lab}]\n"
        f"store: {{url: 'sqlite:///{tmp_path / 'netwatch.db'}'}}\n"
    )
    settings = load_settings(path)
    definitions = read_definitions(settings, lambda rule: rule)
    senses = Senses(settings, definitions, store=Store(settings.store), clock=SteadyClock())

    senses.poll_now("sw1")

    assert [(status.device.name, status.up) for status in senses.statuses()] == [("sw1", None)]
    assert not senses.is_polling()
    assert not senses.is_hearing()
    assert (senses.lag_seconds, senses.late_ratio) == (0.0, 0.0)
    await senses.stop()
