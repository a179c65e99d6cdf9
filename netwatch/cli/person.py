"""Who sits at the command line: stands in the event log beside what was done.

May import: nothing of ours. Called by: the commands that change something.
"""

from __future__ import annotations

import os
import pwd


def person() -> str:
    """Return who runs this, from the system and not from the environment; sudo's word is added, not believed."""
    try:
        user = pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        user = f"user {os.getuid()}"
    behind = os.environ.get("SUDO_USER")
    return f"{user} (sudo by {behind[:64]})" if behind else user
