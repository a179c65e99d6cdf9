"""The `web` part of the configuration.

May import: netwatch.model. Called by: config.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from netwatch.model import Section
from netwatch.web.listen import parse_listen


def _listen(text: str) -> str:
    parse_listen(text)
    return text


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
    external_url: str | None = Field(default=None, description="the address mails link to, as people reach the page")
    read_only: bool = Field(
        default=False,
        description="refuse to silence, acknowledge or change anything over HTTP; nobody logs in there, so set it"
        " where people who may look reach the page and may not do more",
    )
    hosts: list[str] = Field(default_factory=list, description="further host names the page may be asked for by")
