"""The parts of a configuration fit together, or it is said where they do not: where the texts below have a »."""

from __future__ import annotations

import pytest

CREDENTIALS = (
    "credentials: {campus: {version: 2c, community: x}, core: {version: 3, user: u}}\n"
    "defaults: {credential: campus}\n"
)
TRAPS = "route: {{receiver: nms}}\nreceivers: [{{name: nms, trap: {{to: ['192.0.2.9:162'], credential: {}}}}}]\n"
MAIL = "smtp: {from: a@b, relays: [{host: mail}]}\n"


def device(name: str, more: str = "") -> str:
    return f"  - {{name: {name}, address: 192.0.2.1{more}}}\n"


def devices(*parts: str) -> str:
    return CREDENTIALS + "devices:\n" + "".join(parts)


def receivers(*names: str) -> str:
    return MAIL + "receivers:\n" + "".join(f"  - {{name: {name}, email: {{to: [a@b]}}}}\n" for name in names)


@pytest.mark.parametrize(("text", "said"), [
    (devices(device("a"), device("»a")), "devices[1].name: 'a' is already the name of devices[0] in line 4"),
    (devices(device("a", ", credential: »campsu")),
     "devices[0].credential: there is no credential 'campsu'; did you mean \"campus\"?"),
    (devices(device("a", ", write_credential: »campsu")),
     "devices[0].write_credential: there is no credential 'campsu'; did you mean \"campus\"?"),
    ("defaults: {write_credential: »nobody}", "defaults.write_credential: there is no credential 'nobody'"),
    ("defaults: {credential: »nobody}", "defaults.credential: there is no credential 'nobody'"),
    ("devices:\n  - »{name: a, address: b}", "devices[0]: names no credential, and defaults.credential is not set; a "
     "device without SNMP has methods: [ping]"),
    ("credentials: {core: {version: 3, user: u}}\ndefaults: {write_credential: core}\n"
     "discovery: {credentials: [»core]}",
     "discovery.credentials[0]: the credential 'core' is what devices are written with; "
     "discovery tries none of those"),
    (CREDENTIALS + "discovery: {credentials: [»coer]}",
     "discovery.credentials[0]: there is no credential 'coer'; did you mean \"core\"?"),
    (CREDENTIALS + "traps: {users: [core, »coer]}",
     "traps.users[1]: there is no credential 'coer'; did you mean \"core\"?"),
    (CREDENTIALS + "traps: {users: [»campus]}",
     "traps.users[0]: the credential 'campus' is no v3 user; communities have their own list"),
    (devices(device("a"), device("core-sw1"), device("c", ", depends_on: [a, »core-sw2]")),
     "devices[2].depends_on[1]: there is no device 'core-sw2'; did you mean \"core-sw1\"?"),
    (devices(device("a", ", depends_on: [»a]")), "devices[0].depends_on[0]: goes in a circle: a -> a"),
    (devices(device("a", ", depends_on: [b]"), device("b", ", depends_on: [c]"), device("c", ", depends_on: [»b]")),
     "devices[2].depends_on[0]: goes in a circle: b -> c -> b"),
    (receivers("noc") + "route: {receiver: »nok}",
     "route.receiver: there is no receiver 'nok'; did you mean \"noc\"?"),
    (receivers("noc") + "route: {receiver: noc, routes: [{routes: [{receiver: »boss}]}]}",
     "route.routes[0].routes[0].receiver: there is no receiver 'boss'"),
    ("route: {receiver: »noc}", "route.receiver: there is no receiver 'noc'"),
    (receivers("noc") + "route: {receiver: noc, urgent_from: »critcal}",
     "route.urgent_from: there is no severity 'critcal'; did you mean \"critical\"?"),
    (receivers("noc") + "severities: [minor, major]\nroute: {receiver: noc, routes: [{urgent_from: »warning}]}",
     "route.routes[0].urgent_from: there is no severity 'warning'"),
    ("severities: [minor, major, »minor]", "severities[2]: 'minor' stands there already"),
    ("severities: [minor, »none]",
     "severities[1]: 'none' cannot be one: urgent_from: none means that nothing is urgent"),
    (receivers("noc") + "route: »{group_by: [device]}",
     "route: needs a receiver: who is told when no other route wants an alert"),
    (receivers("noc") + "route: »{receiver: noc, match: {a: b}}",
     "route: takes every alert; match and matchers belong to the entries of routes"),
    (receivers("noc", "»noc") + "route: {receiver: noc}",
     "receivers[1].name: 'noc' is already the name of receivers[0] in line 3"),
    ("smtp: »{from: a@b}\nreceivers: [{name: a, email: {to: [a@b]}}]\nroute: {receiver: a}",
     "smtp.relays: no mail could ever leave: receivers need at least one relay"),
    (CREDENTIALS + TRAPS.format("»corre"),
     "receivers[0].trap.credential: there is no credential 'corre'; did you mean \"core\"?"),
    ("credentials: {old: {version: 1, community: x}}\n" + TRAPS.format("»old"),
     "receivers[0].trap.credential: the credential 'old' is of version 1; traps are sent with 2c or 3"),
    (CREDENTIALS + TRAPS.format("core").replace("'192.0.2.9:162'", "»'192.0.2.9:0'"),
     "receivers[0].trap.to[0]: '192.0.2.9:0' is no manager such as 192.0.2.9:162, [2001:db8::1]:162 or "
     "nms.example.net:162"),
    ("route: {receiver: a}\nreceivers:\n  - »{name: a}",
     "receivers[0]: tells nobody: give it email, trap, webhook or alertmanager"),
    ("polling: {interval: 1m, timeout: »90s}",
     "polling.timeout: timeout (1m30s) must be less than reachability_interval (10s)"),
    ("polling: {reachability_interval: »2m}",
     "polling.reachability_interval: reachability_interval (2m) must be at most interval (1m)"),
    ("polling: {interval: »5s}", "polling.interval: reachability_interval (10s) must be at most interval (5s)"),
    (devices(device("a", ", timeout: »10s")),
     "devices[0].timeout: timeout (10s) must be less than reachability_interval (10s)"),
    (devices(device("a", ", reachability_interval: »2s")),
     "devices[0].reachability_interval: timeout (2s) must be less than reachability_interval (2s)"),
    ("rules: {paths: [builtin, »no.yaml]}", "rules.paths[1]: no such file: DIR/no.yaml"),
    ("profiles: {paths: [»no]}", "profiles.paths[0]: no such file or directory: DIR/no"),
    ("smtp: {relays: [{host: a, ca_file: »no.pem}]}",
     "smtp.relays[0].ca_file: no such file or directory: DIR/no.pem"),
    ("route: {receiver: a}\nreceivers: [{name: a, webhook: {url: »'https://u:p@hooks.example.net'}}]",
     "receivers[0].webhook.url: a user or password does not belong into a URL, which is shown and logged"),
    ("route: {receiver: a}\nreceivers: [{name: a, webhook: {url: 'https://hooks.example.net', ca_file: »no.pem}}]",
     "receivers[0].webhook.ca_file: no such file or directory: DIR/no.pem"),
    ("smtp: »{from: a@b, fallback_to: [c@d]}",
     "smtp.relays: no mail could ever leave: receivers need at least one relay"),
])  # fmt: skip
def test_what_does_not_fit_is_an_error(problems_at, tmp_path, text, said):
    assert problems_at(text) == [said.replace("DIR", str(tmp_path)).replace(f"{tmp_path}/", "")]


