"""What a device answered becomes the series that snmp_exporter makes of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
import yaml

from netwatch.exporter.answers import Answers
from netwatch.exporter.families import Families, Refused
from netwatch.exporter.reading import try_definitions
from netwatch.exporter.samples import Sampler
from netwatch.model import Oid, Tag, Value, Varbind

ENTRY = "1.3.6.1.2.1.2.2.1"
IF_INDEX = [{"labelname": "ifIndex", "type": "gauge"}]
DESCR = [{"labels": ["ifIndex"], "labelname": "ifDescr", "oid": f"{ENTRY}.2", "type": "DisplayString"}]


def series(
    tmp_path: Any, metrics: list[dict[str, Any]], held: Mapping[str, tuple[int, Value]], *, strict: bool = False
) -> list[str]:
    """Return the series of a module with these metrics, of a device that holds this."""
    file = tmp_path / "snmp.yml"
    defaults = {"type": "gauge", "help": "Help"}
    file.write_text(yaml.dump({"modules": {"m": {"metrics": [{**defaults, **metric} for metric in metrics]}}}))
    definitions, problems = try_definitions([file])
    assert problems == []
    got = [Varbind(oid=Oid.parse(oid), tag=tag, value=value) for oid, (tag, value) in held.items()]
    families = Families(strict=strict)
    Sampler(Answers((), got), families, wrap=True).write(definitions.modules["m"].metrics)
    return [line for line in b"".join(families.text()).decode().split("\n") if line and not line.startswith("#")]


def number(value: int, tag: int = Tag.INTEGER) -> tuple[int, Value]:
    return tag, value


def octets(value: bytes) -> tuple[int, Value]:
    return Tag.OCTET_STRING, value


def test_a_column_has_a_series_per_row_with_what_it_looks_up(tmp_path):
    metric = {"name": "ifMtu", "oid": f"{ENTRY}.4", "indexes": IF_INDEX, "lookups": DESCR}
    held = {
        f"{ENTRY}.4.1": number(1500), f"{ENTRY}.4.2": number(9000), f"{ENTRY}.4.3": number(1),
        f"{ENTRY}.2.1": octets(b'a"\\\n100%'), f"{ENTRY}.2.2": octets(b"caf\xe9"),
    }  # fmt: skip

    assert series(tmp_path, [metric], held) == [
        r'ifMtu{ifDescr="a\"\\\n100%",ifIndex="1"} 1500',
        'ifMtu{ifDescr="caf\ufffd",ifIndex="2"} 9000',
        'ifMtu{ifDescr="",ifIndex="3"} 1',
    ]


def test_lookups_go_on_from_what_was_looked_up_and_take_labels_away(tmp_path):
    lookups = [
        {"labels": ["port"], "labelname": "ifIndex", "oid": "1.3.6.1.2.1.17.1.4.1.2", "type": "gauge"},
        {"labels": ["ifIndex"], "labelname": "ifDescr", "oid": f"{ENTRY}.2", "type": "DisplayString"},
        {"labels": [], "labelname": "port"},
    ]
    metric = {"name": "stp", "oid": "1.3.6.1.2.1.17.2.15.1.3", "indexes": [{"labelname": "port", "type": "gauge"}],
              "lookups": lookups}  # fmt: skip
    held = {
        "1.3.6.1.2.1.17.2.15.1.3.5": number(2), "1.3.6.1.2.1.17.1.4.1.2.5": number(1007),
        f"{ENTRY}.2.1007": octets(b"Gi7"),
    }  # fmt: skip

    assert series(tmp_path, [metric], held) == ['stp{ifDescr="Gi7",ifIndex="1007"} 2']


@pytest.mark.parametrize(
    ("metric", "value", "expected"),
    [
        ({"type": "counter"}, number(2**53 + 5, Tag.COUNTER64), ["m 5"]),
        ({"type": "gauge"}, number(2**53 - 1, Tag.COUNTER64), [f"m {2**53 - 1}"]),
        ({"type": "gauge", "scale": 0.1, "offset": -2.0}, number(250), ["m 23.0"]),
        ({"type": "gauge"}, octets(b"17"), ["m 0"]),  # what is no number is 0 there
        ({"type": "Float"}, (Tag.OPAQUE, 1.5), ["m 1.5"]),
        ({"type": "DisplayString"}, octets(b"up"), ['m{m="up"} 1']),
        ({"type": "OctetString"}, octets(b"\0\x1f"), ['m{m="0x001F"} 1']),
        ({"type": "PhysAddress48"}, octets(b"\0\1\2\3\4\5"), ['m{m="00:01:02:03:04:05"} 1']),
        ({"type": "EnumAsInfo", "enum_values": {1: "up"}}, number(1), ['m_info{m="up"} 1']),
        ({"type": "EnumAsInfo", "enum_values": {1: "up"}}, number(7), ['m_info{m="7"} 1']),
        ({"type": "EnumAsStateSet", "enum_values": {1: "up", 2: "down"}}, number(2),
         ['m{m="down"} 1', 'm{m="up"} 0']),
        ({"type": "EnumAsStateSet", "enum_values": {1: "up"}}, number(9), ['m{m="9"} 1', 'm{m="up"} 0']),
        ({"type": "Bits", "enum_values": {0: "a", 9: "b", 99: "c"}}, octets(b"\x80\x40"),
         ['m{m="a"} 1', 'm{m="b"} 1', 'm{m="c"} 0']),
        ({"type": "DateAndTime"}, octets(bytes((7, 232, 2, 29, 12, 30, 15, 9))), ["m 1709209815"]),
        ({"type": "DateAndTime"}, octets(b"x"), []),
        ({"type": "ParseDateAndTime", "datetime_pattern": "%Y-%m-%d"}, octets(b"1970-01-02"), ["m 86400"]),
        ({"type": "NTPTimeStamp"}, octets((2_208_988_801).to_bytes(4) + bytes(4)), ["m 1"]),
        ({"type": "DisplayString", "regex_extracts": {"C": [{"regex": "no"}, {"regex": "(.*) C"}]}},
         octets(b"41.5 C"), ["mC 41.5"]),
        ({"type": "DisplayString", "regex_extracts": {"Ok": [{"regex": "OK.*", "value": "1"}]}}, octets(b"bad"), []),
        ({"type": "InetAddress"}, octets(b"\1\2\3\4"), ['m{m="0x01020304"} 1']),
    ],
)  # fmt: skip
def test_a_value_becomes_series_by_the_type_of_its_metric(tmp_path, metric, value, expected):
    assert series(tmp_path, [{"name": "m", "oid": "1.3.6.1.4", **metric}], {"1.3.6.1.4.0": value}) == expected


def test_an_address_is_written_as_the_column_before_it_says(tmp_path):
    metric = {"name": "a", "oid": "1.3.6.1.4.1.3", "type": "InetAddress", "indexes": IF_INDEX}
    held = {
        "1.3.6.1.4.1.2.1": number(1), "1.3.6.1.4.1.3.1": octets(b"\x0a\0\0\1"),
        "1.3.6.1.4.1.2.2": number(16), "1.3.6.1.4.1.3.2": octets(b"x.y"),
    }  # fmt: skip

    assert series(tmp_path, [metric], held) == ['a{a="10.0.0.1",ifIndex="1"} 1', 'a{a="0x782E79",ifIndex="2"} 1']


def test_an_index_that_is_no_utf8_costs_a_label_and_the_whole_answer_only_where_that_is_wanted(tmp_path):
    metric = {"name": "m", "oid": "1.3.6.1.4", "indexes": [{"labelname": "name", "type": "DisplayString"}]}
    held = {"1.3.6.1.4.2.233.65": number(1), "1.3.6.1.4.1.66": number(2)}

    assert series(tmp_path, [metric], held) == ['m{name="B"} 2', 'm{name="\ufffdA"} 1']
    with pytest.raises(Refused, match="not valid UTF-8"):
        series(tmp_path, [metric], held, strict=True)


def test_a_series_that_is_there_twice_is_said_once_and_refused_only_where_that_is_wanted(tmp_path):
    metric = {"name": "m", "oid": "1.3.6.1.4"}
    held = {"1.3.6.1.4.1": number(1), "1.3.6.1.4.2": number(2)}

    assert series(tmp_path, [metric], held) == ["m 1"]
    with pytest.raises(Refused, match="was collected before with the same name and label values"):
        series(tmp_path, [metric], held, strict=True)


def test_help_is_escaped_as_the_format_wants():
    families = Families(strict=False)
    families.add_lines("m", "gauge", 'a "b"\n\\c', [""], [float("nan")])

    assert b"".join(families.text()) == b'# HELP m a "b"\\n\\\\c\n# TYPE m gauge\nm NaN\n'
