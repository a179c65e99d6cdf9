"""Scores what NetWatch makes of other people's traps: heard by the real receiver, held against the shipped rules.

Run as `python tests/bench/trapped.py [--profiles DIR] [--mibs DIR] [--not-right] [--json]`. Each of the corpus's
traps is rebuilt as a v2c packet and sent from an address of its own. Of those that are an error or a warning it
counts which become an alert with a severity and words somebody can read, and which of them end when their clearing
trap is sent, where there is one; of the others, which raise an alert though they should not. With `--shipped` the
traps are the same, and what comes with NetWatch must do: nobody's folder of modules or trap profiles is at hand.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import socket
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from pydantic import SecretStr

from netwatch.alerts import build_route
from netwatch.alerts.settings import RouteSettings
from netwatch.engine import Engine
from netwatch.mib import LiveNames, MibIndex, TrapProfiles, load_index
from netwatch.model import Alert, AlertState, Credential, Device, Oid, Tag, Varbind
from netwatch.notify import EmailSettings, Mailer, ReceiverSettings, SmtpSettings
from netwatch.profiles import load_library
from netwatch.rules import TrapRule, load_rule_book
from netwatch.snmp import Message, Pdu, PduKind, encode_message
from netwatch.store.memory import MemoryStore
from netwatch.traps import TrapReceiver
from netwatch.traps.settings import TrapSettings

ROOT = Path(__file__).resolve().parents[2]
CORPUS = ROOT.parent / "shared" / "corpus"
WRONG = ("Error", "Warning")
WAIT_SECONDS = 5.0


@dataclass(slots=True)
class Case:
    """One trap of the corpus, and what became of it."""

    trap: str
    severity: str
    expected: str
    sent: bool = False
    alert: str = ""
    told: str = ""
    words: str = ""
    has_end: bool = False
    ended: bool = False
    varbinds: Sequence[Varbind] = field(default=())
    oid: Oid | None = None
    source: str = ""

    @property
    def is_wrong(self) -> bool:
        """Return whether somebody should be told."""
        return self.severity in WRONG

    @property
    def is_readable(self) -> bool:
        """Return whether the words are words, and no bare OID stands where something is named."""
        return bool(re.search(r"[A-Za-z]{3,}.*[A-Za-z]{3,}", self.words)) and not re.search(
            r"1\.3\.6\.1\.\d", self.words
        )

    @property
    def is_right(self) -> bool:
        """Return whether it is as it should be."""
        if not self.is_wrong:
            return not self.alert
        return bool(self.alert and self.told and self.is_readable and (self.ended or not self.has_end))


def cases_of(path: Path, index: MibIndex, profiles: TrapProfiles | None) -> list[Case]:
    """Return the traps of the corpus, each as OID and varbinds where names can be found."""
    cases = []
    book = _Names(index, profiles)
    for line in path.read_text().splitlines():
        said = json.loads(line)
        severity = next((one for one in said["severity"] if one in WRONG), (said["severity"] or ["-"])[0])
        case = Case(trap=said["trap"], severity=severity, expected=(said["expected"] or [""])[0])
        case.oid = book.trap_oid(said["trap"])
        if case.oid is not None:
            case.varbinds = [one for name, text in said["varbinds"][2:] if (one := book.varbind(name, text))]
        cases.append(case)
    return cases


class _Names:
    """Finds OIDs and types of what snmptrapd printed: in modules, and in the trap profiles by their names."""

    def __init__(self, index: MibIndex, profiles: TrapProfiles | None) -> None:
        self._index = index
        self._by_name: dict[str, str] = {}
        for path in sorted(profiles.paths) if profiles else ():
            text = path.read_text()
            self._by_name |= {n: o for o, n in re.findall(r"^ *- oid: ([\d.]+)\n +name: (\S+)", text, re.M)}
            self._by_name |= dict(re.findall(r"^  (\w+):\n    oid: ([\d.]+)", text, re.M))

    def trap_oid(self, name: str) -> Oid | None:
        known = {"ZEBRA-QL-MIB::zebra.1.0.1": "1.3.6.1.4.1.10642.1.0.1"}
        return self._oid(name, known)

    def _oid(self, name: str, known: dict[str, str]) -> Oid | None:
        module, _, bare = name.partition("::")
        base, _, rest = bare.partition(".")
        text = known.get(name) or self._by_name.get(f"{module}::{base}")
        try:
            oid = Oid.parse(text) if text else self._index.oid_of(f"{module}::{base}")
        except ValueError:
            if base not in self._by_name:
                return None
            oid = Oid.parse(self._by_name[base])
        if name in known or not rest:
            return oid
        numbers = [int(one) for one in rest.split(".") if one.isdecimal()]
        return Oid((*oid, *(numbers or [7])))

    def varbind(self, name: str, text: str) -> Varbind | None:
        oid = self._oid(name, {"ESI-MIB::psOutput.7": "1.3.6.1.4.1.683.6.7"})
        if oid is None or name.startswith("SNMP-COMMUNITY-MIB"):
            return None
        text = re.sub(r"^\\?\"|\\?\"$", "", text.strip()).strip()
        text = re.sub(r"^=? ?(INTEGER|STRING|Timeticks|Gauge32): ", "", text)
        found, _ = self._index.object_at(oid)
        enum = {word: number for number, word in found.syntax.names.items()} if found else {}
        if text in enum:
            return Varbind(oid=oid, tag=Tag.INTEGER, value=enum[text])
        if found is not None and found.syntax.base == "IpAddress":
            return Varbind(oid=oid, tag=Tag.OCTET_STRING, value=text.encode())
        if found is None or found.syntax.base.is_number:
            number = re.match(r"-?\d+", text)
            if number and int(number[0]) < 2**31:
                return Varbind(oid=oid, tag=Tag.INTEGER, value=int(number[0]))
            if found is not None and not enum:
                return Varbind(oid=oid, tag=Tag.INTEGER, value=7)
        return Varbind(oid=oid, tag=Tag.OCTET_STRING, value=text.encode())


def packet(trap: Oid, varbinds: Sequence[Varbind], number: int) -> bytes:
    """Return a v2c trap."""
    head = (
        Varbind(oid=Oid.parse("1.3.6.1.2.1.1.3.0"), tag=Tag.TIME_TICKS, value=100 + number),
        Varbind(oid=Oid.parse("1.3.6.1.6.3.1.1.4.1.0"), tag=Tag.OBJECT_IDENTIFIER, value=trap),
    )
    pdu = Pdu(kind=PduKind.TRAP_V2, request_id=number + 1, varbinds=(*head, *varbinds))
    return encode_message(Message(version="2c", community=b"public", pdu=pdu))


class Bench:
    """An engine with the shipped rules behind a receiver on a free port."""

    def __init__(self, names: LiveNames, sources: Sequence[str]) -> None:
        library = load_library([], names.oid_of)
        rules = load_rule_book(sorted((ROOT / "config" / "rules").glob("*.yaml")), library.schema(), names)
        self.names, self.rules = names, rules.trap_rules
        receiver = ReceiverSettings(name="noc", email=EmailSettings(to=["noc@example.net"]))
        self.store = MemoryStore()
        labels: dict[str, dict[str, str]] = {f"d{number}": {} for number in range(len(sources))}
        self.engine = Engine(
            rules=list(rules.rules),
            trap_rules=list(rules.trap_rules),
            names=names,
            route=build_route(RouteSettings(receiver="noc", group_wait="0s")),
            device_labels=labels,
            ledger=self.store,
            mailer=Mailer(SmtpSettings(), [receiver]),
            clock=lambda: datetime.now(UTC),
        )
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        settings = TrapSettings(listen=[f"127.0.0.1:{self.port}"], communities=["public"])
        usual = Credential(name="usual", version="2c", community=SecretStr("public"))
        devices = [Device(name=f"d{n}", address=source, credential=usual) for n, source in enumerate(sources)]
        self.receiver = TrapReceiver(settings, devices, self.engine)

    def send(self, source: str, datagram: bytes) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
            udp.bind((source, 0))
            udp.sendto(datagram, ("127.0.0.1", self.port))

    async def alerts(self) -> dict[str, list[Alert]]:
        found: dict[str, list[Alert]] = defaultdict(list)
        for one in await self.store.unfinished():
            if one.state in (AlertState.FIRING, AlertState.PENDING):
                found[one.key.device].append(one)
        return found


async def heard(bench: Bench, count: int) -> None:
    """Wait till so many traps were taken in."""
    loop = asyncio.get_running_loop()
    end = loop.time() + WAIT_SECONDS
    while len(await bench.store.traps(limit=10_000)) < count and loop.time() < end:  # noqa: ASYNC110
        await asyncio.sleep(0.02)


def clearing(case: Case, names: LiveNames, rules: Sequence[TrapRule]) -> Iterator[tuple[Oid, Sequence[Varbind]]]:
    """Yield the trap that should end a case's alert, if any: its counterpart by name, or its own cleared state."""
    assert case.oid is not None
    rule = next((one for one in rules if one.name == case.alert and not one.goes_by_definitions), None)
    if rule is not None and rule.clear_expr is None:
        yield from ((oid, case.varbinds) for oid in _end_by(rule, case.oid))
        return
    kind = names.kind_of(case.oid)
    if kind is not None and kind.ended:
        other = counterpart(kind.name, names, case)
        if other is not None:
            yield other, case.varbinds
            return
    swapped = [_cleared(one, names) for one in case.varbinds]
    if swapped != list(case.varbinds):
        yield case.oid, swapped


