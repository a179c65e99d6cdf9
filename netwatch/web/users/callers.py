"""Who a request is from, kept where all that answers it can see it.

May import: netwatch.web.users. Called by: access, which sets it; pages and actions, which look.
"""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass, field
from enum import StrEnum

from netwatch.web.users.roles import Role


class Way(StrEnum):
    """By what somebody was known."""

    SESSION = "session"
    PASSWORD = "password"  # noqa: S105 # the name of a way
    TOKEN = "token"  # noqa: S105
    PROXY = "proxy"
    LOCAL = "local"
    """The command line on this machine, which reads the agent's database."""

    @property
    def is_ambient(self) -> bool:
        """Return whether a browser says it with every request, whoever's page had it sent."""
        return self in (Way.SESSION, Way.PROXY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who asks. form_token: what a form of ours must carry to be taken, empty where none is needed."""

    name: str
    role: Role
    way: Way
    form_token: str = field(default="", repr=False)


CALLER: ContextVar[Caller | None] = ContextVar("netwatch_caller", default=None)
"""Who the request that is answered now is from; None for nobody known, and where there are no users."""
LOGINS: ContextVar[bool] = ContextVar("netwatch_logins", default=False)
"""Whether people sign in at the server that answers."""
FORM_TOKEN: ContextVar[str] = ContextVar("netwatch_form_token", default="")
"""What the form of the sign-in page carries, before there is a caller."""


def caller_or(by: str) -> str:
    """Return the name of who asks, whatever he says it is; `by` where nobody is known, or only a command line."""
    caller = CALLER.get()
    if caller is None or (caller.way is Way.LOCAL and by):
        return by
    return caller.name


def may(needed: Role) -> bool:
    """Return whether who asks may do what needs a role; everybody may where there are no users."""
    caller = CALLER.get()
    return not LOGINS.get() if caller is None else caller.role.may(needed)
