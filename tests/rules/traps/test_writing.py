"""A rule written from a MIB module is one that `check` takes."""

from __future__ import annotations

import pytest

from netwatch.mib import LoadOptions, MibIndex, load_index
from netwatch.rules import parse_rule_book, rule_text, sibling_of


@pytest.fixture(scope="module")
def names(tmp_path_factory: pytest.TempPathFactory) -> MibIndex:
    return load_index(
        [], options=LoadOptions(cache=tmp_path_factory.getbasetemp() / "cli-mib-cache" / "netwatch" / "mibs")
    )


def written(names: MibIndex, notification: str) -> str:
    found = names.object_named(notification)
    assert found is not None
    return "rules:\n" + "".join(f"  {line}\n" for line in rule_text(found, names).splitlines())


def test_every_shipped_notification_gives_a_rule_without_a_complaint(names):
    found = [one for module in names.modules for one in names.objects_of(module) if one.kind == "notification"]

    assert len(found) > 30
    for one in found:
        book = parse_rule_book(written(names, one.full_name), "x.yaml", {}, names)
        assert [str(warning) for warning in book.warnings] == [], one.full_name


def test_the_key_is_the_index_of_the_row_and_the_pair_ends_it(names):
    (rule,) = parse_rule_book(written(names, "IF-MIB::linkDown"), "x.yaml", {}, names).trap_rules

    assert rule.key == ("ifIndex",)
    assert [pattern.text for pattern in rule.clear_on] == ["IF-MIB::linkUp"]
    assert rule.objects["ifOperStatus"].enum[2] == "down"


def test_the_guess_is_told_in_a_comment(names):
    assert "clear_on: IF-MIB::linkUp  # guessed by its name: Down and Up" in written(names, "IF-MIB::linkDown")
    assert "nothing of its module looks like its end" in written(names, "SNMPv2-MIB::coldStart")


def test_what_ends_something_begins_nothing_that_another_ends(names):
    assert sibling_of(names.object_named("IF-MIB::linkUp"), names) == (None, "")


def test_what_carries_a_name_and_no_index_is_told_apart_by_the_name(names):
    (rule,) = parse_rule_book(
        written(names, "KEEPALIVED-MIB::vrrpInstanceStateChange"), "x.yaml", {}, names
    ).trap_rules

    assert rule.key == ("vrrpInstanceName",)
