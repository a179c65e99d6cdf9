"""The flat list of answers becomes a reading."""

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from netwatch.model import Missing, Oid, RowSet
from netwatch.polling.answers import examine
from netwatch.polling.columns.counters import Cause, careful_rate
from netwatch.polling.layout import Presence, build_layout
from netwatch.polling.readings import TableReader
from netwatch.polling.uptime import Life

HC = "ifHCInOctets"
HC_OID = Oid.parse("1.3.6.1.2.1.31.1.1.1.6")
ERRORS_OID = Oid.parse("1.3.6.1.2.1.2.2.1.14")
MEGABYTE = 1_000_000


class Agent:
    """Two interfaces whose cells a test sets by column and row; answers in the order of a layout."""

    def __init__(self, spec, rows=2, names=("Gi1", "Gi2", "Gi3"), without=()):
        self.spec = spec
        self.suffixes = [(n,) for n in range(1, rows + 1)]
        self.without = without
        self.rows = RowSet(
            index=tuple(str(n) for (n,) in self.suffixes), keys=tuple(f"ifName={n}" for n in names[:rows])
        )
        self.cells = {}
        self.ticks = 360_000

    def layout(self):
        oids = [*(column.oid for column in self.spec.columns), self.spec.discontinuity]
        has = {oid: [s for s in self.suffixes if (oid, s[0]) not in self.without] for oid in oids}
        return build_layout(self.spec, self.rows, self.suffixes, Presence(has))

    def set(self, column, row, value):
        self.cells[next(c.oid for c in self.spec.columns if c.name == column).child(row)] = value

    def set_cut(self, row, value):
        self.cells[self.spec.discontinuity.child(row)] = value

    def answers(self, layout):
        speed = Oid.parse("1.3.6.1.2.1.31.1.1.1.15")
        first = {oid: 1000 for oid in layout.instances() if oid.is_under(speed)}
        values = {**first, **self.cells}
        return [self.ticks, *(values.get(oid, 0) for oid in layout.instances()[1:])]


class Poll:
    """A reader over an agent, with the time between readings as an argument."""

    def __init__(self, agent, clock):
        self.agent, self.clock = agent, clock
        self.reader = TableReader("sw1", "ifTable", agent.spec.rate_limit)
        self.layout = agent.layout()
        self.reader.adopt(self.layout)

    def read(self, after=60.0, uptime=None):
        self.clock.turn(after)
        self.agent.ticks += round((after if uptime is None else uptime) * 100)
        values = self.agent.answers(self.layout)
        return self.reader.reading(examine(self.layout, values, self.clock.now(), self.clock.monotonic()))

    def relayout(self):
        self.layout = self.agent.layout()
        self.reader.adopt(self.layout)


@pytest.fixture
def poll(interfaces, clock):
    return Poll(Agent(interfaces), clock)


def test_columns_are_values_by_row(poll):
    poll.agent.set("ifOperStatus", 2, 2)
    poll.agent.set(HC, 1, 7)
    poll.agent.set("ifSpecific", 1, b"text")

    reading = poll.read()

    assert reading.columns["ifOperStatus"] == [0, 2]
    assert reading.columns[HC] == [7, 0]
    assert reading.columns["ifSpecific"] == [b"text", 0]
    assert reading.rows is poll.agent.rows
    assert reading.uptime.total_seconds() == poll.agent.ticks / 100
    assert not reading.partial


def test_the_first_reading_has_no_rates(poll):
    reading = poll.read()

    assert reading.rates[HC] == [None, None]
    assert "ifOperStatus" not in reading.rates


def test_two_readings_of_one_life_have_rates(poll):
    poll.read()
    poll.agent.set(HC, 1, 60 * MEGABYTE)
    poll.agent.set("ifInErrors", 2, 120)

    reading = poll.read()

    assert reading.rates[HC] == [MEGABYTE, 0.0]
    assert reading.rates["ifInErrors"] == [0.0, 2.0]


def test_elapsed_time_is_the_devices_own(poll):
    poll.read()
    poll.agent.set(HC, 1, 60 * MEGABYTE)

    reading = poll.read(after=61.7, uptime=60.0)  # the answer was 1.7 s late

    assert reading.rates[HC][0] == MEGABYTE


