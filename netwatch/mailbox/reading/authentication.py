"""Reads what a mail server found out about who sent a mail (Authentication-Results, RFC 8601; ARC, RFC 8617).

A quiet room. Anybody can write these headers. Only those of the one server that is named count, and of those only the
ones it put on top: a server that follows RFC 8601, section 5, takes off what came in under its name, and for one that
does not, the topmost header of each method decides. All others are as if they were not there.
May import: netwatch.mailbox.reading.{head, outcome}. Called by: netwatch.mailbox.reading.mail.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass

from netwatch.mailbox.reading.head import Head
from netwatch.mailbox.reading.outcome import Authentication

_COMMENT_OR_TEXT = re.compile(r'"(?:[^"\\]|\\.)*+"|\(|\)|[^"()]+|"')
_IN_COMMENT = re.compile(r'"(?:[^"\\]|\\.)*+"|\\.|\(|\)|[^"()\\]+|["\\]')
"""There a backslash takes its meaning from a parenthesis (RFC 5322, section 3.2.2); outside it is a letter."""
_RESULT = re.compile(r"\s*([A-Za-z][\w-]*)\s*(?:/\s*\d+\s*)?=\s*([A-Za-z]+)")
_PROPERTY = re.compile(r"([A-Za-z][\w.-]{0,60})\s*=\s*(?:\"([^\"]*)\"|([^\s;\"]+))")
_INSTANCE = re.compile(r"\s*i\s*=\s*(\d{1,3})\s*;")
_SEAL_DOMAIN = re.compile(r"(?:^|;)\s*d\s*=\s*([^\s;]{1,255})")
_MOST_LENGTH = 8_000


@dataclass(frozen=True, slots=True)
class Verdict:
    """One method's result: `dkim`, `pass`, {"header.d": "example.net"}."""

    method: str
    result: str
    properties: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What all verdicts come to, for one domain of From."""

    authentication: Authentication
    evidence: str
    submitted_by: str = ""


def judged(head: Head, domain: str, *, authserv_id: str, sealers: Set[str] = frozenset()) -> Judgement:
    """Return whether the domain of From stands behind a mail.

    authserv_id: the server that is trusted; empty trusts none. sealers: domains of forwarders whose ARC seal is
    trusted, for a seal alone says only who sealed, and anybody can seal anything.
    """
    if not authserv_id:
        return Judgement(
            authentication=Authentication.NONE, evidence="no server's authentication results are trusted here"
        )
    verdicts = trusted_verdicts(head, authserv_id)
    if not verdicts:
        return Judgement(authentication=Authentication.NONE, evidence=f"no authentication results of {authserv_id}")
    login = next(
        (one.properties.get("smtp.auth", "") for one in verdicts if (one.method, one.result) == ("auth", "pass")), ""
    )
    if signer := _signed_by(verdicts, domain):
        return Judgement(authentication=Authentication.PASS, evidence=f"dkim=pass for {signer}", submitted_by=login)
    if sealer := _sealed_by(head, verdicts, domain, sealers):
        return Judgement(
            authentication=Authentication.PASS, evidence=f"arc=pass, sealed by {sealer}", submitted_by=login
        )
    said = ", ".join(dict.fromkeys(f"{one.method}={one.result}" for one in verdicts))[:200]
    failed = any(one.method in ("dkim", "dmarc") and one.result in ("fail", "permerror") for one in verdicts)
    return Judgement(
        authentication=Authentication.FAIL if failed else Authentication.NONE,
        evidence=f"no signature of {domain}: {said}",
        submitted_by=login,
    )


def trusted_verdicts(head: Head, authserv_id: str) -> tuple[Verdict, ...]:
    """Return what the server said in the headers it put on top: those between the same two Received headers."""
    found: dict[str, list[Verdict]] = {}
    begun = False
    for name, value in head.fields:
        if name == "received" and begun:
            break
        if name != "authentication-results":
            continue
        server, verdicts = read_results(value)
        if server != authserv_id.lower():
            continue
        begun = True
        if not verdicts:  # `none`, of whatever there is; what stands below under its name is not its own
            break
        new: dict[str, list[Verdict]] = {}
        for verdict in verdicts:
            if verdict.method not in found:
                new.setdefault(verdict.method, []).append(verdict)
        found |= new
    return tuple(verdict for several in found.values() for verdict in several)


def read_results(value: str) -> tuple[str, tuple[Verdict, ...]]:
    """Return who wrote an Authentication-Results header, in lower case, and what it says."""
    first, *others = _statements(_without_comments(value[:_MOST_LENGTH]))
    server = first.split()[0].strip('"').lower() if first.split() else ""
    return server, tuple(verdict for text in others for verdict in _verdict(text))


def _verdict(text: str) -> Iterator[Verdict]:
    result = _RESULT.match(text)
    if result is not None:
        properties = {
            found[1].lower(): found[2] if found[2] is not None else found[3]
            for found in _PROPERTY.finditer(text, result.end())
        }
        yield Verdict(result[1].lower(), result[2].lower(), properties)


def _without_comments(value: str) -> str:
    """Return it without what stands in parentheses, nested ones too; quoted text stays."""
    kept, depth, place = [""][:0], 0, 0
    while found := (_IN_COMMENT if depth else _COMMENT_OR_TEXT).match(value, place):
        piece, place = found[0], found.end()
        if piece == "(":
            depth += 1
        elif piece == ")":
            depth = max(0, depth - 1)
        elif not depth:
            kept.append(piece)
    return " ".join(kept)


def _statements(value: str) -> list[str]:
    """Return what stands between semicolons, but for those in quotes."""
    statements = [""]
    for piece in _COMMENT_OR_TEXT.findall(value):
        if piece.startswith('"'):
            statements[-1] += piece
            continue
        first, *others = piece.split(";")
        statements[-1] += first
        statements += others
    return statements


def _signed_by(verdicts: Sequence[Verdict], domain: str) -> str:
    """Return the domain of a DKIM signature that held and stands for From's domain, empty without one."""
    demands = any(
        one.method == "dmarc" and one.result == "pass" and _plain(one.properties.get("header.from", "")) == domain
        for one in verdicts
    )
    for one in verdicts:
        signer = _plain(one.properties.get("header.d") or one.properties.get("header.i", "").rpartition("@")[2])
        if one.method == "dkim" and one.result == "pass" and stands_for(signer, domain, below=demands):
            return signer
    return ""


