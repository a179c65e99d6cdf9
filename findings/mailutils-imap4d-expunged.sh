#!/bin/bash
# GNU Mailutils imap4d 3.15 (Debian 12): a deleted mail is announced as EXPUNGED, and header fields are renamed to what was asked.
#
# Expected: RFC 3501, 7.4.1: "* 1 EXPUNGE" is how a client learns that a mail is gone and that those behind it move up; 6.4.5: BODY[HEADER.FIELDS
# (..)] is a subset of the message's own header, the octets of its lines as they are; field names are matched in any case.
# Seen: the server says "* 1 EXPUNGED". Python's imaplib and IMAPClient 4.1.0 take the line for one of a kind that nobody asked for: expunge()
# reports nothing, while the mail is gone and its number belongs to the next. A field "Subject" that was asked for as SUBJECT comes back as
# "SUBJECT: ..", so the bytes of one header field are not those of BODY[].
#
# For whoever reads a mailbox: work with UIDs only and look again after an EXPUNGE, whatever was announced. Compare header names without
# regard to case, and hash or verify (DKIM) nothing but BODY[].
set -euo pipefail
T=$(mktemp -d -t imap4dXXXXXX); trap 'rm -rf "$T"' EXIT
cd "$T"
apt-get -qq -o APT::Sandbox::User=root download mailutils-imap4d=1:3.15-4 libmailutils9=1:3.15-4 libgsasl18 libntlm0 libgssglue1 libidn12
for deb in *.deb; do dpkg -x "$deb" root; done
python3 -m venv venv; venv/bin/pip install -q imapclient==4.1.0
mkdir spool
for word in one two; do printf '%s\n' "From $word@example.net Mon Nov 30 09:00:00 2026" "From: $word@example.net" "Subject: $word" '' text ''; done > "spool/$(id -un)"
cat > serve <<S
#!/bin/sh
LD_LIBRARY_PATH=$(echo "$T"/root/usr/lib/*-linux-gnu) exec timeout 60 "$T/root/usr/sbin/imap4d" --no-config --inetd --preauth \
  --set=.preauth=stdio --set=.mailbox.mail-spool="$T/spool" --set=.mailbox.mailbox-type=mbox
S
chmod +x serve
cat > read.py <<'P'
import socket, subprocess, sys, threading

from imapclient import IMAPClient

changed = False
def see(what, said, stated):
    global changed
    print(f"{what}: {said!r}")
    if said != stated:
        changed = True
        print(f"CHANGED: stated {stated!r}")

listener = socket.create_server(("127.0.0.1", 0))

def serve():    # what inetd does
    connection, _ = listener.accept()
    subprocess.run([sys.argv[1]], stdin=connection, stdout=connection, check=False)

threading.Thread(target=serve, daemon=True).start()
with IMAPClient("127.0.0.1", listener.getsockname()[1], ssl=False, timeout=20) as client:
    client.select_folder("INBOX")
    see("mails", client.search("ALL"), [1, 2])
    see("field asked for", client.fetch([1], ["BODY.PEEK[HEADER.FIELDS (SUBJECT)]"])[1][b"BODY[HEADER.FIELDS (SUBJECT)]"].strip(), b"SUBJECT: one")
    see("the mail's own", b"Subject: one\r\n" in client.fetch([1], ["BODY.PEEK[]"])[1][b"BODY[]"], True)
    client.delete_messages([1])
    see("IMAPClient: expunge() reports", [line for line in client.expunge()[1] if b"EXPUNGE" in line], [])
    see("the server had said, as imaplib keeps it", client._imap.untagged_responses.get("EXPUNGED"), [b"1"])
    see("kept as EXPUNGE", client._imap.untagged_responses.get("EXPUNGE"), None)
    see("mails left", client.search("ALL"), [2])
print("changed" if changed else "as stated")
sys.exit(changed)
P
timeout 60 venv/bin/python read.py "$T/serve"
