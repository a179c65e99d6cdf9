"""Where a mail leads: the page, and what its reader may do with a click and a confirmation.

Nothing happens when a link is opened: mail programs and virus scanners open every link they see. The page asks.
A quiet room.
May import: netwatch.model.
Called by: netwatch.notify.{facts, mailer, http.{compose_alertmanager, compose_webhook}, mail.*}.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, Protocol
from urllib.parse import quote, urlencode

from netwatch.model import Alert

GOOD_FOR = timedelta(days=7)
_LONGEST_LOCAL_PART = 64
"""RFC 5321, section 4.5.3.1.1."""


class LinkMaker(Protocol):
    """Signs what the reader of a mail may do, and until when."""

    def sign(self, action: Literal["ack", "silence"], thread_id: str, recipient: str, expires_at: datetime) -> str:
        """Return a token that can stand in a URL; ValueError where it would be too long for one."""


class TagMaker(Protocol):
    """Signs what an answer to a mail may do."""

    def tag(self, entry_id: str) -> str:
        """Return the tag of an outbox row, empty where there can be none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answering:
    """Where answers to our mails arrive, and who signs what they may do.

    address: of the mailbox. plus: whether `name+anything@` arrives there too, so that the address carries the tag.
    """

    address: str
    tags: TagMaker
    plus: bool = False

    def reply_to(self, tag: str) -> str:
        """Return the address that a mail with this tag is answered to."""
        name, _, domain = self.address.rpartition("@")
        fits = self.plus and tag and len(name) + 1 + len(tag) <= _LONGEST_LOCAL_PART
        return f"{name}+{tag}@{domain}" if fits else self.address


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """What leads where; empty where the page has no address of its own, or there is nothing to do.

    answer: the tag by which an answer to the mail is known; empty where nobody reads answers.
    """

    page: str = ""
    acknowledge: str = ""
    silence: str = ""
    answer: str = ""

    @classmethod
    def for_recipient(
        cls, page: str, maker: LinkMaker | None, *, thread_id: str, recipient: str, now: datetime
    ) -> Links:
        """Return the links of one recipient's mail about an incident that is not over."""
        if not page or maker is None:
            return cls(page=page)
        base, ends = page.rstrip("/"), now + GOOD_FOR
        try:
            return cls(
                page=page,
                acknowledge=f"{base}/act/{maker.sign('ack', thread_id, recipient, ends)}",
                silence=f"{base}/act/{maker.sign('silence', thread_id, recipient, ends)}",
            )
        except ValueError:  # a mail without a shortcut is better than none
            return cls(page=page)


def device_page(page: str, device: str) -> str:
    """Return where the device is shown, empty where the page has no address."""
    return f"{page.rstrip('/')}/devices/{_quoted(device)}" if page and device else ""


def explanation(page: str, alert: Alert) -> str:
    """Return where the page says why there is this alert, empty where the page has no address."""
    if not page:
        return ""
    asked = {"rule": alert.key.rule, "device": alert.key.device, "instance": alert.key.instance}
    return f"{page.rstrip('/')}/explain?" + urlencode(asked, errors="replace", quote_via=quote)


def _quoted(text: str) -> str:
    return quote(text, safe="", errors="replace")
