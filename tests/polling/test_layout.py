"""Which instances to ask for, and where their answers stand."""

from dataclasses import replace

from netwatch.model import Oid, RowSet
from netwatch.polling.layout import SYS_UP_TIME, Presence, build_layout

IN_ERRORS = Oid.parse("1.3.6.1.2.1.2.2.1.14")
IN_OCTETS = Oid.parse("1.3.6.1.2.1.2.2.1.10")
HC_IN_OCTETS = Oid.parse("1.3.6.1.2.1.31.1.1.1.6")
SUFFIXES = [(1,), (2,), (3,)]
ROWS = RowSet(index=("1", "2", "3"), keys=("1", "2", "3"))


def layout_of(spec, without=(), **options):
    """A layout for a device that has every column in every row but for `without`, pairs of column and row."""
    columns = {column.oid: [s for s in SUFFIXES if (column.oid, s[0]) not in without] for column in spec.columns}
    columns[spec.discontinuity] = SUFFIXES
    refused = options.pop("refused", frozenset())
    return build_layout(spec, ROWS, SUFFIXES, Presence(columns, refused), **options)


def test_uptime_is_asked_first_and_then_column_by_column(interfaces):
    asked = layout_of(interfaces).instances()

    assert asked[0] == SYS_UP_TIME
    columns = [oid[:-1] for oid in asked[1:]]
    assert columns == sorted(columns, key=columns.index)
    assert [oid[-1] for oid in asked[1:]] == [1, 2, 3] * (len(asked) // 3)


def test_where_a_row_has_the_64_bit_counter_the_32_bit_one_is_not_asked(interfaces):
    asked = layout_of(interfaces).instances()

    assert HC_IN_OCTETS.child(2) in asked
    assert IN_OCTETS.child(2) not in asked


def test_the_width_is_chosen_per_row(interfaces):
    layout = layout_of(interfaces, without={(HC_IN_OCTETS, 2)})

    asked = layout.instances()
    octets = layout.counters[0]
    assert asked[octets.strip.start : octets.strip.stop] == [
        HC_IN_OCTETS.child(1), IN_OCTETS.child(2), HC_IN_OCTETS.child(3),
    ]  # fmt: skip
    assert octets.wraps_at == (None, 2**32, None)


def test_an_instance_the_device_does_not_have_is_not_asked(interfaces):
    asked = layout_of(interfaces, without={(IN_ERRORS, 2)}).instances()

    assert IN_ERRORS.child(1) in asked
    assert IN_ERRORS.child(2) not in asked


def test_an_instance_that_a_get_was_refused_is_not_asked_again(interfaces):
    asked = layout_of(interfaces, refused={IN_ERRORS.child(2)}).instances()

    assert IN_ERRORS.child(1) in asked
    assert IN_ERRORS.child(2) not in asked


def test_scalars_that_announce_a_change_stand_behind_uptime(interfaces):
    if_number = Oid.parse("1.3.6.1.2.1.2.1.0")

    asked = layout_of(interfaces, heads=[SYS_UP_TIME, if_number]).instances()

    assert asked[:2] == [SYS_UP_TIME, if_number]


def test_the_size_is_the_number_of_instances(interfaces):
    layout = layout_of(interfaces, without={(HC_IN_OCTETS, 2), (IN_ERRORS, 1)})

    assert layout.size == len(layout.instances())
    assert len(set(layout.instances())) == layout.size


def test_layouts_are_compared_by_what_they_ask_and_how_rows_are_called(interfaces):
    layout = layout_of(interfaces)
    renamed = replace(layout, rows=RowSet(index=ROWS.index, keys=("a", "b", "c")))

    assert layout.says_the_same(layout_of(interfaces))
    assert not layout.says_the_same(layout_of(interfaces, without={(IN_ERRORS, 1)}))
    assert not layout.says_the_same(renamed)


def test_a_table_without_rows_asks_for_nothing_but_uptime(interfaces):
    rows = RowSet(index=(), keys=())

    assert build_layout(interfaces, rows, [], Presence({})).instances() == [SYS_UP_TIME]
