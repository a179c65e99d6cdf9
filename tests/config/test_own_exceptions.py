"""What was said on the page of single rows is read behind `limits` and `ignore` of the configuration."""

from __future__ import annotations

import pytest

from netwatch.app.definitions import read_definitions
from netwatch.config import check, load, load_settings

CONFIG = """\
credentials: {main: {version: 2c, community: "${env:COMMUNITY}"}}
defaults: {credential: main}
devices:
  - {name: core, address: 192.0.2.1}
limits:
  - {match: ['device="core"'], sensor_high_critical: 60}
receivers: [{name: noc, email: {to: [noc@example.net]}}]
route: {receiver: noc}
smtp: {relays: [{host: 192.0.2.25}]}
store: {url: "sqlite:///state/nw.db"}
"""


@pytest.fixture
def written(tmp_path, monkeypatch):
    """Write the configuration and what was said on the page; return the path of the configuration."""
    monkeypatch.setenv("COMMUNITY", "s3cret")

    def write(said, config=CONFIG):
        (tmp_path / "state").mkdir(exist_ok=True)
        (tmp_path / "state" / "nw-exceptions.yaml").write_text(said)
        (tmp_path / "netwatch.yaml").write_text(config)
        return tmp_path / "netwatch.yaml"

    return write


SAID = """\
limits:
  - {match: ['device="core"', 'sensor="Inlet"'], sensor_high_critical: 70, by: anna, at: "2026-11-30T19:20:00Z"}
ignore:
  - {match: ['device="core"', 'ifName="p1"'], shown: true, comment: "$${env:COMMUNITY}", by: bert}
"""


def test_it_stands_behind_what_the_configuration_says_and_is_known_to_be_netwatchs_own(written, tmp_path):
    settings = load_settings(written(SAID))

    assert [one.values for one in settings.limits] == [{"sensor_high_critical": 60}, {"sensor_high_critical": 70}]
    assert [settings.is_own("limits", number) for number in (0, 1)] == [False, True]
    assert [(one.by, one.shown, one.comment) for one in settings.ignore] == [("bert", True, "${env:COMMUNITY}")]
    assert settings.is_own("ignore", 0)
    assert settings.exceptions_file() == tmp_path / "state" / "nw-exceptions.yaml"


@pytest.mark.parametrize(("said", "words"), [
    ("limits: [", "nothing of it counts"),
    ("limits:\n  - {match: ['nonsense'], sensor_high_critical: 1}\n", "is not a matcher"),
    ("limits:\n  - {match: ['device=\"core\"'], sensor_high_critical: hot}\n", "a number is wanted"),
    ("ignore:\n  - {match: [], shown: true}\n", "does not count"),
    ("ignore:\n  - {shown: true}\n", "Field required"),
    ("limits:\n  - {match: ['device=\"core\"'], sensor_hihg: 1}\n", "there is no column sensor_hihg"),
    ("ignore:\n  - {match: ['device=\"core\"'], rules: [Nonsense]}\n", "there is no rule 'Nonsense'"),
    ("ignore:\n  - {match: ['colour=\"red\"']}\n", "has a label colour"),
])  # fmt: skip
def test_what_is_wrong_in_it_is_a_warning_that_names_the_file_and_keeps_no_agent_from_its_start(written, said, words):
    path = written(said)

    (warning,) = [problem for problem in check(path) if problem.file.endswith("nw-exceptions.yaml")]

    assert warning.severity == "warning"
    assert words in warning.message
    assert read_definitions(load_settings(path), lambda rule: rule).devices


def test_the_same_fault_in_the_configuration_is_an_error_with_its_line(written):
    config = CONFIG.replace("sensor_high_critical", "sensor_hihg")

    (error,) = [one for one in check(written(SAID, config)) if one.severity == "error"]

    assert (error.file.endswith("netwatch.yaml"), error.line) == (True, 6)


def test_a_configuration_whose_part_is_no_list_says_so_and_the_file_is_left_alone(written):
    path = written(SAID, CONFIG.replace("limits:\n  - {", "limits: {").replace("60}\n", "60}\n"))

    assert [one.file.endswith("netwatch.yaml") for one in load(path).problems if one.severity == "error"]
