"""Whom a route falls back on exists, is mailed, and is somebody else."""

from __future__ import annotations

import pytest

RECEIVERS = (
    "receivers: [{name: noc, email: {to: [noc@example.net]}}, {name: boss, email: {to: [boss@example.net]}}, "
    "{name: hook, webhook: {url: 'https://hooks.example.net'}}, "
    "{name: all, email: {to: [NOC@example.net, night@example.net]}}]\n"
    "smtp: {from: nw@example.net, relays: [{host: a}]}\n"
)


@pytest.mark.parametrize(("text", "said"), [
    ("route: {receiver: noc, fallback: [»bos]}",
     "route.fallback[0]: there is no receiver 'bos'; did you mean \"boss\"?"),
    ("route: {receiver: noc, fallback: [boss, »hook]}",
     "route.fallback[1]: the receiver 'hook' has no email, and this is told by mail"),
    ("route: {receiver: noc, fallback: [»'a b@example.net']}",
     "route.fallback[0]: 'a b@example.net' is not a mail address such as noc@example.net or NOC <noc@example.net>"),
    ("route: {receiver: noc, fallback: »[noc]}",
     "route.fallback: goes in a circle: what does not reach 'noc' would be told at the addresses of 'noc'"),
    ("route: {receiver: noc, fallback: »['NOC <Noc@example.net>']}",
     "route.fallback: goes in a circle: what does not reach 'noc' would be told at the addresses of 'noc'"),
    ("route: {receiver: all, routes: [{match: {a: b}, fallback: »[noc]}]}",
     "route.routes[0].fallback: goes in a circle: what does not reach 'all' would be told at the addresses of 'all'"),
])  # fmt: skip
def test_a_fallback_that_is_none_is_an_error(problems_at, text, said):
    assert problems_at(RECEIVERS + text) == [said]


def test_a_route_that_inherits_itself_as_a_fallback_is_a_warning(problems_at):
    text = "route: {receiver: noc, fallback: [boss], routes: [{match: {a: b}, receiver: »boss}]}"

    said = "'boss' is whom this route falls back on: smtp.fallback_to is told what does not reach it"
    assert f"warning: route.routes[0].receiver: {said}" in problems_at(RECEIVERS + text, severity="warning")


@pytest.mark.parametrize("fallback", ["[boss]", "[all]", "['Night <night@example.net>', noc]", "[]"])
def test_somebody_else_is_taken_and_is_told_by_a_route(problems, fallback):
    text = RECEIVERS + f"route: {{receiver: noc, fallback: {fallback}}}"

    assert problems(text) == []
    unused = [one.rpartition(" ")[2] for one in problems(text, severity="warning") if "no route leads to" in one]
    assert all(name.strip("'") not in fallback for name in unused)


def test_an_address_alone_needs_a_relay(problems):
    text = (
        "route: {receiver: a, fallback: [c@d]}\nreceivers: [{name: a, webhook: {url: 'https://h.example'}}]\nsmtp: {}"
    )

    assert any("no mail could ever leave" in one for one in problems(text))
