"""Which rows and columns a table has."""

from dataclasses import replace

import pytest

from netwatch.errors import RequestTimedOut
from netwatch.model import Oid, Tag
from netwatch.polling import discover
from netwatch.polling.discover import Question, discover_scalars, discover_table
from netwatch.polling.layout import SYS_UP_TIME

IF_NUMBER = Oid.parse("1.3.6.1.2.1.2.1.0")
LAST_CHANGE = Oid.parse("1.3.6.1.2.1.31.1.5.0")


@pytest.fixture
def question(device, interfaces):
    return Question(device=device, spec=interfaces)


async def test_rows_are_found_and_named(client, agent, question):
    found = await discover_table(client, question)

    assert found.layout.rows.keys == ("ifName=Gi1", "ifName=Gi2")
    assert found.layout.rows.labels["ifDescr"] == ("Ethernet Gi1", "Ethernet Gi2")
    assert not found.layout.partial


async def test_what_announces_a_change_is_asked_before_the_walk_and_then_with_every_poll(client, agent, question):
    found = await discover_table(client, question)

    assert found.layout.heads == (SYS_UP_TIME, IF_NUMBER, LAST_CHANGE)
    assert found.watched == (2, 0)
    assert agent.asked == [[IF_NUMBER, LAST_CHANGE]]


async def test_a_device_without_iftablelastchange_is_asked_for_ifnumber_alone(client, agent, question):
    agent.remove(str(LAST_CHANGE))

    found = await discover_table(client, question)

    assert found.layout.heads == (SYS_UP_TIME, IF_NUMBER)


async def test_the_width_of_a_counter_is_learned_row_by_row(client, agent, question):
    agent.remove("1.3.6.1.2.1.31.1.1.1.6.2")

    found = await discover_table(client, question)

    octets = found.layout.counters[0]
    assert octets.wraps_at == (None, 2**32)


async def test_a_table_the_device_does_not_have_costs_one_walk(client, agent, question):
    agent.remove("1.3.6.1.2.1.2.2")
    agent.remove("1.3.6.1.2.1.31.1.1")

    found = await discover_table(client, question)

    assert found.layout is None
    assert agent.walks == 1


async def test_the_layout_is_the_same_object_while_nothing_changed(client, agent, question):
    first = (await discover_table(client, question)).layout

    again = (await discover_table(client, replace(question, previous=first))).layout

    assert again is first


async def test_new_rows_make_a_new_layout(client, agent, question):
    first = (await discover_table(client, question)).layout
    agent.add_interface(3, "Gi3")

    again = (await discover_table(client, replace(question, previous=first))).layout

    assert again.rows.keys == ("ifName=Gi1", "ifName=Gi2", "ifName=Gi3")


async def test_rows_stay_the_same_object_where_only_a_column_came(client, agent, question):
    agent.remove("1.3.6.1.2.1.2.2.1.14.2")
    first = (await discover_table(client, question)).layout
    agent.set("1.3.6.1.2.1.2.2.1.14.2", Tag.COUNTER32, 0)

    again = (await discover_table(client, replace(question, previous=first))).layout

    assert again is not first
    assert again.rows is first.rows


async def test_a_table_with_more_rows_than_anybody_has_is_read_in_part(client, agent, question, monkeypatch):
    monkeypatch.setattr(discover, "MAX_ROWS", 1)

    found = await discover_table(client, question)

    assert found.layout.rows.keys == ("ifName=Gi1",)
    assert found.layout.partial
    assert found.reason == "2 rows, of which the first 1 are read"


async def test_a_silent_device_has_no_rows_and_no_absence_of_rows(client, agent, question):
    agent.silent = True

    with pytest.raises(RequestTimedOut):
        await discover_table(client, question)


async def test_scalars_the_device_has_are_found_with_one_question(client, agent, device, library):
    spec = replace(
        Question(device=device, spec=library.named("generic").tables[0]).spec,
        name="system",
        columns=library.named("generic").scalars,
    )

    found = await discover_scalars(client, Question(device=device, spec=spec))

    assert found.layout.instances() == [SYS_UP_TIME, Oid.parse("1.3.6.1.2.1.1.5.0")]
    assert len(agent.asked) == 1


async def test_a_device_without_any_of_the_scalars_has_no_system_table(client, agent, device, interfaces):
    contact = replace(interfaces.columns[0], oid=Oid.parse("1.3.6.1.2.1.1.4.0"))

    found = await discover_scalars(client, Question(device=device, spec=replace(interfaces, columns=(contact,))))

    assert found.layout is None


@pytest.mark.parametrize("column", ["1.3.6.1.2.1.2.2.1.8", "1.3.6.1.2.1.2.2.1.10", "1.3.6.1.2.1.2.2.1.2"])
async def test_no_column_is_needed_to_find_the_rows(client, agent, question, column):
    agent.remove(column)

    found = await discover_table(client, question)

    assert found.layout is not None
    assert found.layout.rows.keys == ("ifName=Gi1", "ifName=Gi2")
    assert not found.layout.partial


async def test_rows_are_what_any_of_the_tables_own_columns_has(client, agent, question):
    agent.remove("1.3.6.1.2.1.2.2.1.8.1")
    agent.remove("1.3.6.1.2.1.2.2.1.10.2")
    agent.set("1.3.6.1.2.1.2.2.1.14.5", Tag.COUNTER32, 3)
    agent.set("1.3.6.1.2.1.31.1.1.1.1.9", Tag.OCTET_STRING, b"a name is no row")

    found = await discover_table(client, question)

    assert found.layout is not None
    assert found.layout.rows.index == ("1", "2", "5")


async def test_a_table_of_which_another_one_alone_speaks_has_its_rows(client, agent, question):
    agent.remove("1.3.6.1.2.1.2.2")

    found = await discover_table(client, question)

    assert found.layout is not None
    assert found.layout.rows.keys == ("ifName=Gi1", "ifName=Gi2")