def test_a_rate_is_known_under_both_names_of_a_counter_in_two_widths(interfaces, clock):
    poll = Poll(Agent(interfaces, without={(HC_OID, 2)}), clock)
    poll.read()
    poll.agent.set(HC, 1, 60 * MEGABYTE)
    poll.agent.set("ifInOctets", 2, 6 * MEGABYTE)

    reading = poll.read()

    assert reading.columns[HC] == [60 * MEGABYTE, None]
    assert reading.columns["ifInOctets"] == [None, 6 * MEGABYTE]
    assert reading.rates[HC] == reading.rates["ifInOctets"] == [MEGABYTE, MEGABYTE / 10]


def test_a_row_that_lacks_a_column_has_no_value_there(interfaces, clock):
    poll = Poll(Agent(interfaces, rows=3, without={(ERRORS_OID, 2)}), clock)
    poll.read()
    poll.agent.set("ifInErrors", 3, 60)

    reading = poll.read()

    assert reading.columns["ifInErrors"] == [0, None, 60]
    assert reading.rates["ifInErrors"] == [0.0, None, 1.0]
    assert not reading.partial


def test_a_counter32_wraps_once(poll):
    poll.agent.set("ifInErrors", 1, 2**32 - 30)
    poll.read()
    poll.agent.set("ifInErrors", 1, 30)

    assert poll.read().rates["ifInErrors"] == [1.0, 0.0]
    assert not poll.reader.discarded


def test_a_counter64_that_went_down_began_anew(poll):
    poll.agent.set(HC, 1, 10**15)
    poll.read()
    poll.agent.set(HC, 1, 10)

    assert poll.read().rates[HC] == [None, 0.0]
    assert poll.reader.discarded == Counter({Cause.WENT_DOWN: 1})


def test_a_restart_ends_every_counters_life(poll):
    poll.read()
    poll.agent.ticks = 0
    poll.agent.set(HC, 1, 5)

    reading = poll.read(uptime=30.0)

    assert reading.rates == {HC: [None] * 2, "ifInOctets": [None] * 2, "ifInErrors": [None] * 2}
    assert poll.reader.discarded == Counter({Cause.RESTART: 4})
    poll.agent.set(HC, 1, 5 + 60 * MEGABYTE)
    assert poll.read().rates[HC] == [MEGABYTE, 0.0]


def test_uptime_that_wraps_after_497_days_ends_nothing(poll):
    poll.agent.ticks = 2**32 - 9000
    poll.read()
    poll.agent.set(HC, 1, 60 * MEGABYTE)
    poll.agent.ticks -= 2**32

    assert poll.read().rates[HC] == [MEGABYTE, 0.0]


def test_a_discontinuity_ends_the_life_of_that_row_only(poll):
    poll.read()
    poll.agent.set_cut(2, 361_000)
    for row in (1, 2):
        poll.agent.set(HC, row, 60 * MEGABYTE)

    reading = poll.read()

    assert reading.rates[HC] == [MEGABYTE, None]
    assert poll.reader.discarded[Cause.DISCONTINUITY] == 2  # octets and errors
    poll.agent.set(HC, 2, 120 * MEGABYTE)
    assert poll.read().rates[HC] == [0.0, MEGABYTE]


def test_more_octets_than_the_interface_carries_are_no_rate(poll):
    poll.agent.set("ifHighSpeed", 2, 0)  # has no speed of its own
    poll.read()
    for row in (1, 2):
        poll.agent.set(HC, row, 60 * 500 * MEGABYTE)

    reading = poll.read()

    assert reading.rates[HC] == [None, 500 * MEGABYTE]
    assert poll.reader.discarded == Counter({Cause.IMPLAUSIBLE: 1})


def test_a_counter_that_jumped_once_is_no_reason_to_doubt_the_speed(poll):
    poll.read()
    poll.agent.set(HC, 1, 60 * 500 * MEGABYTE)

    reading = poll.read()

    assert reading.columns["ifHighSpeed"][0] == 1000
    assert reading.rates[HC][0] is None
    assert "faster than the port can" in reading.doubts[f"rate({HC})"][0]
    assert poll.read().columns["ifHighSpeed"][0] == 1000


def test_a_speed_that_the_traffic_exceeds_twice_running_is_unknown_and_the_traffic_is_not(poll):
    poll.read()
    for number in (1, 2):
        poll.agent.set(HC, 1, number * 60 * 500 * MEGABYTE)
        reading = poll.read()

    assert reading.columns["ifHighSpeed"] == [None, 1000]
    assert reading.rates[HC][0] == 500 * MEGABYTE
    assert reading.doubts["ifHighSpeed"] == {0: "1 Gbit/s cannot be: 4 Gbit/s went through the port"}