def stands_for(signer: str, domain: str, *, below: bool = False) -> bool:
    """Return whether a signature of this domain is one of From's domain: it is that, or a parent of it.

    below: also a subdomain of it, which DMARC's relaxed alignment allows. Only with a DMARC pass for From: whether
    the owner of a subdomain is the owner of the domain is told by a list of public suffixes, which the server has.
    """
    if not signer or not domain:
        return False
    return (
        signer == domain
        or ("." in signer and domain.endswith(f".{signer}"))
        or (below and signer.endswith(f".{domain}"))
    )


def _plain(domain: str) -> str:
    return domain.strip().strip('"<>').rstrip(".").lower()


def _sealed_by(head: Head, verdicts: Sequence[Verdict], domain: str, sealers: Set[str]) -> str:
    """Return the trusted forwarder that saw a signature of From's domain hold, empty without one.

    The chain itself is held to by the server (`arc=pass`); what its last link says is believed if the sealer is.
    """
    if not any((one.method, one.result) == ("arc", "pass") for one in verdicts):
        return ""
    seals = [(int(found[1]), value) for value in head.every("arc-seal") if (found := _INSTANCE.match(value))]
    last, seal = max(seals, default=(0, ""))
    sealer = _SEAL_DOMAIN.search(seal)
    name = _plain(sealer[1]) if sealer else ""
    if name not in sealers:
        return ""
    for value in head.every("arc-authentication-results"):
        instance = _INSTANCE.match(value)
        if instance and int(instance[1]) == last:
            _, said = read_results(value[instance.end() :])
            return name if _signed_by(said, domain) else ""
    return ""
