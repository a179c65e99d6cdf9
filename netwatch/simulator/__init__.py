"""Fake devices and fake mail servers, for the demo and tests.

A `SimulatedDevice` holds system, interfaces, processors, disks or a recording, and misbehaves on cue; a
`SimulatedNetwork` lets several answer SNMP through pysnmp, in the caller's loop or in a thread; `demo_story()` is
what happens to them in `netwatch demo`. `SmtpSink` takes mail and keeps it; `RoughServer` misbehaves at any step of
SMTP; `self_signed` makes their certificates. `MailboxServer` is a mailbox on IMAP, `Answering` which mail a person
answers, `answer_to` what is put there.
"""

from typing import TYPE_CHECKING

from netwatch.door import lazy_door

if TYPE_CHECKING:
    from netwatch.simulator.certificate import ServerCertificate, self_signed
    from netwatch.simulator.device import Manners, SimulatedDevice
    from netwatch.simulator.host import Host, Storage
    from netwatch.simulator.interfaces import Interface, Port
    from netwatch.simulator.listener import close_listener
    from netwatch.simulator.mail import ReceivedMail, SmtpSink
    from netwatch.simulator.mailbox import MailboxServer
    from netwatch.simulator.network import SimulatedNetwork
    from netwatch.simulator.person import Answering, answer_to
    from netwatch.simulator.recording import Recording, parse_recording, read_recording
    from netwatch.simulator.rough_server import DROP, HANG, Act, Login, RoughMail, RoughServer, Step, reply
    from netwatch.simulator.story import Expectation, Story, StoryStep, demo_story, send_traps_to
    from netwatch.simulator.verdict import unmet
else:
    __getattr__, __dir__ = lazy_door(__name__)

__all__ = [
    "SimulatedDevice", "SimulatedNetwork", "Manners", "Port", "Interface", "Host", "Storage",
    "Recording", "parse_recording", "read_recording",
    "demo_story", "send_traps_to", "Story", "StoryStep", "Expectation", "unmet",
    "SmtpSink", "ReceivedMail", "MailboxServer", "Answering", "answer_to",
    "RoughServer", "RoughMail", "Login", "Step", "Act", "reply", "HANG", "DROP",
    "ServerCertificate", "self_signed", "close_listener",
]  # fmt: skip