@pytest.mark.parametrize(("text", "said"), [
    ("»", "devices: there is nothing to watch yet"),
    ("»", "receivers: nobody is mailed: there are no receivers"),
    (receivers("noc", "»other") + "route: {receiver: noc}", "receivers[1].name: no route leads to 'other'"),
    ("smtp: »{relays: [{host: a}]}\nreceivers: [{name: a, email: {to: [a@b]}}]\nroute: {receiver: a}",
     "smtp.from: is not set; many servers refuse netwatch@localhost"),
    ("receivers: [{name: a, email: {to: [a@b]}}]\nroute: {receiver: a}\nweb: »{listen: '127.0.0.1:1'}",
     "web: external_url is not set, so mails have no links to look, acknowledge or silence; set it to where people "
     "reach the page, such as https://netwatch.example.net/"),
    ("smtp: {from: a@b, notify_success: »true, relays: [{host: a}]}",
     "smtp.notify_success: nobody reads the reports: there is no mailbox that they arrive in"),
    ("route: {receiver: a}\nreceivers: [{name: a, email: {to: [a@b], notify_read: »true}}]",
     "receivers[0].email.notify_read: nobody reads the reports: there is no mailbox that they arrive in"),
    ("rules: {paths: [»'mine/*.yaml']}",
     "rules.paths[0]: no file matches mine/*.yaml; the rules that come with NetWatch are used instead"),
    ("rules: {paths: [builtin, »'mine/*.yaml']}", "rules.paths[1]: no file matches mine/*.yaml"),
    ("mibs: {paths: [»no]}", "mibs.paths[0]: no such directory: no"),
    ("receivers: [{name: a, alertmanager: {urls: [http://am:9093], expires_after: 6h}}]\nroute: »{receiver: a}",
     "route: repeats every 4h, but the Alertmanagers of 'a' forget an alert after 6h: set their expires_after to "
     "twice that or more"),
    ("polling: {timeout: »4s}",
     "polling.timeout: a device counts as down after 4 x 4s without an answer, which is longer than "
     "reachability_interval (10s)"),
    (devices(device("a", ", timeout: »1s, retries: 10")),
     "devices[0].timeout: a device counts as down after 11 x 1s without an answer, which is longer than "
     "reachability_interval (10s)"),
])  # fmt: skip
def test_what_is_odd_and_may_be_meant_is_a_warning(problems_at, text, said):
    assert f"warning: {said}" in [one if one.startswith("w") else f"warning: {one}"
                                  for one in problems_at(text, severity="warning")]  # fmt: skip


