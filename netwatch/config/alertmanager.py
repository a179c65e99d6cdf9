"""Carries the configuration of an Alertmanager over: routes, receivers, inhibitions, times and the mail relay.

Both use the same words; what has no counterpart is named with its line. What a route or rule calls `instance` is the
device here. Passwords are not copied: the relay names an environment variable instead.
May import: netwatch.model, netwatch.config. Called by: netwatch.cli.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from pydantic import ValidationError

from netwatch.config.settings import Settings
from netwatch.config.words import path_of
from netwatch.model import KeyPath, Problem, YamlFile, dotted, parse_yaml, plain

PASSWORD = "${env:NETWATCH_SMTP_PASSWORD}"  # noqa: S105  # where it is to be put
NOBODY = "change-me@example.net"
_ROUTE: Final = frozenset({
    "receiver", "group_by", "group_wait", "group_interval", "repeat_interval", "continue", "mute_time_intervals",
    "active_time_intervals", "matchers", "match", "match_re", "routes",
})  # fmt: skip
_SAME: Final = ("receiver", "group_wait", "group_interval", "repeat_interval", "continue", "mute_time_intervals",
                "active_time_intervals")  # fmt: skip
_DEVICE: Final = {"instance": "device"}
_NO_LABEL: Final = frozenset({"job", "cluster", "prometheus", "replica"})
"""Labels that Prometheus gives its alerts, and NetWatch none of its own."""
_SMTP: Final = frozenset(
    {"smtp_smarthost", "smtp_from", "smtp_require_tls", "smtp_auth_username", "smtp_auth_password"}
)
_MATCHER: Final = re.compile(r'\s*("(?:[^"\\]|\\.)*"|[^\s=!~"{},]+)\s*(=~|!~|!=|=)\s*("(?:[^"\\]|\\.)*"|[^,{}"]*)\s*')
_GO_ON: Final = (
    "your Alertmanager may go on telling such a service: a receiver with `alertmanager: {urls: [..]}` hands alerts to"
    " it, one with `webhook` to others"
)
_KNOWN: Final = frozenset({"global", "route", "receivers", "inhibit_rules", "time_intervals", "mute_time_intervals",
                           "templates"})  # fmt: skip


@dataclass(slots=True)
class Taken:
    """What could be carried over, as our configuration has it, and what is left."""

    tree: dict[str, Any] = field(default_factory=dict)
    left: list[Problem] = field(default_factory=list)

    @property
    def sum_up(self) -> str:
        """Return how much is carried over, in words."""
        routes = _count(self.tree.get("route") or {})
        parts = {"routes": routes, **{key: len(self.tree.get(key) or ()) for key in _COUNTED}}
        return ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in parts.items() if count) or "nothing"

    @property
    def text(self) -> str:
        """Return the tree as YAML."""
        parts = []
        for key, value in self.tree.items():
            if isinstance(value, list):
                rows = "".join(f"\n  - {json.dumps(one, ensure_ascii=False)}" for one in value)
                parts.append(f"{key}:{rows}\n")
            else:
                parts.append(f"{key}: {json.dumps(value, ensure_ascii=False)}\n")
        return "\n".join(parts)


_COUNTED: Final = ("receivers", "inhibit_rules", "time_intervals")


def _count(route: Mapping[str, Any]) -> int:
    return 1 + sum(_count(one) for one in route.get("routes", ())) if route else 0


def take_over(text: str, name: str) -> Taken:
    """Return what of an alertmanager.yml can be carried over.

    Raises:
        InvalidFile: it is no YAML.
    """
    reader = _Reader(parse_yaml(text, name))
    reader.read()
    return reader.taken


class _Reader:
    def __init__(self, file: YamlFile) -> None:
        self._file = file
        self._data = plain(file.data) if isinstance(file.data, dict) else {}
        self.taken = Taken()

    def read(self) -> None:
        for key in self._data.keys() - _KNOWN:
            self._left((key,), "has no counterpart")
        if self._data.get("templates"):
            self._left(("templates",), "Go templates have no counterpart; receivers have templates of their own")
        tree = self.taken.tree
        tree["smtp"] = self._smtp(_mapping(self._data.get("global")))
        tree["time_intervals"] = [
            *_list(self._data.get("time_intervals")), *_list(self._data.get("mute_time_intervals")),
        ]  # fmt: skip
        tree["receivers"] = [
            self._receiver(_mapping(one), ("receivers", place))
            for place, one in enumerate(_list(self._data.get("receivers")))
        ]
        tree["inhibit_rules"] = [
            self._inhibition(_mapping(one), ("inhibit_rules", place))
            for place, one in enumerate(_list(self._data.get("inhibit_rules")))
        ]
        tree["route"] = self._route(_mapping(self._data.get("route")), ("route",))
        self.taken.tree = {key: value for key, value in tree.items() if value}
        self._try()

    def _smtp(self, settings: Mapping[str, Any]) -> dict[str, Any]:
        for key in settings.keys() - _SMTP:
            self._left(("global", key), f"{key} has no counterpart")
        host, _, port = str(settings.get("smtp_smarthost") or "").rpartition(":")
        if not host:
            return {}
        relay: dict[str, Any] = {"host": host, "port": int(port) if port.isdigit() else 25}
        relay["tls"] = "none" if settings.get("smtp_require_tls") is False else "starttls"
        if port == "465":
            relay["tls"] = "implicit"
        if settings.get("smtp_auth_username"):
            relay |= {"username": str(settings["smtp_auth_username"]), "password": PASSWORD}
            self._left(
                ("global", "smtp_auth_password"), "the password is not copied; put it into NETWATCH_SMTP_PASSWORD"
            )
        sender = {"from": settings["smtp_from"]} if settings.get("smtp_from") else {}
        return {**sender, "relays": [relay]}

    def _receiver(self, receiver: Mapping[str, Any], path: KeyPath) -> dict[str, Any]:
        found: dict[str, Any] = {"name": str(receiver.get("name", ""))}
        for key, value in receiver.items():
            ways = [_mapping(one) for one in _list(value)]
            if key == "email_configs":
                addresses = [one.strip() for way in ways for one in str(way.get("to", "")).split(",") if one.strip()]
                found["email"] = {"to": addresses}
                if ways and all(way.get("send_resolved") is not True for way in ways):
                    found["email"]["send_resolved"] = False
                self._unknown(ways, {"to", "send_resolved"}, (*path, key))
            elif key == "webhook_configs" and ways:
                found["webhook"] = {"url": ways[0].get("url", "")}
                if ways[0].get("send_resolved") is False:
                    found["webhook"]["send_resolved"] = False
                self._unknown(ways, {"url", "send_resolved"}, (*path, key))
                if len(ways) > 1:
                    self._left(
                        (*path, key, 1), "a receiver has one webhook; make another receiver, and a route beside"
                    )
            elif key != "name":
                self._left((*path, key), f"{key} has no counterpart; {_GO_ON}")
        if len(found) == 1:
            self._left(path, f"{found['name']!r} tells nobody that NetWatch can tell; {NOBODY} stands in its place")
            found["email"] = {"to": [NOBODY]}
        return found

    def _unknown(self, ways: list[Mapping[str, Any]], known: set[str], path: KeyPath) -> None:
        for place, way in enumerate(ways):
            for key in way.keys() - known:
                self._left((*path, place, key), f"{key} has no counterpart")

    def _route(self, route: Mapping[str, Any], path: KeyPath) -> dict[str, Any]:
        for key in route.keys() - _ROUTE:
            self._left((*path, key), f"{key} has no counterpart")
        found = {key: route[key] for key in _SAME if route.get(key) is not None}
        if isinstance(route.get("group_by"), list):
            found["group_by"] = list(
                dict.fromkeys(_DEVICE.get(str(label), str(label)) for label in route["group_by"])
            )
        if matchers := self._matchers(route, "", path):
            found["matchers"] = matchers
        if inner := _list(route.get("routes")):
            found["routes"] = [
                self._route(_mapping(one), (*path, "routes", place)) for place, one in enumerate(inner)
            ]
        return found

    def _inhibition(self, rule: Mapping[str, Any], path: KeyPath) -> dict[str, Any]:
        for key in (
            rule.keys() - {f"{side}_{how}" for side in ("source", "target") for how in _HOW} - {"equal", "name"}
        ):
            self._left((*path, key), f"{key} has no counterpart")
        found: dict[str, Any] = {
            f"{side}_matchers": self._matchers(rule, f"{side}_", path) for side in ("source", "target")
        }
        if equal := [_DEVICE.get(str(label), str(label)) for label in _list(rule.get("equal"))]:
            found["equal"] = list(dict.fromkeys(equal))
        return found

    def _matchers(self, part: Mapping[str, Any], side: str, path: KeyPath) -> list[str]:
        """Return the three ways of writing matchers in the newest of them."""
        found = []
        for how, operator in (("match", "="), ("match_re", "=~")):
            for label, text in _mapping(part.get(f"{side}{how}")).items():
                escaped = str(text).replace("\\", "\\\\").replace('"', '\\"')
                found.append(f'{label}{operator}"{escaped}"')
        found += [one for text in _list(part.get(f"{side}matchers")) for one in _split(str(text))]
        for one in found:
            label = re.split("[=!]", one, maxsplit=1)[0]
            if label in _NO_LABEL:
                self._left(path, f"{one}: no alert of NetWatch has the label {label}, so take this matcher out")
        return [_of_device(one) for one in found]

    def _try(self) -> None:
        """Name what our own reader would refuse."""
        try:
            Settings.model_validate(self.taken.tree)
        except ValidationError as exc:
            for error in exc.errors(include_url=False):
                path = path_of(error)
                self._left(path, f"{dotted(path)} is not taken as it is: {error['msg']}")

    def _left(self, path: KeyPath, message: str) -> None:
        self.taken.left.append(self._file.problem(path, message))


_HOW: Final = ("match", "match_re", "matchers")


def _split(text: str) -> list[str]:
    """Return the matchers of a text that has one, or several in braces; as it is where it cannot be read."""
    inner = text.strip().removeprefix("{").removesuffix("}")
    found, at = [], 0
    while at < len(inner):
        match = _MATCHER.match(inner, at)
        if match is None or match.end() == at:
            return [text]
        label, operator, value = (part.strip() for part in match.groups())
        found.append(f"{label.strip(chr(34))}{operator}{value if value.startswith(chr(34)) else json.dumps(value)}")
        at = match.end() + 1
    return found


def _of_device(matcher: str) -> str:
    bare = matcher.lstrip()
    rest = bare.removeprefix("instance")
    return f"device{rest}" if rest != bare and rest.lstrip()[:1] in ("=", "!") else matcher


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
