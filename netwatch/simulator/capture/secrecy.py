"""Says of an object whether its value is somebody's secret, and what the index of its rows is made of.

What profiles take a serial number, a name or an address from is one; so is what MIB modules call or type so. Some
subtrees hold nothing but logins and command lines; they are left out.

May import: netwatch.model, netwatch.mib, netwatch.profiles. Called by: redacting.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from netwatch.mib import Base, IndexPart, MibIndex, ObjectKind
from netwatch.model import Oid
from netwatch.profiles import Catalogue, ConceptMap, ProfileLibrary, Selection, TableSpec, Template
from netwatch.simulator.capture.disguise import Secret

LEFT_OUT = tuple(
    Oid.parse(text)
    for text in (
        "1.3.6.1.6.3.10.2.1.1",  # snmpEngineID, often made of an address
        "1.3.6.1.6.3.12", "1.3.6.1.6.3.13", "1.3.6.1.6.3.15", "1.3.6.1.6.3.16", "1.3.6.1.6.3.18",  # who may ask
        "1.3.6.1.2.1.25.4.2.1.4", "1.3.6.1.2.1.25.4.2.1.5",  # how processes were started
        "1.3.6.1.4.1.2021.8", "1.3.6.1.4.1.2021.16", "1.3.6.1.4.1.8072.1.3",  # commands of net-snmp, and their output
        "1.3.6.1.4.1.9.9.96",  # where configurations are copied, and as whom
    )
)  # fmt: skip
"""Who may ask, with which passwords, and what is run with which arguments: no profile needs it."""

WITH_NAMES = tuple(
    Oid.parse(text)
    for text in (
        "1.3.6.1.2.1.1.4", "1.3.6.1.2.1.1.5", "1.3.6.1.2.1.1.6", "1.3.6.1.2.1.31.1.1.1.18",
        "1.3.6.1.2.1.47.1.1.1.1.14", "1.3.6.1.2.1.47.1.1.1.1.15", "1.0.8802.1.1.2.1.3.3", "1.0.8802.1.1.2.1.4.1.1.9",
        "1.3.6.1.2.1.17.7.1.4.3.1.1", "1.3.6.1.4.1.9.9.23.1.2.1.1.6", "1.3.6.1.4.1.9.9.23.1.2.1.1.17",
        "1.3.6.1.4.1.9.9.46.1.3.1.1.4",
    )
)  # fmt: skip
"""sysContact, sysName, sysLocation, ifAlias, entPhysicalAlias, entPhysicalAssetID, names of LLDP, CDP and VLANs."""

NAMED = "name"
"""A part of an index that is a text, as `text`, and a name that people gave."""

_BY_LABEL: Mapping[tuple[str, str], Secret] = {
    ("identity", "serial"): Secret.SERIAL, ("component", "serial"): Secret.SERIAL, ("identity", "name"): Secret.NAME,
    ("identity", "chassis"): Secret.NAME,
    ("identity", "location"): Secret.NAME, ("identity", "contact"): Secret.NAME,
    ("interface", "ifAlias"): Secret.NAME,
    ("neighbour", "neighbour"): Secret.NAME, ("neighbour", "address"): Secret.ADDRESS,
    ("neighbour", "neighbour_port_name"): Secret.NAME,
    ("neighbour", "chassis"): Secret.NAME, ("vlan", "vlan_name"): Secret.NAME, ("mac", "mac"): Secret.MAC,
    ("arp", "mac"): Secret.MAC, ("arp", "address"): Secret.ADDRESS, ("address", "address"): Secret.ADDRESS,
    ("peer", "peer"): Secret.ADDRESS, ("peer", "vrf"): Secret.NAME, ("client", "client"): Secret.NAME,
    ("license", "license"): Secret.NAME, ("tunnel", "tunnel"): Secret.NAME,
}  # fmt: skip
_FORMS = {"mac_address": Secret.MAC, "ip_address": Secret.ADDRESS}
_LOGIN = re.compile(
    r"(?i)community|passw|passphrase|secret|(auth|priv|shared|pre|radius|tacacs).{0,6}key|licen[cs]e.?key"
)
_SERIAL = re.compile(r"(?i)serial(?!.{0,4}(port|line|speed|index|table|inter))|asset.?(tag|id)|service.?tag")
_NAMED = re.compile(
    r"(?i)sys(name|contact|location)|alias|host.?name|contact|location|owner|domain.?name|ssid|vlan.*name|customer"
    r"|user.?name|login|e.?mail|(dns|ntp|syslog|radius).*(server|host)|security.?name|phone"
)
_NAMED_INDEX = re.compile(r"(?i)vrf|user|customer|ssid|group.?name|instance.?name|service.?name")
_VERSION = re.compile(r"(?i)version|revision|rev$|firmware|software|release|image")
_OF_ADDRESS = frozenset({"InetAddress", "InetAddressIPv4", "InetAddressIPv6", "Ipv6Address", "NetworkAddress"})
_OF_MAC = frozenset({"MacAddress", "PhysAddress", "LldpChassisId"})
_OF_BITS = frozenset({"PortList", "BridgePortList", "DateAndTime", "Bits"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """What is known of an object: `oid` without the instance, empty where nothing is.

    shapes: what its index is made of, as in a profile's `index`, None where nobody says. is_bits: octets that are no
    address, whatever they look like. is_version: numbers with dots are none either. is_login: it is left out.
    """

    oid: tuple[int, ...]
    secret: Secret | None = None
    shapes: tuple[str, ...] | None = None
    is_bits: bool = False
    is_version: bool = False
    is_login: bool = False


class Version:
    """What a version is read from: its numbers look like an address."""


class Secrecy:
    """Asks modules and profiles about objects, one after the other in the order of the tree."""

    def __init__(self, names: MibIndex, catalogue: Catalogue, maps: Iterable[ConceptMap] = ()) -> None:
        self._names = names
        told = list(_told_by(catalogue, maps))
        self._versions = {oid for oid, said in told if isinstance(said, Version)}
        self._secrets: dict[Oid, Secret] = {oid: said for oid, said in told if isinstance(said, Secret)}
        self._secrets.update(dict.fromkeys(WITH_NAMES, Secret.NAME))
        self._shapes = dict(_shapes_of(catalogue.tables.values()))
        self._last = Column(oid=(-1,))

    def of(self, oid: Oid) -> Column:
        """Return what is known of an object."""
        if oid[: len(self._last.oid)] == self._last.oid:
            return self._last
        found = self._found(oid)
        if found.oid:
            self._last = found
        return found

    def _found(self, oid: Oid) -> Column:
        column, secret, shapes = self._profiles_word(oid)
        obj, _ = self._names.object_at(oid)
        if obj is None or obj.kind not in (ObjectKind.COLUMN, ObjectKind.SCALAR):
            return Column(oid=column, secret=secret, shapes=shapes, is_version=Oid(column) in self._versions)
        conventions = frozenset(obj.syntax.conventions)
        if secret is None and obj.syntax.base in (Base.OCTETS, Base.INTEGER, Base.UNSIGNED, Base.IP_ADDRESS):
            secret = _by_name(obj.name, is_text=obj.syntax.base is Base.OCTETS)
        if conventions & _OF_MAC and secret is not Secret.NAME:
            secret = Secret.MAC
        elif conventions & _OF_ADDRESS:
            secret = Secret.ADDRESS
        return Column(
            oid=tuple(obj.oid),
            secret=secret,
            shapes=tuple(map(_shape, obj.index)) if obj.index else shapes,
            is_bits=bool(conventions & _OF_BITS) or obj.syntax.base is Base.BITS,
            is_version=obj.oid in self._versions or _VERSION.search(obj.name) is not None,
            is_login=_LOGIN.search(obj.name) is not None and obj.syntax.base is Base.OCTETS,
        )

    def _profiles_word(self, oid: Oid) -> tuple[tuple[int, ...], Secret | None, tuple[str, ...] | None]:
        for length in range(len(oid), 6, -1):
            head = Oid(oid[:length])
            secret, shapes = self._secrets.get(head), self._shapes.get(Oid(oid[: length - 1]))
            if secret is not None or shapes is not None or head in self._versions:
                return tuple(head), secret, shapes
        return (), None, None


def secrecy_of(names: MibIndex, library: ProfileLibrary) -> Secrecy:
    """Return what modules and all profiles of a library say."""
    return Secrecy(
        names, library.catalogue, (one for name in library.names() for one in library.named(name).concepts)
    )


def _by_name(name: str, *, is_text: bool) -> Secret | None:
    if _SERIAL.search(name) and is_text:
        return Secret.SERIAL
    return Secret.NAME if is_text and _NAMED.search(name) else None


def _shape(part: IndexPart) -> str:
    """Return a part of an INDEX clause in a profile's words; octets of a fixed length as `=8`."""
    syntax = part.syntax
    if syntax.base is Base.IP_ADDRESS:
        return "ipv4"
    if not syntax.base.is_text and syntax.base is not Base.OBJECT_IDENTIFIER:
        return "number"
    if syntax.fixed_size is not None:
        return f"={syntax.fixed_size}"
    if part.implied:
        return "rest"
    return NAMED if _NAMED_INDEX.search(part.name) else "text"


