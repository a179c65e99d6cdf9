"""Garbled files: a good one with a few things wrong, the same for the same seed.

What people, editors, templates and disks do to files: octets and lines lost or doubled, a value of another type, a
number beyond all bounds, a name that is a list, nesting without end, tags, aliases, half of a file.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from copy import deepcopy
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
time_intervals:
  - {name: off, time_intervals: [{times: [{start_time: "18:00", end_time: "24:00"}], weekdays: [monday]}]}
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
    return [path.read_text() for path in sorted((ROOT / "config" / "profiles").rglob("*.yaml"))]


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
    return yaml.load(text, yaml.CSafeLoader)  # the safe one, in C


def _dumped(tree: Any) -> str:
    try:
        return str(yaml.dump(tree, Dumper=yaml.CSafeDumper, sort_keys=False, allow_unicode=True, width=200))
    except (yaml.YAMLError, RecursionError, ValueError):
        return "rules: []\n"


def _deep(chance: random.Random) -> Any:
    node: Any = "x"
    for _ in range(chance.choice((3, 30, 97, 99, 101, 130))):
        node = [node] if chance.random() < 0.5 else {chance.choice(("routes", "a", "rules", "match")): node}
    return node


_ODD: Sequence[Any] = (
    None, [], {}, "", True, 0, -1, 10**25, -(10**350), 2**31, 2**63, 2**64 + 1, 1e308, float("inf"),
    float("nan"), 5e-324, 0.1, ["a"], {"a": "b"}, [["a"]], {"name": ["a"]}, [None], [1, "a", None], {1: 2},
    {None: 1}, {True: 1}, "99999999999d", "99999999999999ms", "9" * 400 + "s", "36500d", "300000y", "0s",
    "1ms", "-5m", "1.5.5s", "x" * 70_000, "a\nb", "\x00", "٣", "²", "::1", "999.1.1.1", "[::1]:162",
    "0.0.0.0/99", "127.0.0.1:99999999999", "http://[::1", "http://a:b", "http://\ud800/", "${env:NOTHING}",
    "${file:/dev/null}", "${file:\x00}", "${x}", "../" * 2000, "/", ".", "\x00/x", "*", "**", "[", "~root/x",
    "builtin", "(((((", "a" * 1000 + "=~", 'a=~"(((("', 'a=~"(a{1000}){1000}"', "{{", "{{ value | x }}",
    "{% for %}", "{{ " + "(" * 300, "9**9**9**9", "1" + "0" * 400, "(" * 60 + "1" + ")" * 60,
    "ifHighSpeed > 1" + "0" * 330, "rate(rate(ifHCOutOctets))", "avg_over(ifHighSpeed, '99999999999d') > 1",
    "avg_over(ifHighSpeed, '5m', 3) > 1", "matches(ifName, '((((')", "ifName in ()", "1 if 1 else 2",
    "ifHighSpeed ** 99999 > 1e308", "not " * 500 + "ifHighSpeed",
    " or ".join(f"ifHighSpeed > {n}" for n in range(80)), "ifHighSpeed > 1e999", "0x" + "f" * 300,
    "ifHighSpeed > -(-(-(1)))", "1 < ifHighSpeed < 5 < 2", "ifName == b'x'", "ifHighSpeed > 1j",
    "ifHighSpeed % 0 > 1", "1 / 0 > ifHighSpeed", "ifHighSpeed > ...", "f'{x}'", "ifHighSpeed == 'up'",
    "limit('ifHighSpeed', 10**400) > 1", "1.3.6.1", "1.3.6." + "9" * 50, ".1.3." * 300,
    "1.3.6.1." + ".".join(["1"] * 200), "1.3.6.-1", "1.3.6.1.٣", "9.9",
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
    parent[key] = _deep(chance) if chance.random() < 0.05 else deepcopy(chance.choice(_ODD))


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
        "9" * 30, "9" * 340, "9" * 5000, "1e400", "-1", "0", "0x" + "f" * 400, "1_000", "٣", "1.5", ".inf",
        "08", "-0",
    )  # fmt: skip
    return text[: one.start()] + chance.choice(odd) + text[one.end() :]


_ODD_LINES = (
    "---", "...", "%YAML 1.1", "- ", "? [a]", "? {a: b}", ": x", "<<: {a: b}", "&a", "*a", "\ufeff", "- - - -",
)  # fmt: skip


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
            lines.insert(place, chance.choice(_ODD_LINES))
        case _:
            lines[place : place + 2] = [" ".join(lines[place : place + 2])]
    return "\n".join(lines)


_TAGS = (
    "!!x", "!!set", "!!omap", "!!binary", "!!timestamp", "!!python/object:os.system", "!", "!!", "!<a>",
    "!!str", "!!int", "!!float", "!!null", "!!bool", "!!seq", "!!map", "&a", "*a", "&a &b", "!!int &a", "<<",
)  # fmt: skip


def _garble_value(text: str, chance: random.Random) -> str:
    """Put a tag, an anchor or brackets before or around a value."""
    found = list(re.finditer(r"(?<=: )\S[^\n]*|(?<=- )\S[^\n]*|(?<=\[)[^\]\n]+", text))
    if not found:
        return text
    one = chance.choice(found)
    value = one.group()
    odd = (
        f"{chance.choice(_TAGS)} {value}", "[" * 150 + value + "]" * 150, "{a: " * 150 + value + "}" * 150,
        f"[{value}]", f"? {value}", f"{value[: len(value) // 2]}", f'"{value}', f"{{{value}: {value}}}", "|",
        ">", "- " * 120 + value, f"[{value}, {value}", f'"{chr(92)}ud800{value}"', f'"{chr(92)}x00"',
    )  # fmt: skip
    return text[: one.start()] + chance.choice(odd) + text[one.end() :]


def _garble_word(text: str, chance: random.Random) -> str:
    """Change one character or word, as a hand slips."""
    place = chance.randrange(len(text) or 1)
    odd = (
        "", text[place : place + 1] * 2, "\x00", "\x1b", "\ud800", "\u2028", "\x85", "é", "(", ")", "*", "**",
        "%", "'", '"', "\\", ",", ":", " ", "\n", "-", ".", "/", "{{", "}}", "$", "${",
    )  # fmt: skip
    return text[:place] + chance.choice(odd) + text[place + chance.randrange(2) :]


def _cut(text: str, chance: random.Random) -> str:
    return text[: chance.randrange(len(text) + 1)]


def _laughs(text: str, chance: random.Random) -> str:
    depth = chance.choice((3, 9, 30))
    lines = ["z0: &z0 [a, a, a, a, a, a, a, a]"]
    lines += [f"z{n}: &z{n} [{', '.join([f'*z{n - 1}'] * 8)}]" for n in range(1, depth)]
    return "\n".join(lines) + "\n" + text


_OF_TEXT: Sequence[Callable[[str, random.Random], str]] = (
    *[_of_tree(_replace)] * 6, _of_tree(_rename), _of_tree(_drop), _of_tree(_wrap), _of_tree(_double),
    _of_tree(_move), _of_tree(_many), _garble_numbers, _garble_numbers, _garble_line, _garble_line,
    _garble_value, _garble_value, _garble_word, _garble_word, _cut, _laughs,
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
    _flip, _flip, _lose, lambda raw, _: raw + b"\x00" * 512,
    lambda raw, _: raw.decode("utf-8", "replace").encode("utf-16", "surrogatepass"),
    lambda raw, _: b"\xef\xbb\xbf" + raw, lambda raw, _: raw.replace(b"\n", b"\r"), lambda raw, _: b"",
    lambda raw, _: raw + raw,
)  # fmt: skip
