"""Garbled files: a good one with a few things wrong, the same for the same seed.

What people, editors, templates and disks do to files: octets and lines lost or doubled, a value of another type, a
number beyond all bounds, a name that is a list, nesting without end, tags, aliases, half of a file.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent

_SMALL = """\
credentials: {usual: {version: 2c, community: "${env:CAMPUS_COMMUNITY}"}}
defaults: {credential: usual}
devices:
  - {name: edge, address: 192.0.2.1, labels: {site: hq}}
  - {name: core, address: core.example.net, depends_on: [edge], interval: 30s, timeout: 1s, retries: 1}
limits: [{match: ['device="edge"', 'ifName="Gi1"'], ifSpeed: 1e9, comment: leased}]
ignore: [{match: ['device="core"'], rules: [Full], comment: old}]
severities: [info, warning, critical]
route:
  receiver: noc
  routes:
    - {match: {severity: critical}, receiver: night, escalate: [{after: 15m, receiver: noc}], urgent_from: critical}
    - {matchers: ['device=~"co.*"'], continue: true, mute_time_intervals: [off], repeat_interval: 2h}
inhibit_rules: [{source_matchers: [alertname="Full"], target_matchers: [severity="info"], equal: [device]}]
time_intervals: [{name: off, time_intervals: [{times: [{start_time: "18:00", end_time: "24:00"}], weekdays: [monday]}]}]
maintenance: [{name: move, matchers: ['device="edge"'], from: 2026-12-01T20:00, until: 2026-12-01T23:00}]
receivers:
  - {name: noc, email: {to: [noc@example.net]}, timezone: Europe/Berlin}
  - {name: night, webhook: {url: "https://hooks.example.net/x"}, trap: {to: ["192.0.2.9:162"], credential: usual}}
  - {name: peers, alertmanager: {urls: ["http://192.0.2.8:9093"], expires_after: 12h}}
smtp: {from: "NetWatch <netwatch@example.net>", relays: [{host: mail.example.net, port: 25, tls: none}]}
traps: {listen: ["127.0.0.1:1162"], allow: [192.0.2.0/24], communities: [public]}
rules: {paths: [full.yaml], gone_after: 24h}
web: {listen: "127.0.0.1:10916", hosts: [netwatch.example.net]}
store: {url: "sqlite:///state.db", retention: 90d}
"""
RULE = """\
rules:
  - alert: Full
    expr: rate(ifHCOutOctets) * 8 > 0.9 * ifHighSpeed * 1e6 and avg_over(ifHighSpeed, '5m') > 10
    clear_expr: rate(ifHCOutOctets) * 8 < 0.8 * ifHighSpeed * 1e6
    for: 5m
    labels: {severity: warning}
    annotations: {summary: "{{ ifName }} on {{ device }} is {{ value | percent }} full"}
