"""How much of one mail is looked at; what is beyond is as if it were not there.

May import: nothing. Called by: netwatch.mailbox.
"""

from __future__ import annotations

MOST_OCTETS = 2 << 20
"""Of a whole mail. The words of an answer stand before its pictures, a report's before the mail it returns."""
MOST_HEAD_OCTETS = 256 << 10
"""Of the headers of one part; mail servers themselves seldom let more than 100 KB pass."""
MOST_HEADERS = 1_000
MOST_HEADER = 16_384
"""Characters of one header, unfolded."""
MOST_DEPTH = 10
MOST_PARTS = 100
MOST_TEXT_OCTETS = 256 << 10
"""Of one part's text, as it travels."""
MOST_LINES = 4_000
"""Lines of text in which words, quotes and tags are looked for."""
MOST_LINE = 2_000
"""Characters of one line."""
MOST_IDS = 50
"""Message ids, tags or addresses of one kind; RFC 5322 asks for a References of at most 998 characters a line."""
MOST_ADDRESS = 320
MOST_WORDS = 300
"""Characters of what a person wrote that travel on."""
MOST_REPORTED = 100
"""Recipients in one report."""
MOST_DIAGNOSTIC = 500
