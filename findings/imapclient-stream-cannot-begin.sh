#!/bin/bash
# IMAPClient 4.1.0: a server that is a command (stream=True) cannot be talked to; the session ends before its greeting is read.
#
# Expected: its documentation: "If stream is True then host is used as the command to run"; so one reads the mailbox of a server that is started
# for oneself (a pre-authenticated one, or one behind ssh), without a port or password.
# Seen: with its default of ssl=True it refuses, as it says. With ssl=False it raises AttributeError while it is made: it sets a time-out on a
# socket that such a connection does not have, whatever timeout is given, None too. imaplib.IMAP4_stream alone, from which it is built, works.
#
# For whoever reads a mailbox: use imaplib.IMAP4_stream for commands, or give the command a socket.
set -euo pipefail
T=$(mktemp -d); trap 'rm -rf "$T"' EXIT
cd "$T"; python3 -m venv venv; venv/bin/pip install -q imapclient==4.1.0
cat > serve <<'S'
#!/bin/sh
printf '* PREAUTH ready\r\n'
while read -r tag word rest; do
  case "$word" in
    CAPABILITY*) printf '* CAPABILITY IMAP4rev1\r\n' ;;
    LOGOUT*) printf '* BYE good bye\r\n%s OK done\r\n' "$tag"; exit ;;
  esac
  printf '%s OK done\r\n' "$tag"
done
S
chmod +x serve
cat > read.py <<'P'
import imaplib, sys

from imapclient import IMAPClient, SocketTimeout

plain = imaplib.IMAP4_stream(sys.argv[1])
as_stated = plain.state == "AUTH" and plain.noop()[0] == "OK"
print("imaplib.IMAP4_stream:", plain.state)
plain.logout()
for timeout in (None, 10, SocketTimeout(10, 10)):
    try:
        with IMAPClient(sys.argv[1], stream=True, ssl=False, timeout=timeout) as client:
            said = f"works, {client.noop()[0]!r}"
    except Exception as error:
        said = f"{type(error).__name__}: {error}"
    print(f"IMAPClient, timeout {timeout}: {said}")
    as_stated &= said == "AttributeError: 'NoneType' object has no attribute 'settimeout'"
print("as stated" if as_stated else "CHANGED")
sys.exit(not as_stated)
P
timeout 60 venv/bin/python read.py "$T/serve"
