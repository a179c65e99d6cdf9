"""How an SNMP value is written for people, in net-snmp's own notation (`snmpget -On`).

May import: netwatch.model. Called by: netwatch get, walk, poll.
"""

from __future__ import annotations

from datetime import timedelta

from netwatch.model import Missing, Oid, Tag, Value, Varbind

_MISSING_TEXT = {
    Missing.NO_SUCH_OBJECT: "No Such Object available on this agent at this OID",
    Missing.NO_SUCH_INSTANCE: "No Such Instance currently exists at this OID",
    Missing.END_OF_MIB_VIEW: "No more variables left in this MIB View (It is past the end of the MIB tree)",
}
_TYPE_NAMES = {
    Tag.INTEGER: "INTEGER",
    Tag.OCTET_STRING: "STRING",
    Tag.OBJECT_IDENTIFIER: "OID",
    Tag.IP_ADDRESS: "IpAddress",
    Tag.COUNTER32: "Counter32",
    Tag.GAUGE32: "Gauge32",
    Tag.TIME_TICKS: "Timeticks",
    Tag.OPAQUE: "Opaque",
    Tag.COUNTER64: "Counter64",
    Tag.UINTEGER32: "UInteger32",
}


def type_name(tag: int) -> str:
    """Return net-snmp's word for a BER tag."""
    return _TYPE_NAMES.get(Tag(tag), "") if tag in set(Tag) else f"tag {tag:#04x}"


def format_varbind(varbind: Varbind) -> str:
    """Write `.1.3.6.1.2.1.1.3.0 = Timeticks: (123) 0:00:01.23`."""
    return f".{varbind.oid} = {format_value(varbind.tag, varbind.value)}"


def flat_varbind(varbind: Varbind) -> dict[str, object]:
    """Return a varbind as a flat object; what is not there has no value, and a type that says why."""
    if isinstance(varbind.value, Missing):
        return {"oid": str(varbind.oid), "type": varbind.value.value, "value": None}
    return {"oid": str(varbind.oid), "type": type_name(varbind.tag), "value": varbind.value}


def format_value(tag: int, value: Value) -> str:
    """Write type and value as net-snmp prints them with numeric OIDs."""
    if isinstance(value, Missing):
        return _MISSING_TEXT[value]
    if value is None:
        return "NULL"
    if isinstance(value, bytes):
        return _format_octets(value)
    if tag == Tag.TIME_TICKS and isinstance(value, int):
        return f"Timeticks: ({value}) {format_ticks(value)}"
    if isinstance(value, float):
        return f"Opaque: Float: {value:f}"
    text = f".{value}" if isinstance(value, Oid) else str(value)
    return f"{type_name(tag)}: {text}"


def format_ticks(ticks: int) -> str:
    """Write 1/100 seconds as `3 days, 4:05:06.78`."""
    whole = timedelta(seconds=ticks // 100)
    days = {0: "", 1: "1 day, "}.get(whole.days, f"{whole.days} days, ")
    minutes, seconds = divmod(whole.seconds, 60)
    return f"{days}{minutes // 60}:{minutes % 60:02}:{seconds:02}.{ticks % 100:02}"


def _format_octets(octets: bytes) -> str:
    if not octets:
        return '""'
    # A carriage return alone would let a device write over what stands before it.
    if all(0x20 <= byte < 0x7F or byte in b"\t\n" for byte in octets.replace(b"\r\n", b"\n")):
        text = octets.decode("ascii").replace("\\", "\\\\").replace('"', '\\"')
        return f'STRING: "{text}"'
    return "Hex-STRING: " + octets.hex(" ").upper() + " "
