"""An alertmanager.yml becomes our configuration, and what has no counterpart is named with its line."""

from __future__ import annotations

import yaml

from netwatch.config import Settings, take_over

TEXT = """
global:
  smtp_smarthost: mail.example.net:587
  smtp_from: alerts@example.net
  smtp_auth_username: alerts
  smtp_auth_password: not-to-be-copied
templates: ['*.tmpl']
route:
  receiver: noc
  group_by: [alertname, instance, device]
  group_wait: 30s
  repeat_interval: 4h
  routes:
  - receiver: boss
    matchers: ['severity="critical"', 'instance=~"core-.*"']
    continue: true
    mute_time_intervals: [nights]
  - receiver: pager
    match: {severity: page}
    match_re: {site: "hall.*"}
inhibit_rules:
- source_match: {alertname: DeviceDown}
  target_matchers: ['severity="warning"']
  equal: [instance]
time_intervals:
- name: nights
  time_intervals: [{times: [{start_time: '22:00', end_time: '24:00'}], weekdays: ['monday:friday']}]
receivers:
- name: noc
  email_configs: [{to: 'a@example.net, b@example.net', send_resolved: true, html: x}]
- name: boss
  webhook_configs: [{url: 'https://hooks.example.net/1'}]
- name: pager
  pagerduty_configs: [{routing_key: k}]
"""


def test_what_both_have_is_carried_over_and_taken():
    taken = take_over(TEXT, "alertmanager.yml")

    tree = yaml.safe_load(taken.text)
    assert tree["smtp"] == {
        "from": "alerts@example.net",
        "relays": [{"host": "mail.example.net", "port": 587, "tls": "starttls", "username": "alerts",
                    "password": "${env:NETWATCH_SMTP_PASSWORD}"}],
    }  # fmt: skip
    route = tree["route"]
    assert (route["receiver"], route["group_by"]) == ("noc", ["alertname", "device"])
    assert route["routes"][0]["matchers"] == ['severity="critical"', 'device=~"core-.*"']
    assert route["routes"][1]["matchers"] == ['severity="page"', 'site=~"hall.*"']
    assert tree["inhibit_rules"] == [
        {
            "source_matchers": ['alertname="DeviceDown"'],
            "target_matchers": ['severity="warning"'],
            "equal": ["device"],
        }
    ]
    assert tree["receivers"][0] == {"name": "noc", "email": {"to": ["a@example.net", "b@example.net"]}}
    assert tree["receivers"][1]["webhook"] == {"url": "https://hooks.example.net/1"}
    Settings.model_validate(tree)
    assert "not-to-be-copied" not in taken.text


def test_what_is_left_is_named_with_its_line():
    left = [str(problem) for problem in take_over(TEXT, "alertmanager.yml").left]

    assert any(one.startswith("alertmanager.yml:7:") and "templates" in one for one in left)
    assert any("html has no counterpart" in one for one in left)
    assert any("pagerduty_configs has no counterpart" in one for one in left)
    assert any("'pager' tells nobody that NetWatch can tell; change-me@example.net" in one for one in left)
    assert any("the password is not copied" in one for one in left)


def test_what_makes_no_sense_is_named_and_nothing_breaks():
    taken = take_over(
        "route: {group_wait: soon, receiver: a}\nreceivers: 7\ntracing: {}\ninhibit_rules: [1]\n", "am.yml"
    )

    said = " ".join(map(str, taken.left))
    assert "route.group_wait is not taken as it is" in said
    assert "am.yml:3:" in said
    assert take_over("[]", "am.yml").tree == {}


def test_several_matchers_in_one_text_are_told_apart_and_a_label_of_prometheus_is_named():
    taken = take_over(
        """
global: {resolve_timeout: 5m, slack_api_url: https://hooks.example.net/x}
route:
  receiver: noc
  routes:
  - {receiver: noc, matchers: ['{severity=~"critical|warning", instance!="a,b"}', 'team = net', job="snmp"]}
receivers: [{name: noc, email_configs: [{to: noc@example.net}]}]
""",
        "am.yml",
    )

    assert taken.tree["route"]["routes"][0]["matchers"] == [
        'severity=~"critical|warning"', 'device!="a,b"', 'team="net"', 'job="snmp"',
    ]  # fmt: skip
    said = [str(problem) for problem in taken.left]
    assert any(one.startswith("am.yml:6:") and "no alert of NetWatch has the label job" in one for one in said)
    assert any("slack_api_url has no counterpart" in one for one in said)
    assert any("resolve_timeout has no counterpart" in one for one in said)
    assert taken.sum_up == "2 routes, 1 receivers"