"""
"""The one rule file that garbled configurations name: the shipped ones take most of a second to compile."""
KINDS = ("config", "rules", "profile")


def originals(kind: str) -> Sequence[str]:
    """The good files of a kind."""
    if kind == "config":
        example = (
            (ROOT / "config" / "netwatch.yaml").read_text().replace('paths: ["rules/*.yaml"]', "paths: [full.yaml]")
        )
        return [_SMALL, _SMALL, example]
    if kind == "rules":
        return [RULE, *(path.read_text() for path in sorted((ROOT / "config" / "rules").glob("*.yaml")))]
    return [path.read_text() for path in sorted((ROOT / "config" / "profiles").glob("*.yaml"))]


def garbled(kind: str, seed: int) -> bytes:
    """Return a garbled file of a kind, the same for the same seed."""
    chance = random.Random(f"{kind} {seed}")
    text = chance.choice(_originals(kind))
    if len(text) > 3000:
        text = _part_of(text, chance)
    for _ in range(chance.choice((1, 1, 1, 2, 3, 6))):
        text = chance.choice(_OF_TEXT)(text, chance)
    raw = text.encode("utf-8", "surrogatepass")
    return chance.choice(_OF_OCTETS)(raw, chance) if chance.random() < 0.15 else raw


_READ: dict[str, Sequence[str]] = {}


def _originals(kind: str) -> Sequence[str]:
    if kind not in _READ:
        _READ[kind] = originals(kind)
    return _READ[kind]


def _part_of(text: str, chance: random.Random) -> str:
    """Keep a few of the entries of a long list: what is garbled is then a larger share of the file."""
    tree = _loaded(text)
    for key in ("rules", "metrics"):
        if isinstance(tree, dict) and isinstance(tree.get(key), list) and len(tree[key]) > 4:
            begin = chance.randrange(len(tree[key]) - 3)
            tree[key] = tree[key][begin : begin + 4]
            return _dumped(tree)
    return text


def _loaded(text: str) -> Any:
    return yaml.load(text, yaml.CSafeLoader)  # noqa: S506  # it is the safe one, in C


def _dumped(tree: Any) -> str:
    try:
        return str(yaml.dump(tree, Dumper=yaml.CSafeDumper, sort_keys=False, allow_unicode=True, width=200))
    except (yaml.YAMLError, RecursionError, ValueError):
        return "rules: []\n"


# Odd values: each is made anew, so that no two places share one (which YAML would write as an alias).


def _deep(chance: random.Random) -> Any:
    node: Any = "x"
    for _ in range(chance.choice((3, 30, 97, 99, 101, 130))):
        node = [node] if chance.random() < 0.5 else {chance.choice(("routes", "a", "rules", "match")): node}
    return node


_ODD: Sequence[Callable[[random.Random], Any]] = (
    lambda _: None, lambda _: [], lambda _: {}, lambda _: "", lambda _: True, lambda _: 0, lambda _: -1,
    lambda _: 10**25, lambda _: -(10**350), lambda _: 2**31, lambda _: 2**63, lambda _: 2**64 + 1, lambda _: 1e308,
    lambda _: float("inf"), lambda _: float("nan"), lambda _: 5e-324, lambda _: 0.1, lambda _: ["a"],
    lambda _: {"a": "b"}, lambda _: [["a"]], lambda _: {"name": ["a"]}, lambda _: [None], lambda _: [1, "a", None],
    lambda _: {1: 2}, lambda _: {None: 1}, lambda _: {True: 1}, lambda _: "99999999999d", lambda _: "99999999999999ms",
    lambda _: "9" * 400 + "s", lambda _: "36500d", lambda _: "300000y", lambda _: "0s", lambda _: "1ms",
    lambda _: "-5m", lambda _: "1.5.5s", lambda _: "x" * 70_000, lambda _: "a\nb", lambda _: "\x00", lambda _: "٣",
    lambda _: "²", lambda _: "::1", lambda _: "999.1.1.1", lambda _: "[::1]:162", lambda _: "0.0.0.0/99",
    lambda _: "127.0.0.1:99999999999", lambda _: "http://[::1", lambda _: "http://a:b", lambda _: "http://\ud800/",
    lambda _: "${env:NOTHING}", lambda _: "${file:/dev/null}", lambda _: "${file:\x00}", lambda _: "${x}", lambda _: "../" * 2000,
    lambda _: "/", lambda _: ".", lambda _: "\x00/x", lambda _: "*", lambda _: "**", lambda _: "[", lambda _: "~root/x",
    lambda _: "builtin", lambda _: "(((((", lambda _: "a" * 1000 + "=~", lambda _: 'a=~"(((("', lambda _: 'a=~"(a{1000}){1000}"',
    lambda _: "{{", lambda _: "{{ value | x }}", lambda _: "{% for %}", lambda _: "{{ " + "(" * 300, lambda _: "9**9**9**9",
    lambda _: "1" + "0" * 400, lambda _: "(" * 60 + "1" + ")" * 60, lambda _: "ifHighSpeed > 1" + "0" * 330,
    lambda _: "rate(rate(ifHCOutOctets))", lambda _: "avg_over(ifHighSpeed, '99999999999d') > 1",
    lambda _: "avg_over(ifHighSpeed, '5m', 3) > 1", lambda _: "matches(ifName, '((((')", lambda _: "ifName in ()",
    lambda _: "1 if 1 else 2", lambda _: "ifHighSpeed ** 99999 > 1e308", lambda _: "not " * 500 + "ifHighSpeed",
    lambda _: " or ".join(f"ifHighSpeed > {n}" for n in range(80)), lambda _: "ifHighSpeed > 1e999", lambda _: "0x" + "f" * 300,
    lambda _: "ifHighSpeed > -(-(-(1)))", lambda _: "1 < ifHighSpeed < 5 < 2", lambda _: "ifName == b'x'", lambda _: "ifHighSpeed > 1j",
    lambda _: "ifHighSpeed % 0 > 1", lambda _: "1 / 0 > ifHighSpeed", lambda _: "ifHighSpeed > ...", lambda _: "f'{x}'",
    lambda _: "ifHighSpeed == 'up'", lambda _: "limit('ifHighSpeed', 10**400) > 1", lambda _: "1.3.6.1", lambda _: "1.3.6." + "9" * 50,
    lambda _: ".1.3." * 300, lambda _: "1.3.6.1." + ".".join(["1"] * 200), lambda _: "1.3.6.-1", lambda _: "1.3.6.1.٣", lambda _: "9.9",
    _deep, _deep,
)  # fmt: skip


def _places(tree: Any) -> list[tuple[Any, Any]]:
    """Return every place of a tree once, however often aliases repeat it."""
    found: list[tuple[Any, Any]] = []
    seen: set[int] = set()
    left = [tree]
    while left:
        node = left.pop()
        if id(node) in seen or not isinstance(node, dict | list):
            continue
        seen.add(id(node))
        found += [(node, key) for key in (node if isinstance(node, dict) else range(len(node)))]
        left += node.values() if isinstance(node, dict) else node
    return found


def _of_tree(change: Callable[[Any, Any, random.Random], None]) -> Callable[[str, random.Random], str]:
    """Make a change of one place of the tree a change of the text; a text that is no YAML stays."""

    def changed(text: str, chance: random.Random) -> str:
        try:
            tree = _loaded(text)
            places = _places(tree)
        except (yaml.YAMLError, RecursionError, ValueError, TypeError, OverflowError, AttributeError, LookupError):
            return text
        if not places:
            return text
        change(*chance.choice(places), chance)
        return _dumped(tree)

    return changed


def _replace(parent: Any, key: Any, chance: random.Random) -> None:
    parent[key] = chance.choice(_ODD)(chance)


def _rename(parent: Any, key: Any, chance: random.Random) -> None:
    if isinstance(parent, dict):
        name = chance.choice((None, 5, 1.5, True, "", f"{key}s", "x" * 5000, "name", "for", "<<", "a.b", "receivers"))
        parent[name] = parent.pop(key)


def _drop(parent: Any, key: Any, chance: random.Random) -> None:
    del parent[key]


def _wrap(parent: Any, key: Any, chance: random.Random) -> None:
    parent[key] = [parent[key]] if chance.random() < 0.5 else {chance.choice(("name", "x", "to")): parent[key]}


def _double(parent: Any, key: Any, chance: random.Random) -> None:
    if isinstance(parent, list):
        parent.append(_loaded(_dumped(parent[key])))


def _move(parent: Any, key: Any, chance: random.Random) -> None:
    """Put what stands here into the place of a neighbour, as where somebody indents too far."""
    other = chance.choice(list(parent)) if isinstance(parent, dict) else chance.randrange(len(parent))
    parent[other] = _loaded(_dumped(parent[key]))


def _many(parent: Any, key: Any, chance: random.Random) -> None:
    if isinstance(parent[key], list) and parent[key]:
        parent[key] = parent[key] * chance.choice((2, 50, 300))


def _garble_numbers(text: str, chance: random.Random) -> str:
    found = list(re.finditer(r"\d+", text))
    if not found:
        return text
    one = chance.choice(found)
    odd = (
        "9" * 30,
        "9" * 340,
        "9" * 5000,
        "1e400",
        "-1",
        "0",
        "0x" + "f" * 400,
        "1_000",
        "٣",
        "1.5",
        ".inf",
        "08",
        "-0",
    )
    return text[: one.start()] + chance.choice(odd) + text[one.end() :]


def _garble_line(text: str, chance: random.Random) -> str:
    lines = text.split("\n")
    place = chance.randrange(len(lines))
    match chance.randrange(9):
        case 0:
            del lines[place]
        case 1:
            lines.insert(place, lines[place])
        case 2:
            other = chance.randrange(len(lines))
            lines[place], lines[other] = lines[other], lines[place]
        case 3:
            lines[place] = " " * chance.choice((1, 2, 4, 40)) + lines[place]
        case 4:
            lines[place] = lines[place].removeprefix("  ")
        case 5:
            lines[place] = "\t" + lines[place]
        case 6:
            lines[place] += chance.choice(
                (" x", ":", " : :", " [", " {", " }", " ]", ' "', " '", " |", " >", " #", " !!x", ",")
            )
        case 7:
            lines.insert(
                place,
                chance.choice(
                    (
                        "---",
                        "...",
                        "%YAML 1.1",
                        "- ",
                        "? [a]",
                        "? {a: b}",
                        ": x",
                        "<<: {a: b}",
                        "&a",
                        "*a",
                        "\ufeff",
                        "- - - -",
                    )
                ),
            )
        case _:
            lines[place : place + 2] = [" ".join(lines[place : place + 2])]
    return "\n".join(lines)


_TAGS = (
    "!!x", "!!set", "!!omap", "!!binary", "!!timestamp", "!!python/object:os.system", "!", "!!", "!<a>", "!!str", "!!int",
    "!!float", "!!null", "!!bool", "!!seq", "!!map", "&a", "*a", "&a &b", "!!int &a", "<<",
)  # fmt: skip


def _garble_value(text: str, chance: random.Random) -> str:
    """Put a tag, an anchor or brackets before or around a value."""
    found = list(re.finditer(r"(?<=: )\S[^\n]*|(?<=- )\S[^\n]*|(?<=\[)[^\]\n]+", text))
    if not found:
        return text
    one = chance.choice(found)
    value = one.group()
    odd = (f"{chance.choice(_TAGS)} {value}", "[" * 150 + value + "]" * 150, "{a: " * 150 + value + "}" * 150, f"[{value}]",
           f"? {value}", f"{value[: len(value) // 2]}", f'"{value}', f"{{{value}: {value}}}", "|", ">", "- " * 120 + value,
           f"[{value}, {value}", f'"{chr(92)}ud800{value}"', f'"{chr(92)}x00"')  # fmt: skip
    return text[: one.start()] + chance.choice(odd) + text[one.end() :]


def _garble_word(text: str, chance: random.Random) -> str:
    """Change one character or word, as a hand slips."""
    place = chance.randrange(len(text) or 1)
    odd = (
        "",
        text[place : place + 1] * 2,
        "\x00",
        "\x1b",
        "\ud800",
        "\u2028",
        "\x85",
        "é",
        "(",
        ")",
        "*",
        "**",
        "%",
        "'",
        '"',
        "\\",
        ",",
        ":",
        " ",
        "\n",
        "-",
        ".",
        "/",
        "{{",
        "}}",
        "$",
        "${",
    )
    return text[:place] + chance.choice(odd) + text[place + chance.randrange(2) :]


def _cut(text: str, chance: random.Random) -> str:
    return text[: chance.randrange(len(text) + 1)]


def _laughs(text: str, chance: random.Random) -> str:
    depth = chance.choice((3, 9, 30))
    lines = ["z0: &z0 [a, a, a, a, a, a, a, a]"]
    lines += [f"z{n}: &z{n} [{', '.join([f'*z{n - 1}'] * 8)}]" for n in range(1, depth)]
    return "\n".join(lines) + "\n" + text


_OF_TEXT: Sequence[Callable[[str, random.Random], str]] = (
    *[_of_tree(_replace)] * 6, _of_tree(_rename), _of_tree(_drop), _of_tree(_wrap), _of_tree(_double), _of_tree(_move),
    _of_tree(_many), _garble_numbers, _garble_numbers, _garble_line, _garble_line, _garble_value, _garble_value,
    _garble_word, _garble_word, _cut, _laughs,
)  # fmt: skip


def _flip(raw: bytes, chance: random.Random) -> bytes:
    octets = bytearray(raw or b"x")
    for _ in range(chance.choice((1, 3, 30))):
        octets[chance.randrange(len(octets))] = chance.randrange(256)
    return bytes(octets)


def _lose(raw: bytes, chance: random.Random) -> bytes:
    begin = chance.randrange(len(raw) + 1)
    return raw[:begin] + raw[begin + chance.choice((1, 7, 64, 512)) :]


_OF_OCTETS: Sequence[Callable[[bytes, random.Random], bytes]] = (
    _flip, _flip, _lose, lambda raw, _: raw + b"\x00" * 512, lambda raw, _: raw.decode("utf-8", "replace").encode("utf-16", "surrogatepass"),
    lambda raw, _: b"\xef\xbb\xbf" + raw, lambda raw, _: raw.replace(b"\n", b"\r"), lambda raw, _: b"", lambda raw, _: raw + raw,
)  # fmt: skip