def test_a_speed_that_nobody_builds_into_a_port_is_refuted_at_once_and_stays_so(poll):
    poll.agent.set("ifHighSpeed", 1, 1)  # typed by hand
    poll.read()
    poll.agent.set(HC, 1, 60 * 50 * MEGABYTE)

    reading = poll.read()

    assert reading.rates[HC][0] == 50 * MEGABYTE
    assert reading.columns["ifHighSpeed"][0] is None
    assert poll.read().columns["ifHighSpeed"][0] is None  # idle now
    poll.agent.set("ifHighSpeed", 1, 1000)
    assert poll.read().columns["ifHighSpeed"][0] == 1000  # the device says another one


def test_a_refuted_speed_is_tried_again_after_a_day_of_traffic_that_fits(poll):
    poll.agent.set("ifHighSpeed", 1, 1)
    poll.read()
    poll.agent.set(HC, 1, 60 * 50 * MEGABYTE)
    poll.read()

    poll.read(after=25 * 3600.0)

    assert poll.read().columns["ifHighSpeed"][0] == 1


def test_a_step_back_is_said_beside_the_missing_rate(poll):
    poll.agent.set("ifInErrors", 1, 100)
    poll.read()
    poll.agent.set("ifInErrors", 1, 90)

    reading = poll.read()

    assert reading.rates["ifInErrors"][0] is None
    assert "went back" in reading.doubts["rate(ifInErrors)"][0]


def test_a_full_line_is_plausible(poll):
    poll.read()
    poll.agent.set(HC, 1, 60 * 125 * MEGABYTE)

    assert poll.read().rates[HC][0] == 125 * MEGABYTE


def test_the_agents_last_answer_again_gives_no_rate_and_spoils_none(poll):
    poll.read()
    assert poll.read(after=10.0, uptime=0.0).rates[HC] == [None, None]
    poll.agent.set(HC, 1, 20 * MEGABYTE)

    assert poll.read(after=10.0, uptime=20.0).rates[HC] == [MEGABYTE, 0.0]


def test_busy_ports_that_all_stand_still_are_an_agent_that_caches(poll):
    poll.read()
    poll.agent.set(HC, 1, 10 * MEGABYTE)
    poll.read(after=10.0)

    assert poll.read(after=10.0).rates[HC] == [None, None]
    poll.agent.set(HC, 1, 30 * MEGABYTE)
    assert poll.read(after=10.0).rates[HC] == [MEGABYTE, 0.0]


def test_busy_ports_that_stand_still_for_long_are_idle(poll):
    poll.read()
    poll.agent.set(HC, 1, 10 * MEGABYTE)
    poll.read(after=10.0)

    rates = [poll.read(after=10.0).rates[HC][0] for _ in range(5)]

    assert rates == [None, None, None, 0.0, 0.0]


def test_idle_ports_that_stay_idle_have_the_rate_zero(poll):
    poll.read()

    assert [poll.read(after=10.0).rates[HC] for _ in range(3)] == [[0.0, 0.0]] * 3


def test_a_value_that_went_missing_is_none_and_makes_the_reading_partial(poll):
    poll.read()
    poll.agent.set("ifInErrors", 1, Missing.NO_SUCH_INSTANCE)
    poll.agent.set("ifOperStatus", 1, Missing.NO_SUCH_INSTANCE)
    poll.agent.set("ifSpecific", 2, Missing.NO_SUCH_INSTANCE)

    reading = poll.read()

    assert reading.partial
    assert reading.columns["ifInErrors"] == [None, 0]
    assert reading.columns["ifOperStatus"] == [None, 0]
    assert reading.columns["ifSpecific"] == [0, None]
    assert reading.rates["ifInErrors"] == [None, 0.0]
    assert reading.rates[HC] == [0.0, 0.0]


def test_the_instances_that_went_missing_are_named(poll):
    poll.agent.set("ifInErrors", 2, Missing.NO_SUCH_INSTANCE)

    answer = examine(poll.layout, poll.agent.answers(poll.layout), poll.clock.now(), 0.0)

    assert [poll.layout.instances()[place] for place in answer.refused] == [ERRORS_OID.child(2)]


