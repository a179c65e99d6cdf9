#!/bin/bash
# Courier IMAP 5.0.13 (Debian 12): a part that was asked for as HEADER.FIELDS (SUBJECT) comes as HEADER.FIELDS ("SUBJECT"), SELECT has no UIDNEXT.
#
# Expected: RFC 3501, 7.4.2: the answer to BODY.PEEK[section] is a data item "BODY[section]"; other servers give the section back as it was written.
# 6.3.1: SELECT answers with UIDNEXT and, where there are unread mails, with UNSEEN.
# Seen: the name of each field is in quotes, which the grammar allows (a field name is an astring) and which no client looks for: IMAPClient 4.1.0
# keeps the answer under that other name, and a look-up under the name that was asked for finds nothing. SELECT says UIDVALIDITY and neither
# UIDNEXT nor UNSEEN, so that a client that goes on from UIDNEXT goes on from nothing; STATUS has it.
#
# For whoever reads a mailbox: take the only data item that begins with BODY[, whatever stands behind, or fetch all of BODY[HEADER]. Keep the highest
# UID seen, and ask UID FETCH from there; take UIDNEXT as a hint. (Without a file monitor this server's greeting comes after an OK [ALERT].)
set -euo pipefail
T=$(mktemp -d); trap 'rm -rf "$T"' EXIT
cd "$T"
apt-get -qq -o APT::Sandbox::User=root download {courier-imap=5.0.13+,courier-base=}1.0.16-3+b6 courier-authlib libcourier-unicode4 libidn12 libgamin0
for deb in *.deb; do dpkg -x "$deb" root; done
python3 -m venv venv; venv/bin/pip install -q imapclient==4.1.0
mkdir -p Maildir/{new,cur,tmp}
printf '%s\r\n' 'From: one@example.net' 'Subject: one' '' 'text' > Maildir/new/1.one
cat > read.py <<'P'
import os, pathlib, subprocess, sys

from imapclient.response_parser import parse_fetch_response

libraries = [*pathlib.Path("root/usr/lib").glob("*-linux-gnu"), pathlib.Path("root/usr/lib")]
settings = {"AUTHENTICATED": "someone", "AUTHADDR": "someone", "MAILDIR": "Maildir", "IMAP_CAPABILITY": "IMAP4rev1 UIDPLUS", "IMAP_IDLE_TIMEOUT": "60",
            "LD_LIBRARY_PATH": ":".join(str(path.resolve()) for path in libraries)}
server = subprocess.Popen(["root/usr/bin/imapd", "Maildir"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                          env={**os.environ, **settings})

def ask(tag, command):
    server.stdin.write(f"{tag} {command}\r\n".encode())
    server.stdin.flush()
    said = []
    while not said or not said[-1].startswith(tag.encode()):
        said.append(server.stdout.readline() or sys.exit("CHANGED: the server ended"))
    return said[:-1]

while not server.stdout.readline().startswith(b"* PREAUTH"):
    pass
selected = b"".join(ask("a", "SELECT INBOX"))
status = b"".join(ask("b", "STATUS INBOX (UIDNEXT)")).strip()
head, *rest = ask("c", "FETCH 1 (UID BODY.PEEK[HEADER.FIELDS (SUBJECT)])")
literal, closing = b"".join(rest[:-1]), rest[-1]
parsed = parse_fetch_response([(head.removeprefix(b"* ").replace(b"FETCH ", b"").strip(), literal), closing.strip()])
ask("d", "LOGOUT")
names = [name for name in parsed[1] if name.startswith(b"BODY")]
print("SELECT says UIDVALIDITY, UIDNEXT, UNSEEN:", *(word in selected for word in (b"UIDVALIDITY", b"UIDNEXT", b"UNSEEN")))
print("STATUS:", status)
print("FETCH:", head.strip())
print("IMAPClient keeps it under:", names)
as_stated = (b"UIDVALIDITY" in selected and b"UIDNEXT" not in selected and b"UNSEEN" not in selected and b"UIDNEXT 2" in status
             and names == [b'BODY[HEADER.FIELDS ("SUBJECT")]'])
print("as stated" if as_stated else "CHANGED")
sys.exit(not as_stated)
P
timeout 60 venv/bin/python read.py
