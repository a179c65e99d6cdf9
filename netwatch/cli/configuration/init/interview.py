"""The five questions in their order, each with its trial.

May import: the other files of this folder, netwatch.discovery. Called by: netwatch.cli.configuration.init.command.
"""

from __future__ import annotations

from typing import get_args

from netwatch.cli.configuration.init.answers import (
    Answers,
    Login,
    Target,
    Unfit,
    checked_login,
    read_listen,
    read_mailbox,
    read_relay,
    read_target,
    read_url,
    relay_of,
)
from netwatch.cli.configuration.init.asking import Asker
from netwatch.cli.configuration.init.trials import Verdict, try_login, try_mail, try_page, try_target
from netwatch.discovery import FirstLook, free_name
from netwatch.model import AuthProtocol, PrivacyProtocol, is_loopback
from netwatch.notify import Phase, RelayDiagnosis, RelaySettings
from netwatch.web import parse_listen

NONE = "none"
USUAL_LISTEN = "127.0.0.1:10916"
IMPLICIT_TLS, SUBMISSION = 465, 587


class Interview:
    """Asks, tries, and keeps what stood."""

    def __init__(self, asker: Asker) -> None:
        self._asker = asker
        self._target: Target | None = None
        self._name = self._own_address = ""
        self._to = self._sender = ""
        self._login = Login()
        self._relay = RelaySettings(host="localhost")

    def held(self) -> Answers:
        """Return the answers to all five."""
        say = self._asker.say
        say("1. Which device is to be watched first?")
        self._target = self._asker.settled(self._ask_target, try_target)
        say("2. How is it asked?")
        target, _ = self._asker.settled(self._ask_login, self._try_login)
        say("3. Who is mailed when something breaks?")
        self._to = self._asker.settled(self._ask_to, lambda to: (True, f"{to} is mailed with the next answer."))
        say("4. Through which mail server?")
        self._asker.settled(self._ask_relay, self._try_relay)
        say("5. Where is the status page?")
        listen = self._asker.settled(self._ask_listen, try_page)
        url = self._asker.settled(lambda: self._ask_url(listen), lambda url: (True, f"mails link to {url}"))
        return Answers(
            target=target, name=self._name or target.address, login=self._login, to=self._to, sender=self._sender,
            relay=self._relay, listen=listen, url=url,
        )  # fmt: skip

    def _ask_listen(self) -> str:
        return read_listen(
            self._asker.text("listen", "Address and port; :10916 for all of this machine", USUAL_LISTEN)
        )

    def _ask_url(self, listen: str) -> str:
        where = parse_listen(listen)
        host = where.host if where.host not in ("", "0.0.0.0", "::") else self._own_address or "localhost"  # noqa: S104
        usual = f"http://{f'[{host}]' if ':' in host else host}:{where.port}/"
        return read_url(self._asker.text("url", "How people reach it, for the links in mails", usual))

    def _ask_target(self) -> Target:
        return read_target(self._asker.text("device", "Its address or name, [:PORT] behind it where that is not 161"))

    def _ask_login(self) -> tuple[Target, Login]:
        target, self._target = self._target or self._ask_target(), None
        user = self._asker.text(
            "user", "User of SNMP version 3; Enter to be asked for a community (2c, 1)", optional=True
        )
        return target, checked_login(self._user(user) if user else self._community())

    def _community(self) -> Login:
        return Login(secrets={"community": self._asker.secret("community", "Community")})

    def _user(self, user: str) -> Login:
        secrets = {}
        signed = self._protocol("auth-protocol", "Signed with", get_args(AuthProtocol), "SHA-256")
        encrypted = ""
        if signed:
            secrets["auth_passphrase"] = self._asker.secret("auth-passphrase", "Passphrase for signing")
            encrypted = self._protocol("privacy-protocol", "Encrypted with", get_args(PrivacyProtocol), "AES")
        if encrypted:
            secrets["privacy_passphrase"] = self._asker.secret("privacy-passphrase", "Passphrase for encrypting")
        return Login(version="3", user=user, protocols=(signed, encrypted), secrets=secrets)

    def _protocol(self, option: str, question: str, known: tuple[str, ...], usual: str) -> str:
        said = self._asker.text(option, f"{question} ({', '.join(known)} or {NONE})", usual)
        found = next((one for one in (*known, NONE) if one.lower() == said.lower()), None)
        if found is None:
            raise Unfit(f"{said!r} is none of {', '.join(known)}, {NONE}")
        return "" if found == NONE else found

    def _try_login(self, asked: tuple[Target, Login]) -> Verdict:
        def told(look: FirstLook, login: Login) -> None:
            self._own_address, self._login = look.own_address, login
            self._name = free_name(look.host) if look.host.sys_name else ""

        return try_login(*asked, told)

    def _ask_to(self) -> str:
        return read_mailbox(self._asker.text("to", "Mail address"))

    def _ask_relay(self) -> tuple[RelaySettings, bool]:
        """Return the relay, and whether its TLS was named and not found out."""
        user, host, port = read_relay(
            self._asker.text("relay", "[USER@]HOST[:PORT], with USER where it wants a login")
        )
        password = self._asker.secret("relay-password", f"Password of {user}") if user else ""
        usual = f"NetWatch <netwatch@{self._to.rpartition('@')[2].rstrip('>')}>"
        self._sender = read_mailbox(self._asker.text("from", "Its mails come from", usual))
        tls = self._asker.text("tls", "", optional=True) if self._asker.was_given("tls") else ""
        port = port or (SUBMISSION if user else 25)
        first = tls or ("implicit" if port == IMPLICIT_TLS else "starttls")
        return relay_of(host, port, first, user, password), bool(tls)

    def _try_relay(self, asked: tuple[RelaySettings, bool]) -> Verdict:
        """Try a relay; one that cannot do TLS is taken without, where no password is sent over a network."""
        self._relay, is_pinned = asked
        diagnosis, words = try_mail(self._relay, self._sender, self._to)
        may_be_open = self._relay.username is None or is_loopback(self._relay.host)
        if (
            self._relay.tls == "starttls"
            and may_be_open
            and not is_pinned
            and _failed_at(diagnosis) is Phase.STARTTLS
        ):
            why = diagnosis.steps[-1].text
            self._relay = self._relay.model_copy(update={"tls": "none"})
            diagnosis, words = try_mail(self._relay, self._sender, self._to, why)
        return diagnosis.accepted, words


def _failed_at(diagnosis: RelayDiagnosis) -> Phase | None:
    return None if diagnosis.accepted or not diagnosis.steps else diagnosis.steps[-1].phase
