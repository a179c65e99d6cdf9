"""What one part of the configuration says of another: names that must exist, times that must fit.

Works on the plain tree, so that every error is found at once, whatever else is wrong.

May import: netwatch.model. Called by: loading.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from itertools import chain, product
from pathlib import Path
from typing import Any

from netwatch.alerts.settings import DEFAULT_REPEAT_INTERVAL
from netwatch.config.discovery_checks import discovery_checks
from netwatch.config.fallback_checks import fallback_checks
from netwatch.config.parts import duplicates, names_of, routes_of, unknown
from netwatch.config.reach_checks import reach_checks
from netwatch.config.rule_paths import has_wildcard, rule_files
from netwatch.config.settings import Settings
from netwatch.config.stage_checks import stage_checks
from netwatch.config.tree import EACH, found, text_of, texts
from netwatch.model import (
    BUILTIN,
    KeyPath,
    Problem,
    YamlFile,
    format_duration,
    is_folder,
    is_there,
    parse_duration,
    refuse_what_is_no_file,
)
from netwatch.notify import DEFAULT_EXPIRES_AFTER

Tree = Mapping[str, Any]

OWN_FILES: tuple[tuple[object, ...], ...] = (
    ("web", "config_file"),
    ("web", "scrape_config_file"),
    ("smtp", "relays", EACH, "ca_file"),
    ("mailbox", "ca_file"),
    ("receivers", EACH, "webhook", "ca_file"),
    ("receivers", EACH, "alertmanager", "ca_file"),
    ("receivers", EACH, "email", "templates", EACH),
)
"""Where files are named that rooms open themselves: certificates to trust, templates of mails."""
MOST_OWN_BYTES = 16 * 2**20


def cross_checks(file: YamlFile, tree: Tree, base: Path) -> Iterator[Problem]:
    """Yield every problem between the parts of a configuration."""
    yield from _devices(file, tree)
    yield from reach_checks(file, tree)
    yield from discovery_checks(file, tree)
    yield from _credentials(file, tree)
    yield from _dependencies(file, tree)
    yield from _receivers(file, tree)
    yield from fallback_checks(file, tree)
    yield from stage_checks(file, tree)
    yield from _mail(file, tree)
    yield from _page(file, tree)
    yield from _expiries(file, tree)
    yield from _heartbeat(file, tree)
    yield from _times(file, tree)
    yield from _files(file, tree, base)


def _devices(file: YamlFile, tree: Tree) -> Iterator[Problem]:
    yield from duplicates(file, tree, "devices")
    if not tree.get("devices"):
        yield file.problem(("devices",), "there is nothing to watch yet", severity="warning")
    if tree.get("defaults") and isinstance(tree["defaults"], dict) and tree["defaults"].get("credential"):
        return
    reachability = tree.get("reachability")
    usual = reachability.get("methods") if isinstance(reachability, dict) else None
    for path, device in found(tree, "devices", EACH):
        if isinstance(device, dict) and not device.get("credential") and device.get("methods", usual) != ["ping"]:
            yield file.problem(
                path,
                "names no credential, and defaults.credential is not set; a device without SNMP has methods: [ping]",
            )


def _credentials(file: YamlFile, tree: Tree) -> Iterator[Problem]:
    known = {str(path[-1]): value for path, value in found(tree, "credentials", EACH)}
    for pattern in _CREDENTIAL_PLACES:
        for path, name in texts(tree, *pattern):
            if name not in known:
                yield unknown(file, path, "credential", name, known)
            elif path[0] == "traps" and not _is_user(known[name]):
                yield file.problem(path, f"the credential {name!r} is no v3 user; communities have their own list")
            elif path[0] == "discovery" and name in _writing(tree):
                said = f"the credential {name!r} is what devices are written with; discovery tries none of those"
                yield file.problem(path, said)
            elif path[0] == "receivers" and _is_version_1(known[name]):
                yield file.problem(path, f"the credential {name!r} is of version 1; traps are sent with 2c or 3")


_CREDENTIAL_PLACES: tuple[tuple[object, ...], ...] = (
    ("defaults", "credential"),
    ("defaults", "write_credential"),
    ("devices", EACH, "credential"),
    ("devices", EACH, "write_credential"),
    ("discovery", "credentials", EACH),
    ("receivers", EACH, "trap", "credential"),
    ("traps", "users", EACH),
)


def _writing(tree: Tree) -> set[str]:
    """Return the names of the credentials that devices are written with."""
    places = (("defaults", "write_credential"), ("devices", EACH, "write_credential"))
    return {name for pattern in places for _, name in texts(tree, *pattern)}


def _is_user(credential: Any) -> bool:
    return isinstance(credential, dict) and credential.get("version") in (3, "3", "v3")


def _is_version_1(credential: Any) -> bool:
    return isinstance(credential, dict) and credential.get("version") in (1, "1", "v1")


def _dependencies(file: YamlFile, tree: Tree) -> Iterator[Problem]:
    known = names_of(tree, "devices")
    parents: dict[str, list[tuple[str, KeyPath]]] = {}
    for path, parent in texts(tree, "devices", EACH, "depends_on", EACH):
        child = text_of(tree["devices"][path[1]], "name")
        if parent not in known:
            yield unknown(file, path, "device", parent, known)
        elif child is not None:
            parents.setdefault(child, []).append((parent, path))
    for circle in _circles(parents):
        names = [name for name, _ in circle]
        yield file.problem(circle[-1][1], f"goes in a circle: {' -> '.join([names[-1], *names])}")


def _circles(parents: Mapping[str, list[tuple[str, KeyPath]]]) -> Iterator[list[tuple[str, KeyPath]]]:
    """Yield each circle once, as the steps that lead through it; without recursion, chains may be long."""
    done: set[str] = set()
    for start in parents:
        way: list[tuple[str, KeyPath]] = []
        on_way = {start: 0}
        stack = [(start, iter(parents.get(start, ())))] if start not in done else []
        while stack:
            name, steps = stack[-1]
            step = next(steps, None)
            if step is None:
                done.add(name)
                stack.pop()
                on_way.pop(name)
                if way:
                    way.pop()
            elif step[0] in on_way:
                yield [*way[on_way[step[0]] :], step]
            elif step[0] not in done:
                way.append(step)
                on_way[step[0]] = len(way)
                stack.append((step[0], iter(parents.get(step[0], ()))))


def _receivers(file: YamlFile, tree: Tree) -> Iterator[Problem]:
    yield from duplicates(file, tree, "receivers")
    known, used = names_of(tree, "receivers"), set()
    for path, node in routes_of(tree):
        name = text_of(node, "receiver")
        used.add(name)
        used.update(name for _, name in texts(node, "fallback", EACH))
        for at, further in texts(node, "escalate", EACH, "receiver"):
            used.add(further)
            if further not in known:
                yield unknown(file, (*path, *at), "receiver", further, known)
        if name is not None and name not in known:
            yield unknown(file, (*path, "receiver"), "receiver", name, known)
        if path == ("route",) and known and not node.get("receiver"):
            yield file.problem(path, "needs a receiver: who is told when no other route wants an alert")
        if path == ("route",) and (node.get("match") or node.get("matchers")):
            yield file.problem(path, "takes every alert; match and matchers belong to the entries of routes")
    if not tree.get("receivers"):
        yield file.problem(("receivers",), "nobody is mailed: there are no receivers", severity="warning")
    for name, path in known.items():
        if name not in used:
            yield file.problem(path, f"no route leads to {name!r}", severity="warning")


def _mail(file: YamlFile, tree: Tree) -> Iterator[Problem]:
    if tree.get("mail_probe") is not None and not tree.get("mailbox"):
        yield file.problem(("mail_probe",), "needs a mailbox: that is where its mails are to arrive")
    yield from _reports(file, tree)
    smtp = tree.get("smtp") if isinstance(tree.get("smtp"), dict) else {}
    mailed = any(value for _, value in found(tree, "receivers", EACH, "email"))
    mailed = mailed or bool(smtp and smtp.get("fallback_to"))
    mailed = mailed or any("@" in text for _, node in routes_of(tree) for _, text in texts(node, "fallback", EACH))
    if not mailed or smtp is None:
        return
    if not smtp.get("relays"):
        yield file.problem(("smtp", "relays"), "no mail could ever leave: receivers need at least one relay")
    if not smtp.get("from"):
        yield file.problem(("smtp", "from"), "is not set; many servers refuse netwatch@localhost", severity="warning")


def _reports(file: YamlFile, tree: Tree) -> Iterator[Problem]:
    """Warn of reports that are asked for and that nobody reads."""
    if tree.get("mailbox"):
        return
    for place, key in product((("smtp",), ("receivers", EACH, "email")), ("notify_success", "notify_read")):
        for path, asked in found(tree, *place, key):
            if asked is True:
                said = "nobody reads the reports: there is no mailbox that they arrive in"
                yield file.problem(path, said, severity="warning")


def _page(file: YamlFile, tree: Tree) -> Iterator[Problem]:
    """Hint at what mails cannot link to; said once, since everything works without it."""
    if not any(value for _, value in found(tree, "receivers", EACH, "email")):
        return
    web = tree.get("web")
    if not (isinstance(web, dict) and web.get("external_url")):
        message = (
            "external_url is not set, so mails have no links to look, acknowledge or silence; set it to where people "
            "reach the page, such as https://netwatch.example.net/"
        )
        yield file.problem(("web",), message, severity="warning")


def _expiries(file: YamlFile, tree: Tree) -> Iterator[Problem]:
    """Warn where another Alertmanager would end what fires before it hears of it again."""
    peers = {
        text_of(tree["receivers"][path[1]], "name"): _duration(part, "expires_after") or DEFAULT_EXPIRES_AFTER
        for path, part in found(tree, "receivers", EACH, "alertmanager")
    }
    for path, receiver, repeat in _repeats(tree.get("route"), ("route",), None, DEFAULT_REPEAT_INTERVAL):
        if receiver is not None and receiver in peers and peers[receiver] < 2 * repeat:
            message = (
                f"repeats every {format_duration(repeat)}, but the Alertmanagers of {receiver!r} forget an alert "
                f"after {format_duration(peers[receiver])}: set their expires_after to twice that or more"
            )
            yield file.problem(path, message, severity="warning")


def _repeats(
    node: Any, path: KeyPath, receiver: str | None, repeat: timedelta
) -> Iterator[tuple[KeyPath, str | None, timedelta]]:
    """Yield every node of the routing tree with its receiver and repeat_interval, inherited or its own."""
    if not isinstance(node, dict):
        return
    own = text_of(node, "receiver") or receiver, _duration(node, "repeat_interval") or repeat
    yield path, *own
    for at, child in found(node, "routes", EACH, path=path):
        yield from _repeats(child, at, *own)


def _heartbeat(file: YamlFile, tree: Tree) -> Iterator[Problem]:
    mailed = {name: receiver.get("email") for _, receiver in found(tree, "receivers", EACH)
              if (name := text_of(receiver, "name")) is not None}  # fmt: skip
    wanted = (("heartbeat", "daily_mail", "receiver"), ("history", "weekly_report", "receiver"))
    for path, name in chain.from_iterable(texts(tree, *place) for place in wanted):
        if name not in mailed:
            yield unknown(file, path, "receiver", name, mailed)
        elif not mailed[name]:
            yield file.problem(path, f"the receiver {name!r} has no email")


def _duration(part: Any, key: str) -> timedelta | None:
    text = part.get(key) if isinstance(part, dict) else None
    try:
        return parse_duration(text) if isinstance(text, str) else None
    except ValueError:
        return None


def _times(file: YamlFile, tree: Tree) -> Iterator[Problem]:
    polling = tree.get("polling")
    usual = {key: _duration(polling, key) or _DEFAULT_TIMES[key] for key in _DEFAULT_TIMES}
    usual_tries = _tries(polling, Settings().polling.retries + 1)
    yield from _times_of(file, ("polling",), polling, usual, usual_tries)
    for path, device in found(tree, "devices", EACH):
        yield from _times_of(file, path, device, usual, _tries(device, usual_tries))


def _tries(part: Any, usual: int) -> int:
    retries = part.get("retries") if isinstance(part, dict) else None
    return retries + 1 if isinstance(retries, int) and retries >= 0 else usual


_DEFAULT_TIMES: Mapping[str, timedelta] = {
    key: getattr(Settings().polling, key) for key in ("interval", "reachability_interval", "timeout")
}


def _times_of(
    file: YamlFile, path: KeyPath, part: Any, usual: Mapping[str, timedelta], tries: int
) -> Iterator[Problem]:
    """Hold the times of one device together; a part that sets none has nothing to answer for."""
    own = {key: value for key in usual if (value := _duration(part, key))}
    times = {**usual, **own}
    pairs = (
        ("reachability_interval", "interval", times["reachability_interval"] > times["interval"], "at most"),
        ("timeout", "reachability_interval", times["timeout"] >= times["reachability_interval"], "less than"),
        ("timeout", "interval", times["timeout"] >= times["interval"], "less than"),
    )
    for short, long, wrong, words in pairs:
        if wrong and (short in own or long in own):
            at = (*path, short if short in own else long)
            yield file.problem(at, f"{short} ({format_duration(times[short])}) must be {words} {long} "
                                   f"({format_duration(times[long])})")  # fmt: skip
            return
    yield from _silence_of(file, path, own, times, tries)


def _silence_of(
    file: YamlFile, path: KeyPath, own: Mapping[str, timedelta], times: Mapping[str, timedelta], tries: int
) -> Iterator[Problem]:
    """Warn where a dead device is known later than people will read out of reachability_interval."""
    key = next((key for key in ("timeout", "reachability_interval") if key in own), None)
    if key is not None and times["timeout"] * tries > times["reachability_interval"]:
        at = (*path, key)
        timeout, interval = (format_duration(times[name]) for name in ("timeout", "reachability_interval"))
        said = (
            f"a device counts as down after {tries} x {timeout} without an answer, which is longer than "
            f"reachability_interval ({interval})"
        )
        yield file.problem(at, said, severity="warning")


def _files(file: YamlFile, tree: Tree, base: Path) -> Iterator[Problem]:
    wanted = [text for _, text in texts(tree, "rules", "paths", EACH)]
    for path, text in texts(tree, "rules", "paths", EACH):
        if text != BUILTIN and not (files := rule_files(text, base)):
            said = f"no file matches {base / text}"
            if not any(rule_files(one, base) for one in wanted):
                said += "; the rules that come with NetWatch are used instead"
            yield file.problem(path, said, severity="warning")
        elif text != BUILTIN and not has_wildcard(text) and not is_there(files[0]):
            yield file.problem(path, f"no such file: {base / text}")
    for pattern in (("profiles", "paths", EACH), ("traps", "profiles", EACH), *OWN_FILES):
        for path, text in texts(tree, *pattern):
            if not is_there(base / text):
                yield file.problem(path, f"no such file or directory: {base / text}")
                continue
            try:
                if pattern in OWN_FILES:
                    refuse_what_is_no_file(base / text, MOST_OWN_BYTES)
            except OSError as exc:
                yield file.problem(path, f"cannot be used: {base / text}: {exc.strerror}")
    for path, text in texts(tree, "mibs", "paths", EACH):
        if not is_folder(base / text):
            yield file.problem(path, f"no such directory: {base / text}", severity="warning")
