"""Faults of licenses: one runs out. The recordings hold no tables of them, and are given one."""

from __future__ import annotations

from netwatch.model import Tag, Value
from tests.bench.knowing.faults.planting import Fault, grafted

FORTIGATE, CHECK_POINT = "1.3.6.1.4.1.12356.101.4.6.3.1.2.1", "1.3.6.1.4.1.2620.1.6.18.1.1"
IN_A_YEAR, SOON = 1_804_000_000, 1_773_300_000
"""Seconds since 1970; the drill's clock begins at 2026-03-02."""
NEVER = 4_294_967_295
RULES = ("LicenseExpiring",)


def fortigate_rows(*expiries: bytes) -> list[tuple[str, Tag, Value]]:
    """Return contracts of a FortiGate, which run out at these times."""
    names = (b"FortiCare support", b"FortiGuard web filtering")
    rows = enumerate(zip(names, expiries, strict=True), 1)
    return [
        cell
        for row, (name, expiry) in rows
        for cell in (
            (f"{FORTIGATE}.1.{row}", Tag.OCTET_STRING, name),
            (f"{FORTIGATE}.2.{row}", Tag.OCTET_STRING, expiry),
        )
    ]


def check_point_row(row: int, blade: bytes, expires: int, *, active: int = 1) -> list[tuple[str, Tag, Value]]:
    """Return a blade of a Check Point and when its license runs out."""
    return [
        (f"{CHECK_POINT}.4.{row}.0", Tag.OCTET_STRING, blade),
        (f"{CHECK_POINT}.5.{row}.0", Tag.OCTET_STRING, b"Entitled"),
        (f"{CHECK_POINT}.6.{row}.0", Tag.GAUGE32, expires),
        (f"{CHECK_POINT}.8.{row}.0", Tag.GAUGE32, active),
    ]


LICENSES = (
    Fault(
        name="a contract runs out (FORTINET-FORTIGATE-MIB)",
        rules=RULES,
        plant=grafted(
            fortigate_rows(b"Thu Jan 14 00:00:00 2027", b"Wed Mar  3 00:00:00 2027"),
            [(f"{FORTIGATE}.2.2", Tag.OCTET_STRING, b"Thu Mar 12 00:00:00 2026")],
            "FortiGuard web filtering",
        ),
        only=("fortigate_100e", "fortigate"),
    ),
    Fault(
        name="a license runs out (CHECKPOINT-MIB)",
        rules=RULES,
        plant=grafted(
            [*check_point_row(1, b"Firewall", NEVER), *check_point_row(2, b"Anti-Virus", IN_A_YEAR)],
            [(f"{CHECK_POINT}.6.2.0", Tag.GAUGE32, SOON)],
            "Anti-Virus",
        ),
        only=("gaia",),
    ),
)
SILENT = (
    Fault(
        name="contracts without a date (FORTINET-FORTIGATE-MIB)",
        rules=RULES,
        plant=grafted(fortigate_rows(b"n/a", b"Thu Jan  1 00:00:00 1970"), []),
        only=("fortigate",),
    ),
    Fault(
        name="a license that never runs out, and one of what is not used (CHECKPOINT-MIB)",
        rules=RULES,
        plant=grafted([*check_point_row(1, b"Firewall", NEVER), *check_point_row(2, b"DLP", SOON, active=0)], []),
        only=("gaia",),
    ),
)