@pytest.mark.parametrize("text", [
    devices(device("a", ", depends_on: [b, c]"), device("b", ", depends_on: [d]"), device("c", ", depends_on: [d]"),
            device("d")),
    devices(device("a", ", credential: core")) + "traps: {users: [core]}",
    receivers("noc", "boss") + "route: {receiver: noc, routes: [{match: {severity: critical}, receiver: boss}]}",
    "polling: {interval: 10s}",
    "rules: {paths: [builtin]}",
])  # fmt: skip
def test_what_fits_is_left_in_peace(problems, text):
    assert problems(text) == []


def test_the_page_s_address_is_asked_for_once_and_only_where_mails_would_link_to_it(problems):
    hint, with_it = "external_url is not set", "web: {external_url: 'https://nw.example.net/'}\n"

    assert sum(hint in one for one in problems(receivers("a", "b"), severity="warning")) == 1
    assert not [one for one in problems(receivers("a") + with_it, severity="warning") if hint in one]
    assert not [one for one in problems("polling: {interval: 10s}", severity="warning") if hint in one]


@pytest.mark.parametrize(("zone", "meant"), [
    ("Europe/Berln", '; did you mean "Europe/Berlin"?'), ("berlin", '; did you mean "Europe/Berlin"?'),
    ("new york", '; did you mean "America/New_York"?'), ("local", '; did you mean "Local"?'), ("Q", ""),
])  # fmt: skip
def test_a_wrong_time_zone_is_an_error_that_names_the_one_that_was_perhaps_meant(zone, meant, problems_at):
    text = f"receivers: [{{name: a, timezone: »{zone}, email: {{to: [a@b]}}}}]\n{MAIL}"

    (said,) = problems_at(text)
    assert said.startswith(f"receivers[0].timezone: '{zone}' is not a time zone such as Europe/Berlin; UTC and Local")
    assert said.endswith(f"are known too{meant}")


def test_each_circle_is_told_once(problems):
    text = devices(
        device("a", ", depends_on: [b]"), device("b", ", depends_on: [a]"), device("x", ", depends_on: [y, a]"),
        device("y", ", depends_on: [x]"), device("z", ", depends_on: [a, x]"),
    )  # fmt: skip

    assert [one.split("circle: ")[1] for one in problems(text)] == ["a -> b -> a", "x -> y -> x"]


def test_a_chain_of_two_thousand_devices_is_no_circle(problems):
    text = devices(*(device(f"d{n}", f", depends_on: [d{n + 1}]") for n in range(2000)), device("d2000"))

    assert problems(text) == []


def test_an_error_in_one_part_hides_none_in_another(problems):
    said = problems("credentials: {a: {version: 9}}\ndevices: [{name: 1}, {name: x, credential: b, depends_on: [y]}]")

    assert [one.split(": ")[1] for one in said] == [
        "credentials.a.version", "devices[0]", "devices[0].address", "devices[0].name", "devices[1].address",
        "devices[1].credential", "devices[1].depends_on[0]",
    ]  # fmt: skip


def test_a_receiver_of_traps_needs_no_mail_relay(problems):
    assert problems(CREDENTIALS + TRAPS.format("core")) == []
    assert not [one for one in problems(CREDENTIALS + TRAPS.format("core"), severity="warning") if "smtp" in one]


def test_the_receiver_of_the_daily_mail_must_be_there_and_have_email(problems):
    receivers = "receivers: [{name: noc, email: {to: [a@example.net]}}, {name: nms, trap: {to: ['192.0.2.1:162'], " \
        "credential: c}}]\nroute: {receiver: noc}\n"  # fmt: skip

    def said(receiver: str) -> list[str]:
        told = problems(f"{receivers}heartbeat: {{daily_mail: {{receiver: {receiver}}}}}\n")
        return [line.split("daily_mail.receiver: ")[1] for line in told if "daily_mail" in line]

    assert said("noc") == []
    assert said("nco") == ["there is no receiver 'nco'; did you mean \"noc\"?"]
    assert said("nms") == ["the receiver 'nms' has no email"]


@pytest.mark.parametrize("url", ["ftp://example.net/x", "example.net", "https:///x"])
def test_a_heartbeat_goes_to_an_http_address(problems, url):
    (line,) = [one for one in problems(f"heartbeat: {{url: '{url}'}}\n") if "heartbeat" in one]
    assert "must be an http:// or https:// address" in line