def _end_by(rule: TrapRule, began: Oid) -> Sequence[Oid]:
    """Return the trap that a rule says ends what another began: where words stand for traps, one of its word."""
    ends = [one.oid for one in rule.clear_on]
    for wanted in (one for one in rule.objects.values() if began in one.words):
        ends = [oid for oid in ends if wanted.words.get(oid) == wanted.words[began]]
    return ends[:1]


def counterpart(name: str, names: LiveNames, case: Case) -> Oid | None:
    """Return the kind that says it ends this one."""
    assert case.oid is not None
    for last in range(1, 2000):
        oid = Oid((*case.oid[:-1], last))
        kind = names.kind_of(oid)
        if kind is not None and name in kind.ends:
            return oid
    return None


def _cleared(varbind: Varbind, names: LiveNames) -> Varbind:
    found, _ = names.object_at(varbind.oid)
    enum = found.syntax.names if found is not None else {}
    for number, word in enum.items():
        wanted = ("cleared", "clear", "deactivated", "success", "designatedRouter", "running")
        if word in wanted and re.search(
            r"(?i)sever|notifcode|statuschange|authenticationstatus|ospfIfState", found.name if found else ""
        ):
            return Varbind(oid=varbind.oid, tag=varbind.tag, value=number)
    if found is not None and found.name.endswith("Result"):
        return Varbind(oid=varbind.oid, tag=varbind.tag, value=b"Success")
    return varbind


