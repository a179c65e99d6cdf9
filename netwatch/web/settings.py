"""The `web` part of the configuration.

May import: netwatch.model. Called by: config.
"""

from __future__ import annotations

from datetime import timedelta
from ipaddress import ip_network
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from netwatch.model import Duration, Section
from netwatch.web.sockets.listen import parse_listen


def _listen(text: str) -> str:
    parse_listen(text)
    return text


def _network(text: str) -> str:
    try:
        network = ip_network(text.strip())
    except ValueError as exc:
        raise ValueError(f"{text!r} is no address or network such as 127.0.0.1 or 10.1.0.0/16") from exc
    if network.prefixlen == 0:
        raise ValueError(f"{text} is everybody: whoever reaches the page could say that he is anybody")
    return str(network)


Header = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9-]{0,99}$")]


class SessionSettings(Section):
    """When who signed in must sign in again."""

    idle: Duration = Field(default=timedelta(hours=12), description="after so long without a request")
    absolute: Duration = Field(default=timedelta(days=7), description="so long after signing in, used or not")


class TrustedProxySettings(Section):
    """A proxy that asks who it is itself, and says so in a header; that header of anybody else is ignored."""

    from_: list[Annotated[str, AfterValidator(_network)]] = Field(
        alias="from", min_length=1, description="addresses or networks of the proxy; nobody else is believed"
    )
    user_header: Header = Field(description="the header with the user's name, X-Remote-User")
    role_header: Header | None = Field(
        default=None, description="the header with the role: viewer, operator or admin; overrides the file of users"
    )
    role: Literal["viewer", "operator", "admin"] = Field(
        default="viewer", description="of whom neither the header nor the file of users gives one"
    )


class WebSettings(Section):
    """Where page, API and metrics are served, and the address that mails link to.

    hosts: further names this server may be asked for by (`netwatch.example.net`), beside IP addresses, names
    without a dot, this machine's own name and that of `external_url`; see netwatch.web.guard for why.
    """

    listen: Annotated[str, AfterValidator(_listen)] = Field(
        default="127.0.0.1:10916", description="address and port; without an address, every one of this machine"
    )
    health_listen: Annotated[str, AfterValidator(_listen)] | None = Field(
        default=None,
        description="a second address and port, for /metrics, /-/healthy and /-/ready alone: whoever fills the first"
        " does not fill this",
    )
    scrape_listen: Annotated[str, AfterValidator(_listen)] | None = Field(
        default=None,
        description="another address and port, for what Prometheus scrapes: /metrics, /snmp, /sd/prometheus",
    )
    scrape_config_file: str | None = Field(
        default=None,
        description="TLS and passwords of scrape_listen: the web configuration file of Prometheus' exporters",
    )
    config_file: str | None = Field(
        default=None,
        description="TLS and passwords of listen: the web configuration file of Prometheus' exporters; its users are"
        " admins where users_file says nothing else",
    )
    users_file: str | None = Field(
        default=None, description="who may sign in, and tokens of programs; `netwatch user` and `token` write it"
    )
    sessions: SessionSettings = Field(default=SessionSettings(), description="how long somebody stays signed in")
    trusted_proxy: TrustedProxySettings | None = Field(
        default=None, description="a proxy that says who asks, in a header"
    )
    links_act: bool = Field(
        default=False,
        description="whether who holds a mail may do what its links say without signing in, where there are users",
    )
    external_url: str | None = Field(default=None, description="the address mails link to, as people reach the page")
    read_only: bool = Field(
        default=False,
        description="refuse to silence, acknowledge or change anything over HTTP, whoever asks",
    )
    site_label: str = Field(
        default="site",
        pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,99}$",
        description="the label of devices by which the first page groups what it shows",
    )
    hosts: list[str] = Field(default_factory=list, description="further host names the page may be asked for by")

    @property
    def asks_who(self) -> bool:
        """Return whether anything is named by which people may be known."""
        return bool(self.users_file or self.config_file or self.trusted_proxy)
