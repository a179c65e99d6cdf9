"""Fake devices and fake mail servers, for the demo and tests.

`SmtpSink` takes mail and keeps it; `RoughServer` misbehaves at any step of SMTP on cue; `self_signed` makes
their certificates.
"""

from netwatch.simulator.certificate import ServerCertificate, self_signed
from netwatch.simulator.mail import ReceivedMail, SmtpSink
from netwatch.simulator.rough_server import DROP, HANG, Act, Login, RoughMail, RoughServer, Step, reply

__all__ = [
    "SmtpSink", "ReceivedMail",
    "RoughServer", "RoughMail", "Login", "Step", "Act", "reply", "HANG", "DROP",
    "ServerCertificate", "self_signed",
]  # fmt: skip