async def run(cases: Sequence[Case], names: LiveNames) -> None:
    """Send every trap, see what became of it, send what should end it, and look again."""
    for number, case in enumerate(cases):
        case.source = f"127.1.{number // 200}.{number % 200 + 1}"
    bench = Bench(names, [case.source for case in cases])
    await bench.store.start()
    await bench.engine.start()
    await bench.receiver.start()
    try:
        count = 0
        for number, case in enumerate(cases):
            if case.oid is not None:
                bench.send(case.source, packet(case.oid, case.varbinds, number))
                case.sent, count = True, count + 1
                if count % 20 == 0:
                    await heard(bench, count)
        await heard(bench, count)
        standing = await bench.alerts()
        for number, case in enumerate(cases):
            found = [one for one in standing[f"d{number}"] if one.labels.get("severity") != "info"]
            if found:
                case.alert, case.told = found[0].key.rule, found[0].labels.get("severity", "")
                case.words = found[0].annotations.get("summary", "")
        for number, case in enumerate(cases):
            for oid, varbinds in clearing(case, names, bench.rules) if case.sent and case.alert else ():
                case.has_end = True
                bench.send(case.source, packet(oid, varbinds, 1000 + number))
                count += 1
                await heard(bench, count)
        standing = await bench.alerts()
        for number, case in enumerate(cases):
            case.ended = case.has_end and not standing[f"d{number}"]
    finally:
        await bench.receiver.stop()
        await bench.engine.stop()
        await bench.store.stop()


def told(cases: Sequence[Case], *, not_right: bool) -> dict[str, dict[str, int]]:
    """Print the table, and return it."""
    table: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for case in cases:
        row = table[case.severity]
        row["traps"] += 1
        row["named"] += case.sent
        row["alert"] += bool(case.alert)
        row["readable"] += bool(case.alert and case.told and case.is_readable)
        row["with an end"] += case.has_end
        row["ended"] += case.ended
        row["right"] += case.is_right
        if not_right and not case.is_right:
            made = f"{case.alert or '-'} {case.told} {case.words[:110]!r}"
            print(f"  {case.severity:8}{case.trap}: {made} (LibreNMS: {case.expected[:70]!r})")
    heads = ["traps", "named", "alert", "readable", "with an end", "ended", "right"]
    print(f"{'severity':10}" + "".join(f"{head:>13}" for head in heads))
    for severity in ("Error", "Warning", "Notice", "Info", "Ok", "-"):
        print(f"{severity:10}" + "".join(f"{table[severity][head]:>13}" for head in heads))
    wrong = [case for case in cases if case.is_wrong]
    kinds = {(case.trap, case.severity) for case in wrong}
    right = {kind for kind in kinds if all(one.is_right for one in wrong if (one.trap, one.severity) == kind)}
    traps = f"{sum(one.is_right for one in wrong)} of {len(wrong)} traps"
    print(f"Error and Warning right: {traps}, {len(right)} of {len(kinds)} kinds")
    return {name: dict(row) for name, row in table.items()}


def main() -> None:
    """Score the corpus."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--traps", type=Path, default=CORPUS / "traps" / "traps.jsonl")
    parser.add_argument("--profiles", type=Path, action="append", default=None)
    parser.add_argument("--mibs", type=Path, action="append", default=None)
    parser.add_argument("--shipped", action="store_true", help="judge with what comes with NetWatch alone")
    parser.add_argument("--not-right", action="store_true")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    folders = [CORPUS / "definitions" / "netdata-traps"] if asked.profiles is None else asked.profiles
    mibs = (
        [one for one in (CORPUS / "mibs").iterdir() if one.name != "malformed"] if asked.mibs is None else asked.mibs
    )
    profiles = TrapProfiles(folders)
    index = load_index(mibs)
    cases = cases_of(asked.traps, index, profiles)
    names = LiveNames(load_index([])) if asked.shipped else LiveNames(index, profiles=profiles)
    asyncio.run(run(cases, names))
    table = told(cases, not_right=asked.not_right)
    if asked.json:
        json.dump(table, sys.stdout)


if __name__ == "__main__":
    main()
