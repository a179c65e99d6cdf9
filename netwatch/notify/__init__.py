"""Composes the message, keeps the retry timetable, speaks SMTP and HTTP.

`Mailer` turns a notification into outbox entries for the engine to commit; `Notifier` sends the mails among them,
`TrapSender` the traps and informs for other SNMP managers, through the transport it is given, `WebSender` what is
posted to webhooks and Alertmanagers. All send from the store by way of `DeadLetters`, which tells somebody else of
what could not be delivered. `test_mail` walks through every relay and tells what it saw.

Files are named by what they are of: mail_ writes mails and smtp_ sends them, trap_ is for SNMP managers, web_ for
whatever is asked by HTTP. What has no such beginning is for several: facts, words, links, guard and wanted are what
is said; pacing and digest, how much of it at once; attempts, timetable, carrier, loops and dead_letters, what every
way of sending has in common.
"""

from typing import TYPE_CHECKING

from netwatch.door import lazy_door

if TYPE_CHECKING:
    from netwatch.notify.carrier import Outbox
    from netwatch.notify.dead_letters import DeadLetters
    from netwatch.notify.links import LinkMaker
    from netwatch.notify.mail_compose import compose
    from netwatch.notify.mail_daily import Daily, compose_daily
    from netwatch.notify.mail_letter import Letterhead
    from netwatch.notify.mail_sandbox import PARTS
    from netwatch.notify.mail_story import incident_subject
    from netwatch.notify.mail_templates import Wording, load_wordings, template_problems
    from netwatch.notify.mailer import Mailer
    from netwatch.notify.settings import (
        EmailSettings,
        MailTemplateSettings,
        ReceiverSettings,
        RelaySettings,
        SmtpSettings,
        TrapReceiverSettings,
    )
    from netwatch.notify.smtp_diagnosis import RelayDiagnosis, test_mail
    from netwatch.notify.smtp_relays import Pace
    from netwatch.notify.smtp_replies import Phase
    from netwatch.notify.smtp_sender import Notifier
    from netwatch.notify.trap_sender import TrapPace, TrapSender, TrapTransport
    from netwatch.notify.web_ping import Ping
    from netwatch.notify.web_sender import WebPace, WebSender
else:
    __getattr__, __dir__ = lazy_door(__name__)

__all__ = [
    "EmailSettings", "MailTemplateSettings", "ReceiverSettings", "RelaySettings", "SmtpSettings",
    "TrapReceiverSettings",
    "Mailer", "LinkMaker", "Letterhead", "PARTS", "Wording", "load_wordings", "template_problems",
    "compose", "incident_subject",
    "DeadLetters", "Notifier", "Outbox", "Pace", "Ping", "Daily", "compose_daily",
    "TrapSender", "TrapPace", "TrapTransport", "WebPace", "WebSender",
    "RelayDiagnosis", "Phase", "test_mail",
]  # fmt: skip
