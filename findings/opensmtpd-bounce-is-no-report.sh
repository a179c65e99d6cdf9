#!/bin/bash
# OpenSMTPD 6.8.0p2 (Debian 12): bounces that do not say that they are bounces.
#
# Expected: the server offers DSN in its EHLO answer, so what it returns is multipart/report; report-type=delivery-status (RFC 3461, 6;
# RFC 3464, 2) with Original-Envelope-Id and Original-Recipient as the sender gave them, and marked Auto-Submitted (RFC 3834).
# Seen: the top is multipart/mixed without a report-type, no Auto-Submitted, no References. The message/delivery-status part
# inside has Final-Recipient, Action and Status 5.0.0 whatever the remote server said (its text is in the part for people only);
# ENVID and ORCPT are accepted and dropped. The part called text/rfc822-headers holds the body of the mail too, with RET=HDRS as well.
#
# For a monitor that reads its mailbox: an empty Return-Path and any message/delivery-status part mark a bounce, not the outermost type.
# Otherwise this one is a person's reply, and the mail that it quotes may be read as new commands. Tie it to a mail by the Message-ID in
# its last part.
# Needs root (namespaces of its own; nothing is installed).
set -euo pipefail
T=$(mktemp -d); chmod 755 "$T"; trap 'rm -rf "$T"' EXIT
cd "$T"; apt-get -qq -o APT::Sandbox::User=root download opensmtpd=6.8.0p2-4+b4
dpkg -x opensmtpd_*.deb root
{ cat /etc/passwd; printf '%s:/var/lib/opensmtpd/empty:/bin/false\n' opensmtpd:x:64998:64998: opensmtpq:x:64997:64997:; } > passwd
{ cat /etc/group; echo opensmtpd:x:64998:; echo opensmtpq:x:64997:; } > group
read -r MX SINK < <(python3 -c 'import socket; s = [socket.create_server(("127.0.0.1", 0)) for _ in "ab"]; print(*[x.getsockname()[1] for x in s])')
cat > smtpd.conf <<C
listen on 127.0.0.1 port $MX hostname mx.example.net
action out relay host smtp://127.0.0.1:$SINK
match from any for any action out
C
cat > run.py <<'P'
import email, queue, smtplib, socket, sys, threading, time

mx, sink = int(sys.argv[1]), int(sys.argv[2])
arrived = queue.Queue()

def serve(connection):
    lines, mail = connection.makefile("rb"), None
    connection.sendall(b"220 mail.example.org ESMTP\r\n")
    for line in lines:
        verb = line.split()[0].upper() if line.split() else b""
        if mail is not None and line != b".\r\n":
            mail.append(line)
        elif mail is not None:
            arrived.put(email.message_from_bytes(b"".join(mail)))
            mail = None
            connection.sendall(b"250 2.0.0 ok\r\n")
        elif verb == b"RCPT" and b"nobody@" in line:
            connection.sendall(b"550 5.1.1 no such mailbox\r\n")
        elif verb == b"DATA":
            mail = []
            connection.sendall(b"354 go on\r\n")
        else:
            connection.sendall(b"250 mail.example.org\r\n")

def accept(listener):
    while True:
        threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()

threading.Thread(target=accept, args=(socket.create_server(("127.0.0.1", sink)),), daemon=True).start()
for _ in range(40):
    try:
        client = smtplib.SMTP("127.0.0.1", mx)
        break
    except OSError:
        time.sleep(0.5)
client.ehlo()
offered = client.has_extn("dsn")
client.mail("monitor@example.net", ["RET=HDRS", "ENVID=our-1"])
client.rcpt("nobody@example.org", ["NOTIFY=FAILURE", "ORCPT=rfc822;somebody@example.org"])
client.data("From: monitor@example.net\r\nSubject: down\r\nMessage-ID: <1@example.net>\r\n\r\nsw1 is down\r\n")
client.quit()
message = arrived.get(timeout=30)
parts = message.get_payload()
fields = {name: value for block in parts[1].get_payload() for name, value in block.items()}
seen = {"DSN offered": offered, "type": message.get_content_type(), "report-type": message.get_param("report-type"),
        "Auto-Submitted": message["Auto-Submitted"], "References": message["References"], "parts": [part.get_content_type() for part in parts],
        "fields": sorted(fields), "Status": fields["Status"], "body in the headers' part": "sw1 is down" in parts[2].get_payload()}
stated = {"DSN offered": True, "type": "multipart/mixed", "report-type": None, "Auto-Submitted": None, "References": None,
          "parts": ["text/plain", "message/delivery-status", "text/rfc822-headers"],
          "fields": ["Action", "Final-Recipient", "Reporting-MTA", "Status"], "Status": "5.0.0", "body in the headers' part": True}
for name, value in seen.items():
    print(f"{name}: {value}" + ("" if value == stated[name] else f"   CHANGED: stated {stated[name]}"))
print("as stated" if seen == stated else "changed")
sys.exit(seen != stated)
P
cat > inside.sh <<C
mount -t overlay overlay -o lowerdir=$T/root/usr:/usr /usr
mount --bind passwd /etc/passwd; mount --bind group /etc/group
for place in /var/lib /var/spool /run; do mount -t tmpfs none \$place; done
mkdir -p /var/lib/opensmtpd/empty /var/spool/smtpd; chmod 711 /var/spool/smtpd
hostname mx.example.net
smtpd -d -f $T/smtpd.conf > smtpd.log 2>&1 &
timeout 50 python3 run.py $MX $SINK || { tail -n 5 smtpd.log; exit 1; }
C
unshare --mount --uts --pid --fork --mount-proc --kill-child bash -eu inside.sh
