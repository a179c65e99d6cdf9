"""Gets tokens that log in somewhere, by the client credentials grant of OAuth 2.0 (RFC 6749, section 4.4).

What is done with a token stays outside: SMTP logs in with it in notify. Called by whoever has a server that takes
tokens in place of a password, and by notify for the words of a failed HTTP exchange.
"""

from typing import TYPE_CHECKING

from netwatch.door import lazy_door

if TYPE_CHECKING:
    from netwatch.oauth.sasl import login_blob, refusal_words
    from netwatch.oauth.settings import OAuth2Settings
    from netwatch.oauth.tokens import TokenSource
    from netwatch.oauth.words import http_words
else:
    __getattr__, __dir__ = lazy_door(__name__)

__all__ = ["OAuth2Settings", "TokenSource", "http_words", "login_blob", "refusal_words"]
