"""Composes the message, keeps the retry timetable, speaks SMTP and HTTP.

`Mailer` turns a notification into outbox entries for the engine to commit; `Notifier` sends the mails among them,
`TrapSender` the traps and informs for other SNMP managers, through the transport it is given, `WebSender` what is
posted to webhooks and Alertmanagers. All send from the store by way of `DeadLetters`, which tells somebody else of
what could not be delivered. `test_mail` walks through every relay and tells what it saw.

mail/ writes mails and smtp/ sends them; snmp/ is for SNMP managers, http/ for whatever is asked by HTTP; ledger/ is
what every way of sending has in common. What is said, whatever the way, stands beside them: address, facts, words,
links, guard, curves and wanted. `test_mail` is in diagnosis, since it writes a mail and sends it.
"""

from typing import TYPE_CHECKING

from netwatch.door import lazy_door

if TYPE_CHECKING:
    from netwatch.notify.address import parse_mailbox
    from netwatch.notify.dead_letters import DeadLetters
    from netwatch.notify.diagnosis import RelayDiagnosis, test_mail
    from netwatch.notify.facts import Manner, Place
    from netwatch.notify.heartbeat_settings import HeartbeatSettings
    from netwatch.notify.http.ping import Ping
    from netwatch.notify.http.sender import WebPace, WebSender
    from netwatch.notify.http.settings import DEFAULT_EXPIRES_AFTER
    from netwatch.notify.ledger.carrier import Outbox
    from netwatch.notify.ledger.loops import ended, surviving
    from netwatch.notify.links import Answering, LinkMaker
    from netwatch.notify.mail.compose import compose
    from netwatch.notify.mail.daily import Daily, compose_daily
    from netwatch.notify.mail.last_resort import compose_last_resort
    from netwatch.notify.mail.letter import Letterhead
    from netwatch.notify.mail.reply import REPLY_THREAD, compose_reply
    from netwatch.notify.mail.rewriting import Rewriter
    from netwatch.notify.mail.sandbox import PARTS
    from netwatch.notify.mail.settings import EmailSettings, MailTemplateSettings
    from netwatch.notify.mail.story import incident_subject
    from netwatch.notify.mail.weekly import Availability, FullPort, Weekly, compose_weekly
    from netwatch.notify.mail.wordings import Wording, load_wordings, template_problems
    from netwatch.notify.mailer import Mailer
    from netwatch.notify.probing import ProbeSender
    from netwatch.notify.settings import ReceiverSettings
    from netwatch.notify.smtp.relays import Pace
    from netwatch.notify.smtp.replies import Phase
    from netwatch.notify.smtp.sender import Notifier, Sent
    from netwatch.notify.smtp.settings import RelaySettings, SmtpSettings
    from netwatch.notify.snmp.sender import TrapPace, TrapSender, TrapTransport
    from netwatch.notify.snmp.settings import TrapReceiverSettings
else:
    __getattr__, __dir__ = lazy_door(__name__)

__all__ = [
    "EmailSettings", "MailTemplateSettings", "ReceiverSettings", "RelaySettings", "SmtpSettings",
    "TrapReceiverSettings", "HeartbeatSettings", "DEFAULT_EXPIRES_AFTER",
    "Mailer", "Answering", "LinkMaker", "Letterhead", "PARTS", "Wording", "load_wordings", "template_problems",
    "compose", "compose_reply", "REPLY_THREAD", "incident_subject", "Manner", "Place", "Rewriter",
    "DeadLetters", "Notifier", "Outbox", "Pace", "Ping", "Daily", "compose_daily", "Sent", "compose_last_resort",
    "Availability", "FullPort", "Weekly", "compose_weekly",
    "TrapSender", "TrapPace", "TrapTransport", "WebPace", "WebSender",
    "RelayDiagnosis", "Phase", "test_mail", "ProbeSender", "ended", "surviving", "parse_mailbox",
]  # fmt: skip
