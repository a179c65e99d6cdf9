"""What somebody may: look, act on alerts, or change NetWatch itself.

A quiet room. May import: nothing. Called by: netwatch.web.users.
"""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """Each may all that those before it may."""

    VIEWER = "viewer"
    OPERATOR = "operator"
    ADMIN = "admin"

    def may(self, needed: Role) -> bool:
        """Return whether this is enough where `needed` is asked for."""
        return _ORDER[self] >= _ORDER[needed]


def role_of(text: object) -> Role | None:
    """Return the role that is called so, None where none is."""
    return next((role for role in Role if role == text), None)


_ORDER = {role: place for place, role in enumerate(Role)}
ROLES = ", ".join(Role)