@pytest.mark.parametrize(
    ("said", "value"),
    [(b"12.5", 12.5), (b" 7\0", 7.0), (b"nan", None), (b"hot", None), (b"1_000", None), (2.5, 2.5)],
)
def test_a_gauge_given_as_text_is_read(poll, said, value):
    poll.agent.set("ifHighSpeed", 1, said)

    assert poll.read().columns["ifHighSpeed"][0] == value


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (b"31 C", 'the device gave "31 C", no number'),
        (b"45 %", 'the device gave "45 %", no number'),
        (b"12,5", 'the device gave "12,5", no number'),
        (b"-60 dBm", 'the device gave "-60 dBm", no number'),
        (b"", "the device gave an empty text, no number"),
        (b"\x80\x01", "the device gave the octets 80 01, no number"),
        (bytes.fromhex("07df0814133012002b0100"), "the device gave the date 2015-08-20 19:48:18 +01:00, no number"),
        (Missing.NO_SUCH_INSTANCE, "the device answered noSuchInstance"),
    ],
)
def test_what_is_no_number_is_said_beside_the_missing_value_and_named(poll, said, told):
    poll.agent.set("ifHighSpeed", 2, said)

    reading = poll.read()

    assert reading.columns["ifHighSpeed"] == [1000, None]
    assert reading.doubts["ifHighSpeed"] == {1: told}
    assert reading.partial_because == f"ifHighSpeed.2: {told}"


@pytest.mark.parametrize("said", [b"12", None, -5, Oid((1, 3)), 2.5])
def test_a_counter_that_is_none_is_no_value(poll, said):
    poll.read()
    poll.agent.set(HC, 1, said)

    reading = poll.read()

    assert reading.columns[HC][0] is None or said == -5
    assert reading.rates[HC][0] is None


def test_rows_that_keep_index_and_name_keep_their_rates_through_a_discovery(interfaces, clock):
    poll = Poll(Agent(interfaces), clock)
    poll.read()
    poll.agent.suffixes, poll.agent.rows = (
        [(1,), (2,), (3,)],
        RowSet(index=("1", "2", "3"), keys=("ifName=Gi1", "ifName=Te2", "ifName=Gi3")),
    )
    for row in (1, 2, 3):
        poll.agent.set(HC, row, 60 * MEGABYTE)
    poll.relayout()

    reading = poll.read()

    assert reading.rates[HC] == [MEGABYTE, None, None]  # the second changed its name, the third is new


def test_a_table_without_counters_knows_of_a_restart_too(interfaces, clock):
    poll = Poll(Agent(replace(interfaces, columns=interfaces.columns[3:])), clock)
    poll.read()
    poll.clock.turn(60)
    poll.agent.ticks = 1000

    answer = examine(poll.layout, poll.agent.answers(poll.layout), poll.clock.now(), poll.clock.monotonic())

    assert poll.reader.passage(answer).life is Life.RESTARTED


def test_scaled_values_have_scaled_rates(interfaces, clock):
    scaled = [replace(c, scale=1024.0) if c.name in ("ifInErrors", "ifHighSpeed") else c for c in interfaces.columns]
    poll = Poll(Agent(replace(interfaces, columns=tuple(scaled), rate_limit="")), clock)
    poll.read()
    poll.agent.set("ifInErrors", 1, 60)

    reading = poll.read()

    assert reading.columns["ifHighSpeed"] == [1024_000.0, 1024_000.0]
    assert reading.columns["ifInErrors"][0] == 60 * 1024.0
    assert reading.rates["ifInErrors"] == [1024.0, 0.0]


cell = st.one_of(st.integers(0, 2**64 - 1), st.integers(0, 5), st.just(Missing.NO_SUCH_INSTANCE), st.just(b"x"))


six_cells = st.lists(cell, min_size=6, max_size=6)


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(before=six_cells, now=six_cells)
def test_whatever_the_device_says_rates_are_what_the_careful_way_gives(interfaces, clock, before, now):
    poll = Poll(Agent(replace(interfaces, rate_limit=""), rows=3), clock)
    names = [(column, row) for column in (HC, "ifInErrors") for row in (1, 2, 3)]
    for cells in (before, now):
        for (column, row), value in zip(names, cells, strict=True):
            poll.agent.set(column, row, value)
        reading = poll.read()

    whole = [value if isinstance(value, int) else None for value in (*before, *now)]
    for place, (column, row) in enumerate(names):
        wraps_at = None if column == HC else 2**32
        rate = careful_rate(whole[place + 6], whole[place], 60.0, wraps_at=wraps_at, limit=None)
        assert reading.rates[column][row - 1] == (None if isinstance(rate, Cause) else rate)
