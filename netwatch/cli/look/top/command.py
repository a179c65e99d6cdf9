"""`netwatch top`: what is wrong now, on one screen that follows the running agent, as top follows processes.

May import: netwatch.config. Called by: netwatch.cli.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated, Any
from urllib.parse import quote

import typer
from rich.console import Console, RenderableType
from rich.live import Live

from netwatch.cli import completion
from netwatch.cli.agent import Agent, AgentRefused, NoAgent, asked_to_fail
from netwatch.cli.arguments import ConfigOption
from netwatch.cli.config_file import settings_or_exit
from netwatch.cli.look.top.frames import FLEET_ORDERS, PORT_ORDERS, Fleet, Look, One, Row, fleet_frame, one_frame
from netwatch.cli.look.top.keys import keys
from netwatch.cli.places import DEFAULT_CONFIG
from netwatch.cli.screen import WIDE, out

KEYS = "q quits, s sorts by something else, space pauses, any other key looks now"
FIRING = {"state": "firing"}
Device = Annotated[
    str,
    typer.Argument(
        metavar="[DEVICE]",
        help="Show the ports of one device.",
        show_default=False,
        autocompletion=completion.devices,
    ),
]


def top(
    device: Device = "",
    delay: Annotated[float, typer.Option("-d", "--delay", min=0.5, max=3600, help="Seconds between looks.")] = 3.0,
    count: Annotated[int, typer.Option("-n", "--count", min=0, help="Looks before it ends; 0 has no end.")] = 0,
    batch: Annotated[
        bool, typer.Option("-b", "--batch", help="Print whole lists one below the other; so it does into a pipe.")
    ] = False,
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Follow what is wrong on one screen: alerts and devices, or the ports of one device, the worst first."""
    screen = Screen(Agent(settings_or_exit(config)), device)
    try:
        screen.look()
    except (NoAgent, AgentRefused) as exc:
        asked_to_fail(exc)
    if batch or not out.is_terminal:
        _print(screen, delay, count or 1)
    else:
        _follow(screen, delay, count)


class Screen:
    """What was seen last, and how it is drawn."""

    def __init__(self, agent: Agent, device: str) -> None:
        self._agent, self._device = agent, device
        self._orders = PORT_ORDERS if device else FLEET_ORDERS
        self._seen: Fleet | One | None = None
        self._style = Look(height=None, order=self._orders[0], foot=KEYS)

    def look(self) -> None:
        """Ask the agent.

        Raises:
            NoAgent: nobody answers. AgentRefused: it knows no such device.
        """
        at = datetime.now(UTC)
        if self._device:
            path = f"/api/v1/devices/{quote(self._device)}"
            itself = next((one for one in self._list(path) if one.get("table") == "device"), {})
            alerts = self._list("/api/v1/alerts", {**FIRING, "device": self._device})
            self._seen = One(at=at, device=itself, ports=self._list(f"{path}/interface"), alerts=alerts)
        else:
            self._seen = Fleet(
                at=at, devices=self._list("/api/v1/devices"), alerts=self._list("/api/v1/alerts", FIRING)
            )
        self._style = replace(self._style, foot=KEYS, is_stale=False)

    def look_again(self) -> None:
        """Ask the agent; where it does not answer, what was seen last stays, and that is said."""
        try:
            self.look()
        except (NoAgent, AgentRefused) as exc:
            since = f"{self._seen.at:%H:%M:%S} UTC" if self._seen is not None else "never"
            self._style = replace(self._style, foot=f"as seen at {since}: {exc}", is_stale=True)

    def sort(self) -> None:
        """Take the next order."""
        place = self._orders.index(self._style.order)
        self._style = replace(self._style, order=self._orders[(place + 1) % len(self._orders)])

    def pause(self) -> None:
        """Look no more, or look again."""
        self._style = replace(self._style, paused=not self._style.paused)

    @property
    def is_paused(self) -> bool:
        """Return whether it was paused."""
        return self._style.paused

    def drawn(self, height: int | None) -> RenderableType:
        """Return the screen; without a height everything there is."""
        style = replace(self._style, height=height, foot=self._style.foot if height or self._style.is_stale else "")
        if isinstance(self._seen, One):
            return one_frame(self._seen, style)
        return fleet_frame(self._seen or Fleet(at=datetime.now(UTC), devices=(), alerts=()), style)

    def _list(self, path: str, params: dict[str, str] | None = None) -> Sequence[Row]:
        told: Any = self._agent.ask(path, params)
        if not isinstance(told, list):
            raise NoAgent(f"what answers at {self._agent.url} is no NetWatch agent")
        return [one for one in told if isinstance(one, dict)]


def _print(screen: Screen, delay: float, count: int) -> None:
    console = out if out.is_terminal else Console(emoji=False, width=WIDE, file=out.file)
    for number in range(count):
        if number:
            time.sleep(delay)
            screen.look_again()
        console.print(screen.drawn(None))


def _follow(screen: Screen, delay: float, count: int) -> None:
    """Show it until somebody quits; the terminal is as before afterwards."""
    looks = 1
    with keys() as wait, Live(screen.drawn(out.height), console=out, screen=True, auto_refresh=False) as live:
        look_at = time.monotonic() + delay
        while True:
            live.update(screen.drawn(out.height), refresh=True)
            try:
                key = wait(max(look_at - time.monotonic(), 0.0))
            except KeyboardInterrupt:
                return
            if key == "q":
                return
            if key == "s":
                screen.sort()
                continue
            if key == " ":
                screen.pause()
            elif screen.is_paused and not key:
                look_at = time.monotonic() + delay
                continue
            if count and looks >= count:
                return
            screen.look_again()
            looks += 1
            look_at = time.monotonic() + delay
