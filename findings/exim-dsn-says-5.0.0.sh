#!/bin/bash
# Exim 4.96 (Debian 12): delivery status notifications without the status, and "delivered" for mail that was passed on.
#
# Expected: RFC 3464, 2.3.4: Status is the enhanced code of the failure; where the remote server gave one (RFC 2034: "550 5.1.1 ...") it is that
# one, as Postfix does. 2.3.3: delivered means the recipient's mailbox (or beyond); mail handed to a server that does not
# do DSN is relayed. RFC 3464, 2.3.6: Diagnostic-Code is what the remote server said.
# Seen: Status is 5.0.0 for every failure, whether the mailbox does not exist (5.1.1) or is full (5.2.2); the code stands in
# Diagnostic-Code only, in all its lines. A mail that was relayed to a server without DSN is reported with Action delivered
# and Diagnostic-Code "smtp; 250 Ok", which that server did not say; only the text for people says "relayed to non-DSN-aware mailer".
# What Postfix's reports lack is here: References names the mail that bounced.
#
# For a monitor that reads its bounces: look for an enhanced code in Diagnostic-Code where Status is x.0.0 before deciding whether an address
# is wrong for good; a full mailbox is not. Do not take "delivered" for more than "the next server has it".
# Needs root (namespaces of its own; nothing is installed).
set -euo pipefail
T=$(mktemp -d); chmod 755 "$T"; trap 'rm -rf "$T"' EXIT
cd "$T"; apt-get -qq -o APT::Sandbox::User=root download exim4-{base,daemon-light}=4.96-15+deb12u11 libidn12
for deb in *.deb; do dpkg -x "$deb" root; done
{ cat /etc/passwd; echo 'Debian-exim:x:64999:64999::/:/bin/false'; } > passwd
{ cat /etc/group; echo 'Debian-exim:x:64999:'; } > group
mkdir spool log; chown 64999:64999 spool log
read -r MX SINK < <(python3 -c 'import socket; s = [socket.create_server(("127.0.0.1", 0)) for _ in "ab"]; print(*[x.getsockname()[1] for x in s])')
cat > exim.conf <<C
primary_hostname = mx.example.net
spool_directory = $T/spool
log_file_path = $T/log/%slog
never_users =
keep_environment =
tls_advertise_hosts =
dsn_advertise_hosts = *
acl_smtp_rcpt = accept
acl_smtp_data = accept
begin routers
all:
  driver = manualroute
  domains = *
  transport = sink
  route_list = * 127.0.0.1
  self = send
begin transports
sink:
  driver = smtp
  port = $SINK
  allow_localhost
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
            connection.sendall(b"250 2.0.0 taken as number 17\r\n")
        elif verb == b"EHLO":
            connection.sendall(b"250-mail.example.org\r\n250-ENHANCEDSTATUSCODES\r\n250 8BITMIME\r\n")
        elif verb == b"RCPT" and b"nobody@" in line:
            connection.sendall(b"550-5.1.1 no such mailbox\r\n550 5.1.1 here\r\n")
        elif verb == b"RCPT" and b"full@" in line:
            connection.sendall(b"552 5.2.2 mailbox full\r\n")
        elif verb == b"DATA":
            mail = []
            connection.sendall(b"354 go on\r\n")
        else:
            connection.sendall(b"250 2.0.0 ok\r\n")

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
client.mail("monitor@example.net")
for recipient in ("nobody@example.org", "full@example.org", "fine@example.org"):
    client.rcpt(recipient, ["NOTIFY=SUCCESS,FAILURE"])
client.data("From: monitor@example.net\r\nSubject: down\r\nMessage-ID: <1@example.net>\r\n\r\nsw1 is down\r\n")
client.quit()
seen, references = {}, []
for _ in range(3):
    message = arrived.get(timeout=30)
    if message.get_content_type() == "multipart/report":
        references.append(message["References"])
        for block in message.get_payload()[1].get_payload()[1:]:
            diagnostic = " ".join(block["Diagnostic-Code"].split())
            seen[block["Final-Recipient"].split(";")[1].split("@")[0]] = (block["Action"], block["Status"], diagnostic)
stated = {"nobody": ("failed", "5.0.0", "smtp; 550-5.1.1 no such mailbox 550 5.1.1 here"),
          "full": ("failed", "5.0.0", "smtp; 552 5.2.2 mailbox full"), "fine": ("delivered", "2.0.0", "smtp; 250 Ok")}
for recipient, fields in sorted(seen.items()):
    print(recipient, fields)
print("References:", references)
right = seen == stated and references == ["<1@example.net>"] * 2
print("as stated" if right else f"CHANGED: stated {stated} and References to the mail")
sys.exit(not right)
P
cat > inside.sh <<C
mount -t overlay overlay -o lowerdir=$T/root/usr:/usr /usr
mount --bind passwd /etc/passwd; mount --bind group /etc/group
exim4 -C $T/exim.conf -bdf -q5s -oX 127.0.0.1:$MX -oP $T/pid > exim.log 2>&1 &
timeout 50 python3 run.py $MX $SINK || { tail -n 5 exim.log log/mainlog; exit 1; }
C
unshare --mount --pid --fork --mount-proc --kill-child bash -eu inside.sh
