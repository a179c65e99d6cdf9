"""The complete example is loaded, an empty file is enough, and paths start where the file is."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from netwatch.config import Settings, check, devices, load
from netwatch.config.keys import keys_at
from netwatch.model import plain, read_yaml

EXAMPLE = Path(__file__).resolve().parents[2] / "config" / "netwatch.yaml"
ENVIRONMENT = {
    "CAMPUS_COMMUNITY": "campus-community", "CAMPUS_WRITE": "campus-write",
    "CORE_AUTH": "core-auth-passphrase", "CORE_PRIV": "core-priv-passphrase",
    "TRAP_COMMUNITY": "trap-community", "SMTP_PASSWORD": "smtp-password",
    "WEBHOOK_SECRET": "webhook-secret", "ALERTMANAGER_PASSWORD": "alertmanager-password",
    "HEARTBEAT_URL": "https://heartbeats.example.net/ping/abc",
}  # fmt: skip


def test_the_example_has_nothing_wrong_and_no_warning(monkeypatch):
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)

    assert [str(one) for one in check(EXAMPLE) if one.file == str(EXAMPLE)] == []


def test_the_example_is_what_it_says():
    settings = load(EXAMPLE, ENVIRONMENT).settings

    edge, core = devices(settings)
    assert (edge.credential.name, edge.credential.version, edge.port) == ("campus", "2c", 161)
    assert edge.credential.community.get_secret_value() == "campus-community"
    assert (core.credential.name, core.credential.privacy_protocol) == ("core", "AES")
    assert core.credential.auth_passphrase.get_secret_value() == "core-auth-passphrase"
    assert (core.labels, core.depends_on, core.accept_from) == (
        {"site": "hq", "floor": "0"},
        ("edge-r1",),
        ("192.0.2.11",),
    )
    assert [relay.tls for relay in settings.smtp.relays] == ["starttls", "none"]
    assert settings.store.retention == timedelta(days=90)
    assert settings.rule_paths() == sorted((EXAMPLE.parent / "rules").glob("*.yaml"))


COMMENTED = {"ca_file", "config_file", "users_file", "trusted_proxy", "scrape_config_file", "oauth2", "templates"}


@pytest.mark.parametrize("location", [
    (), ("credentials", "campus", "2c"), ("credentials", "core", "3"), ("defaults",), ("devices", 1), ("polling",),
    ("profiles",), ("mibs",), ("traps",), ("rules",), ("route",), ("route", "routes", 0), ("route", "escalate", 0),
    ("inhibit_rules", 0), ("time_intervals", 0), ("time_intervals", 0, "time_intervals", 0),
    ("time_intervals", 0, "time_intervals", 0, "times", 0), ("maintenance", 0), ("flapping",), ("receivers", 1),
    ("receivers", 1, "email"), ("receivers", 1, "trap"), ("receivers", 1, "webhook"),
    ("receivers", 1, "alertmanager"), ("smtp",), ("smtp", "relays", 0), ("smtp", "storm"), ("mail_probe",),
    ("heartbeat",), ("heartbeat", "daily_mail"), ("web",), ("exporter",), ("store",), ("history",),
    ("history", "weekly_report"),
])  # fmt: skip
def test_the_example_uses_every_key(location):
    part = plain(read_yaml(EXAMPLE).data)
    for step in path_of_location(location):
        part = part[step]

    inherited = (
        {"group_by", "group_wait", "group_interval", "repeat_interval", "urgent_from", "escalate", "fallback"}
        if "routes" in location
        else set()
    )
    matching = {"match", "matchers", "continue", "mute_time_intervals", "active_time_intervals"}
    matching = matching if location == ("route",) else set()
    again = {"time_intervals"} if location == ("maintenance", 0) else set()
    assert set(part) == set(keys_at(location)) - COMMENTED - inherited - matching - again


def path_of_location(location: tuple[int | str, ...]) -> tuple[int | str, ...]:
    return location[:2] if location[:1] == ("credentials",) else location


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "devices:\nroute:\nsmtp:\n  relays:\n"])
def test_an_almost_empty_file_is_a_configuration(load_text, text):
    assert load_text(text).settings.model_dump() == Settings().model_dump()


@pytest.mark.parametrize("text", ["- a\n- b\n", "text\n"])
def test_a_file_that_is_no_mapping_is_an_error(problems, text):
    assert problems(text) == ["netwatch.yaml:1:1: must be a mapping with keys such as `devices:`"]


def test_a_file_that_is_not_there_is_named(tmp_path):
    assert [str(one) for one in check(tmp_path / "no.yaml")] == [f"{tmp_path}/no.yaml:1:1: No such file or directory"]


def test_what_is_no_yaml_is_named_with_its_line(problems):
    assert problems("devices:\n  - {name: a\npolling: {}\n")[0].startswith("netwatch.yaml:3:8: ")


def test_relative_paths_start_where_the_file_is(load_text, tmp_path):
    for name in ("profiles", "mibs", "mine"):
        (tmp_path / name).mkdir()
    for name in ("ca.pem", "mine/b.yaml", "mine/a.yaml", "mine/notes.txt", "one.yaml"):
        (tmp_path / name).touch()

    settings = load_text(
        "profiles: {paths: [profiles]}\nmibs: {paths: [mibs]}\nstore: {url: 'sqlite:///state/netwatch.db'}\n"
        "rules: {paths: [one.yaml, 'mine/*.yaml', mine, one.yaml]}\nsmtp: {relays: [{host: a, ca_file: ca.pem}]}\n"
    ).settings  # fmt: skip

    assert settings.base == tmp_path
    assert settings.profile_paths() == [tmp_path / "profiles"]
    assert settings.mib_paths() == [tmp_path / "mibs"]
    assert settings.rule_paths() == [tmp_path / name for name in ("one.yaml", "mine/a.yaml", "mine/b.yaml")]
    assert settings.smtp.relays[0].ca_file == str(tmp_path / "ca.pem")
    assert settings.store.url == f"sqlite:///{tmp_path}/state/netwatch.db"


def test_absolute_paths_stay(load_text, tmp_path):
    (tmp_path / "a.yaml").touch()
    settings = load_text(f"rules: {{paths: ['{tmp_path}/*.yaml']}}\nstore: {{url: 'sqlite:////var/x.db'}}").settings

    assert tmp_path / "a.yaml" in settings.rule_paths()
    assert settings.store.url == "sqlite:////var/x.db"


def test_the_rules_that_come_with_netwatch_are_called_builtin(load_text):
    shipped = load_text("").settings.rule_paths()

    assert {path.name for path in shipped} >= {"devices.yaml", "interfaces.yaml"}
    assert load_text("rules: {paths: [builtin]}").settings.rule_paths() == shipped


def test_a_device_takes_what_it_does_not_say_from_defaults_and_polling(load_text):
    settings = load_text(
        "credentials: {c: {version: 1, community: x}, d: {version: 3, user: u, context: ctx}}\n"
        "defaults: {credential: c, port: 1161}\npolling: {interval: 5m, timeout: 1s, retries: 1}\n"
        "devices:\n  - {name: a, address: a}\n"
        "  - {name: b, address: b, credential: d, port: 2, interval: 1m, timeout: 3s, retries: 0, profile: p}\n"
    ).settings

    a, b = devices(settings)
    assert (a.credential.name, a.port, a.interval, a.timeout, a.retries) == (
        "c", 1161, timedelta(minutes=5), timedelta(seconds=1), 1,
    )  # fmt: skip
    assert (b.credential.name, b.port, b.interval, b.timeout, b.retries) == (
        "d", 2, timedelta(minutes=1), timedelta(seconds=3), 0,
    )  # fmt: skip
    assert (b.credential.context, b.profile, b.reachability_interval) == ("ctx", "p", timedelta(seconds=10))


def test_profiles_and_rules_are_checked_too(tmp_path):
    (tmp_path / "rules.yaml").write_text("rules: [{alert: A, exprr: up == 0}]\n")
    (tmp_path / "profile.yaml").write_text("metrics: 1\n")
    (tmp_path / "netwatch.yaml").write_text(
        "pollling: {}\nrules: {paths: [rules.yaml]}\nprofiles: {paths: [profile.yaml]}\n"
        "devices: [{name: a, address: a, profile: generic-iff}]\n"
    )

    said = [str(one).replace(f"{tmp_path}/", "") for one in check(tmp_path / "netwatch.yaml")]

    assert any(one.startswith("netwatch.yaml:1:1: pollling: unknown key") for one in said)
    assert any(one.startswith("rules.yaml:1:") for one in said)
    assert any(one.startswith("profile.yaml:1:") for one in said)
    assert any("there is no profile 'generic-iff'; did you mean \"generic-if\"?" in one for one in said)
