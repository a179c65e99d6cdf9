"""docs/page.md says what is so: its configuration is taken, its conditions are read, its figures are ours."""

from __future__ import annotations

import re
from pathlib import Path

from netwatch.config import load_settings
from netwatch.web.matcher_text import read_conditions
from netwatch.web.pages.fleet.map import NODES_ON_A_MAP
from netwatch.web.pages.fleet.search import ORDERS, spelled
from netwatch.web.pages.front.answers import knowing
from netwatch.web.pages.many.together import MOST_TOGETHER

from .web.house import alert_of

TEXT = (Path(__file__).resolve().parents[1] / "docs" / "page.md").read_text(encoding="utf-8")


def fenced(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", TEXT, re.DOTALL | re.MULTILINE)


def test_its_configuration_is_taken_and_its_conditions_are_read(tmp_path, monkeypatch):
    monkeypatch.setenv("COMMUNITY", "c")
    (shown,) = fenced("yaml")
    (tmp_path / "netwatch.yaml").write_text(
        'credentials: {usual: {version: 2c, community: "${env:COMMUNITY}"}}\n'
        f"devices: [{{name: sw1, address: 127.0.0.1, credential: usual}}]\n{shown}"
    )

    assert load_settings(tmp_path / "netwatch.yaml").web.site_label == "building"
    assert [len(read_conditions(text)) for text in fenced("text")] == [3]


def test_its_figures_and_words_are_ours():
    assert f"draws {NODES_ON_A_MAP} devices" in TEXT
    assert f"At most {MOST_TOGETHER:,} alerts" in TEXT
    assert {spelled(text) for text in re.findall(r"`(00.c0.*?|00C0.*?|00-C0.*?|00c0.*?)`", TEXT)} == {
        "00:c0:b7:aa:bb:cc"
    }
    assert all(order in TEXT for order in ORDERS)
    assert knowing(alert_of("A", "sw1"), {}, {}) in TEXT
