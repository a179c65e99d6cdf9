"""A person at a terminal, a mail server, and an agent to be asked."""

from tests.terminal import at_terminal, post, post_with_login

__all__ = ["at_terminal", "post", "post_with_login"]
