#!/bin/bash
# IMAPClient 4.1.0: idle_check() on a session that the server has ended returns an empty list at once, for ever.
#
# Expected: an exception once the connection is gone (the documentation: the call blocks until a response is received or the
# timeout has passed; a lost connection raises IMAPClient.AbortError elsewhere in the library), or at least the time-out.
# A server may end any session with an untagged BYE (RFC 3501, 7.1.5), at a restart or after 30 minutes of IDLE (RFC 2177).
# Seen: the first call returns the BYE as an ordinary response; every later one returns [] within a millisecond, which is what
# a quiet mailbox looks like. Where the connection is closed without a BYE, only the empty lists are seen.
#
# For a monitor that reads mail: a loop around idle_check() spins at 100 % of a core and never reads mail again. Look for
# BYE in what comes back, and take an empty list that came before the time-out for the end of the session.
set -euo pipefail
T=$(mktemp -d); trap 'rm -rf "$T"' EXIT
python3 -m venv "$T/v"; "$T/v/bin/pip" install -q --disable-pip-version-check IMAPClient==4.1.0
cat > "$T/run.py" <<'P'
import socket, sys, threading, time
import imapclient

def serve(listener, bye):
    connection, _ = listener.accept()
    lines = connection.makefile("rb")
    connection.sendall(b"* OK [CAPABILITY IMAP4rev1 IDLE] ready\r\n")
    for line in lines:
        tag, command = line.split(None, 1)
        command = command.split()[0].upper()
        if command == b"CAPABILITY":
            connection.sendall(b"* CAPABILITY IMAP4rev1 IDLE\r\n")
        if command == b"SELECT":
            connection.sendall(b"* 1 EXISTS\r\n* OK [UIDVALIDITY 1] valid\r\n")
        if command == b"IDLE":
            connection.sendall(b"+ idling\r\n")
            if bye:
                connection.sendall(b"* BYE shutting down\r\n")
            break
        connection.sendall(tag + b" OK done\r\n")
    lines.close()
    connection.close()

changed = False
for bye in (True, False):
    listener = socket.create_server(("127.0.0.1", 0))
    threading.Thread(target=serve, args=(listener, bye), daemon=True).start()
    client = imapclient.IMAPClient("127.0.0.1", port=listener.getsockname()[1], ssl=False, timeout=5)
    client.login("user", "password")
    client.select_folder("INBOX")
    client.idle()
    print(f"session ended {'with' if bye else 'without'} BYE; idle_check(timeout=2):")
    for turn in range(5):
        began = time.monotonic()
        try:
            answer = client.idle_check(timeout=2)
        except Exception as error:
            answer = error
        took = time.monotonic() - began
        print(f"  {took:.3f} s {answer!r}")
        stated = isinstance(answer, list) and (answer[0][0] == b"BYE" if bye and turn == 0 else answer == []) and took < 1
        changed = changed or not stated
print("CHANGED" if changed else "as stated")
sys.exit(changed)
P
timeout 60 "$T/v/bin/python" "$T/run.py"
