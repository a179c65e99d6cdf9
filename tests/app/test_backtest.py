"""A rule is run over what history keeps by the real engine: what fires, when, how often it is told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from netwatch.app import backtested
from netwatch.config import devices, load_settings
from netwatch.errors import ConfigError, HistoryError
from netwatch.mib import load_index
from netwatch.model import CONCEPTS, REACHABILITY, ColumnKind, TableSchema
from netwatch.rules import Exceptions, load_rule_book
from tests.cli.look.history_at_hand import put_up

MINUTE = timedelta(minutes=1)
SCHEMA = {
    REACHABILITY.name: REACHABILITY,
    "ifXTable": TableSchema(name="ifXTable", columns={"ifHCInOctets": ColumnKind.COUNTER64}),
    **{name: concept.schema for name, concept in CONCEPTS.items()},
}


@pytest.fixture(scope="module")
def at_hand(tmp_path_factory):
    folder = tmp_path_factory.mktemp("history")
    start = put_up(folder)
    settings = load_settings(folder / "netwatch.yaml")
    book = load_rule_book(settings.rule_paths(), SCHEMA, load_index(), settings.severity_order())
    return settings, {rule.name: rule for rule in book.rules}, start


async def outcome_of(at_hand, name, *, since=None, only=(), settings=None, exceptions=None):
    known, rules, start = at_hand
    return await backtested(
        settings or known, rules[name], devices(known), exceptions=exceptions or Exceptions(),
        since=since or start, until=datetime.now(UTC), only=only,
    )  # fmt: skip


async def test_what_fires_has_held_for_as_long_as_the_rule_says_and_is_told_as_the_route_says(at_hand):
    outcome = await outcome_of(at_hand, "PortFull")

    fired = [alert for alert in outcome.alerts if alert.firing_at is not None]
    begins = [alert.firing_at - at_hand[2] for alert in fired]
    assert begins == [65 * MINUTE, 605 * MINUTE]  # the three minutes at 300 are too short
    assert [outcome.told[alert.id] for alert in fired] == [2, 3]  # begin and end; the long one is told again
    assert (outcome.messages, outcome.readings, outcome.since) == (5, 1200, at_hand[2])


async def test_a_device_that_was_away_is_found(at_hand):
    (alert,) = (await outcome_of(at_hand, "Away", only=("sw1",))).alerts

    assert (alert.key.device, alert.resolved_at - alert.firing_at) == ("sw1", 10 * MINUTE)


async def test_only_what_was_asked_for_is_looked_at(at_hand):
    assert (await outcome_of(at_hand, "PortFull", since=at_hand[2] + 950 * MINUTE)).alerts == []
    assert (await outcome_of(at_hand, "PortFull", only=("another",))).readings == 0


async def test_a_row_that_rules_shall_not_see_is_not_seen_here_either(at_hand):
    from netwatch.rules.settings import IgnoreSettings

    ignored = Exceptions((), [IgnoreSettings(match=['ifName="Gi1"'])], device_labels={"sw1": {}})

    assert (await outcome_of(at_hand, "PortFull", exceptions=ignored)).alerts == []


async def test_a_rule_on_what_is_not_kept_is_refused_with_what_to_write(at_hand):
    with pytest.raises(ConfigError, match="looks at ifXTable, and history keeps concepts and reachability"):
        await outcome_of(at_hand, "Octets")


async def test_without_a_history_that_is_said(at_hand, tmp_path):
    store = at_hand[0].store.model_copy(update={"url": f"sqlite:///{tmp_path}/none.db"})

    with pytest.raises(HistoryError, match="there is no history in"):
        await outcome_of(at_hand, "PortFull", settings=at_hand[0].model_copy(update={"store": store}))
