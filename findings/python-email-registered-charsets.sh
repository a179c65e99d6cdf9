#!/bin/bash
# Python 3.11 (3.12 and 3.13 alike; email, encodings): mails in registered charsets that cannot be read, and every name of a charset kept for ever.
#
# Expected: iso-8859-8-i (RFC 1556, how Hebrew mail is labelled) is iso-8859-8 as far as letters go; unknown-8bit (RFC 1428) is what gateways
# write where nothing is known. Both are registered with IANA, and programs send both. A reader of mail shows such text as well as it can,
# as it does with any octet that fits no charset (get_content() has errors="replace" by itself).
# Seen: get_content() of a plain text part in either raises LookupError; so does one whose charset nobody knows. errors="replace" does not
# help: it is for letters. And what codecs.lookup() was asked in vain it remembers: encodings._cache has an entry more for each name.
#
# For a program that reads the mail of strangers: catch LookupError beside UnicodeError; better, look names up in a table of one's own. The name
# comes from the sender, so each of his mails can make the process a little larger, and `charset=zip` finds a codec that is no charset.
set -euo pipefail
python3 --version
python3 - <<'P'
import email
import email.policy
import encodings

def text_of(charset):
    mail = f"From: a@example.net\nMIME-Version: 1.0\nContent-Type: text/plain; charset={charset}\n\nhello\n".encode()
    try:
        return email.message_from_bytes(mail, policy=email.policy.default).get_content().strip()
    except LookupError as exc:
        return f"LookupError: {exc}"

told = {charset: text_of(charset) for charset in ("iso-8859-8", "iso-8859-8-i", "unknown-8bit")}
before = len(encodings._cache)
for number in range(1_000):
    text_of(f"x-nobody-{number}")
kept = len(encodings._cache) - before
print(told, f"{kept} names kept")
assert told == {
    "iso-8859-8": "hello",
    "iso-8859-8-i": "LookupError: unknown encoding: iso-8859-8-i",
    "unknown-8bit": "LookupError: unknown encoding: unknown-8bit",
}, told
assert kept == 1_000, kept
P
