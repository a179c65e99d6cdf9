"""Builds the engine, from the settings and the definitions, with all that decides beside it.

May import: every room below. Called by: netwatch.app.app.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from netwatch.alerts import Route, build_route
from netwatch.app.definitions import Definitions
from netwatch.app.health.canary import CANARY, canary_rule
from netwatch.app.places import places
from netwatch.app.policy import build_policy
from netwatch.config import Settings
from netwatch.engine import AnswerTags, Desk, Engine, Faults, History, LinkSigner, LiveEngine
from netwatch.metrics import Board
from netwatch.model import OWN_NAME, DeviceFacts
from netwatch.neighbours import NeighbourBook
from netwatch.notify import Answering, Mailer, Manner, load_wordings, parse_mailbox
from netwatch.rules import Hindsight, Roles, Rule, TrapRule, units_of
from netwatch.store import Store

TELL_NOBODY = Route(receiver="")
"""The route of a configuration without receivers: alerts are shown, and mailed to nobody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Corridor:
    """The engine, who writes its mails, and what it knows at this moment for those who explain."""

    engine: Engine
    mailer: Mailer
    live: LiveEngine
    rules: Sequence[Rule]
    roles: Roles

    def renew_trap_rules(self, rules: Sequence[TrapRule]) -> None:
        """Take traps by these rules from now on, and explain by them."""
        self.live.renew((*self.rules, *rules))
        self.engine.renew_trap_rules(rules)

    @property
    def desk(self) -> Desk:
        """Return who answers questions."""
        return self.engine.desk


def build_corridor(
    settings: Settings,
    definitions: Definitions,
    *,
    store: Store,
    board: Board,
    links: LinkSigner,
    poll_now: Callable[[str], object],
    facts_of: Callable[[str], DeviceFacts | None],
    clock: Callable[[], datetime],
    hindsight: Hindsight | None = None,
) -> Corridor:
    """Return the corridor.

    Raises:
        ConfigError: the route, or the words of a receiver, cannot be used.
    """
    faults = Faults()
    mailer = Mailer(
        settings.smtp, settings.receivers, external_url=settings.web.external_url or "", links=links,
        answering=answering_of(settings, links),
        wordings=load_wordings(settings.receivers),
        manner=Manner(units=units_of(definitions.rules), place_of=places(definitions.devices, board)),
        faults=faults,
    )  # fmt: skip
    history = History(definitions.rules)
    route = build_route(settings.route, settings.severity_order()) if settings.receivers else TELL_NOBODY
    policy = build_policy(settings, definitions.devices)
    device_labels: dict[str, Mapping[str, str]] = {OWN_NAME: {}} | {
        device.name: device.labels for device in definitions.devices
    }
    engine = Engine(
        rules=[*definitions.rules, canary_rule()],
        route=route,
        device_labels=device_labels,
        ledger=store,
        mailer=mailer,
        policy=policy,
        trap_rules=definitions.trap_rules,
        rows=board,
        names=definitions.names,
        history=history,
        poll_now=poll_now,
        facts_of=facts_of,
        exceptions=definitions.exceptions,
        clock=clock,
        unlogged=(CANARY,),
        never_skipped=(OWN_NAME,),
        gone_after=settings.rules.gone_after,
        faults=faults,
        hindsight=hindsight,
        neighbours=NeighbourBook({device.name: device.address for device in definitions.devices}),
    )
    live = LiveEngine(
        engine.desk, history, rules=(*definitions.rules, *definitions.trap_rules), route=route,
        names=definitions.names, devices=tuple(device_labels), now=clock, flapping=policy.flapping,
        gone_after=settings.rules.gone_after,
    )  # fmt: skip
    roles = Roles(
        definitions.devices, settings.roles, remember=engine.remember, faults=faults, neighbours=engine.neighbours
    )
    return Corridor(engine=engine, mailer=mailer, live=live, rules=definitions.rules, roles=roles)


def answering_of(settings: Settings, links: LinkSigner) -> Answering | None:
    """Return where our mails are answered to, None where nobody reads answers."""
    if settings.mailbox is None:
        return None
    address = settings.mailbox.address or parse_mailbox(settings.smtp.from_).address
    return Answering(address=address, tags=AnswerTags(links), plus=settings.mailbox.plus_addressing)
