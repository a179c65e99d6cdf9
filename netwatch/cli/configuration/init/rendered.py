"""Writes the answers down as a commented configuration, and says which secrets go beside it.

A quiet room. May import: netwatch.discovery. Called by: netwatch.cli.configuration.init.command.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from netwatch.cli.configuration.init.answers import Answers, login_keys
from netwatch.discovery import scalar

NAMES = {
    "community": "NETWATCH_COMMUNITY",
    "auth_passphrase": "NETWATCH_AUTH_PASSPHRASE",
    "privacy_passphrase": "NETWATCH_PRIVACY_PASSPHRASE",
    "relay_password": "NETWATCH_RELAY_PASSWORD",
}
"""The secrets, by the names of their options and files, and the environment variables that hold them."""
SECRETS_FOLDER = "secrets"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """The text of the file, and the secrets that it refers to, by their keys in NAMES."""

    text: str
    secrets: dict[str, str]


def rendered(answers: Answers, *, as_service: bool) -> Rendered:
    """Return the file; of a service the secrets stand in the environment, else in files beside it."""
    secrets = dict(answers.login.secrets)
    if answers.relay.password is not None:
        secrets["relay_password"] = answers.relay.password.get_secret_value()
    return Rendered(text="\n".join(_lines(answers, as_service)) + "\n", secrets=secrets)


def _reference(key: str, as_service: bool) -> str:
    return f'"${{env:{NAMES[key]}}}"' if as_service else f'"${{file:{SECRETS_FOLDER}/{key.replace("_", "-")}}}"'


def _lines(answers: Answers, as_service: bool) -> Iterator[str]:
    where = "the environment of the service" if as_service else f"{SECRETS_FOLDER}/, for its owner alone"
    yield from (
        "# NetWatch's configuration, as `netwatch init` made it. `netwatch check -c FILE` says what is wrong,",
        "# a running agent reads it again on SIGHUP. config/netwatch.yaml of NetWatch shows every key there is.",
    )
    yield ""
    yield f"# How devices are asked; the names are yours. Secrets stand in {where}."
    yield "credentials:"
    yield "  main:"
    yield f"    version: {answers.login.version}"
    for key, value in login_keys(answers.login).items():
        yield f"    {key}: {scalar(value)}"
    for key in answers.login.secrets:
        yield f"    {key}: {_reference(key, as_service)}"
    yield ""
    yield "defaults:"
    yield "  credential: main              # of devices that name none"
    if answers.target.port != 161:
        yield f"  port: {answers.target.port}                   # where their SNMP agents listen"
    yield ""
    yield "# Here `netwatch discover --write` adds what it finds."
    yield "devices:"
    yield f"  - {{name: {scalar(answers.name)}, address: {scalar(answers.target.address)}}}"
    yield ""
    yield "discovery:"
    if answers.ranges:
        yield f"  ranges: [{', '.join(map(scalar, answers.ranges))}]  # where it looks; nothing else is ever asked"
    else:
        yield "  ranges: []                    # where it looks, such as [192.0.2.0/24]; nothing else is ever asked"
    yield "  credentials: [main]           # tried once a host, and only where something answered"
    yield from _telling(answers, as_service)
    yield ""
    yield "# Status page, JSON API and /metrics. Nobody signs in there until the next # is taken away and there is"
    yield "# a user, by `netwatch user add NAME --role admin`: so mind who reaches it. docs/users.md"
    yield "web:"
    yield f"  listen: {scalar(answers.listen)}"
    yield f"  # users_file: {'/var/lib/netwatch/users.yaml' if as_service else 'users.yaml'}"
    yield f"  external_url: {scalar(answers.url)}   # as people reach it; mails link to it"
    yield ""
    yield "store:"
    if as_service:
        yield '  url: "sqlite:////var/lib/netwatch/netwatch.db"'
    else:
        yield '  url: "sqlite:///netwatch.db"  # three slashes: beside this file'


def _telling(answers: Answers, as_service: bool) -> Iterator[str]:
    yield ""
    yield "# Who is told. `routes` below `route` send some alerts to others; docs/rules.md."
    yield "route: {receiver: noc}"
    yield "receivers:"
    yield f"  - {{name: noc, email: {{to: [{scalar(answers.to)}]}}}}"
    yield ""
    yield "smtp:"
    yield f"  from: {scalar(answers.sender)}"
    yield "  relays:                       # tried in this order"
    yield f"    - host: {scalar(answers.relay.host)}"
    yield f"      port: {answers.relay.port}"
    yield f"      tls: {answers.relay.tls:<23} # none, starttls (never sent in the clear), implicit"
    if answers.relay.username is not None:
        yield f"      username: {scalar(answers.relay.username)}"
        yield f"      password: {_reference('relay_password', as_service)}"