def _shapes_of(tables: Iterable[TableSpec]) -> Iterator[tuple[Oid, tuple[str, ...]]]:
    for table in tables:
        shapes = list(next((label.shapes for label in table.labels if label.shapes), ()))
        for label in table.labels:
            if label.shapes and 0 < label.index_position <= len(shapes) and _NAMED_INDEX.search(label.name):
                place = label.index_position - 1
                shapes[place] = NAMED if shapes[place] == "text" else shapes[place]
        if shapes:
            for column in table.columns:
                yield Oid(column.oid[:-1]), tuple(shapes)


def _told_by(catalogue: Catalogue, maps: Iterable[ConceptMap]) -> Iterator[tuple[Oid, Secret | Version]]:
    """Yield the columns that hold secrets, as profiles use them."""
    places: dict[tuple[str, str], Oid] = {}
    for table in catalogue.tables.values():
        places.update({(table.name, column.name): column.oid for column in table.columns})
        for label in table.labels:
            if label.oid is not None:
                places[table.name, label.name] = label.oid
                if label.form in _FORMS:
                    yield label.oid, _FORMS[label.form]
    places.update({("system", one.name): Oid(one.oid[:-1]) for one in catalogue.scalars.values()})
    for one in maps:
        tables = {"": one.table, **{join.prefix: join.table for join in one.joins}}
        for label_name, meant in one.labels.items():
            said = Version() if label_name == "version" else _BY_LABEL.get((one.concept, label_name))
            for name in _names(meant) if said is not None else ():
                prefix, _, bare = name.rpartition(".")
                place = places.get((tables.get(f"{prefix}." if prefix else "", ""), bare))
                if place is not None and said is not None:
                    yield place, said


def _names(meant: Template | Selection) -> Iterator[str]:
    texts = [meant] if isinstance(meant, Template) else [*meant.options.values(), meant.otherwise]
    for text in texts:
        for named in text.names() if text is not None else ():
            yield named.name
