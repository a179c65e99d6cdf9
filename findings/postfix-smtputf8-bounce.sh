#!/bin/bash
# Postfix 3.7.11 (Debian 12) and Python's email, flufl.bounce 6.0.0: the bounce of a plain ASCII mail that nobody can read by machine.
#
# Expected: a mail without one byte above ASCII, from and to ASCII addresses, bounces as multipart/report with message/delivery-status
# (RFC 3464); message/global-delivery-status is the form for internationalized addresses and headers (RFC 6533).
# Seen: Postfix chooses by the word SMTPUTF8 in the sender's MAIL FROM, whether it was needed or not. Go's net/smtp (tried with Go 1.26.8), and with it much
# that is written in Go, says SMTPUTF8 for every mail to a server that offers it, and Postfix does offer it. The report is then
# message/global-delivery-status and the returned mail message/global. Python's email splits only message/delivery-status into its
# blocks: here get_payload() gives one block, Final-Recipient, Action and Status stay in its body, and no defect is noted.
# flufl.bounce finds no address in it; in the same bounce of type message/delivery-status it finds it.
#
# For a monitor that reads bounces: take both types, and parse the body of message/global-delivery-status again as headers, block by
# block. message/global, the third part, is handled by Python as message/rfc822 is.
# Needs root (a mount namespace of its own; nothing is installed).
set -euo pipefail
T=$(mktemp -d); chmod 755 "$T"; trap 'rm -rf "$T"' EXIT
cd "$T"; apt-get -qq -o APT::Sandbox::User=root download postfix=3.7.11-0+deb12u1
dpkg -x postfix_*.deb root
python3 -m venv v; v/bin/pip install -q --disable-pip-version-check flufl.bounce==6.0.0
mkdir etc spool data; chown daemon data
read -r MX SINK < <(python3 -c 'import socket; s = [socket.create_server(("127.0.0.1", 0)) for _ in "ab"]; print(*[x.getsockname()[1] for x in s])')
cat > etc/main.cf <<C
compatibility_level = 3.6
queue_directory = $T/spool
data_directory = $T/data
mail_owner = daemon
setgid_group = games
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mx.example.net
mydestination =
mynetworks = 127.0.0.0/8
alias_maps =
alias_database =
default_transport = smtp:[127.0.0.1]:$SINK
smtp_host_lookup = native
smtp_dns_support_level = disabled
maillog_file = $T/log
maillog_file_prefixes = $T
C
cat > etc/master.cf <<C
127.0.0.1:$MX inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
smtp unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
proxymap unix - - n - - proxymap
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
C
cat > run.py <<'P'
import email, queue, smtplib, socket, sys, threading, time
from flufl.bounce import all_failures

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
            arrived.put(b"".join(mail))
            mail = None
            connection.sendall(b"250 ok\r\n")
        elif verb == b"EHLO":
            connection.sendall(b"250-mail.example.org\r\n250-8BITMIME\r\n250 SMTPUTF8\r\n")
        elif verb == b"RCPT" and b"nobody@" in line:
            connection.sendall(b"550 5.1.1 no such mailbox\r\n")
        elif verb == b"DATA":
            mail = []
            connection.sendall(b"354 go on\r\n")
        else:
            connection.sendall(b"250 ok\r\n")

def accept(listener):
    while True:
        threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()

threading.Thread(target=accept, args=(socket.create_server(("127.0.0.1", sink)),), daemon=True).start()

def bounce(options):
    for _ in range(40):
        try:
            client = smtplib.SMTP("127.0.0.1", mx)
            break
        except OSError:
            time.sleep(0.5)
    client.sendmail("monitor@example.net", ["nobody@example.org"], "Subject: down\r\nMessage-ID: <1@example.net>\r\n\r\nsw1 is down\r\n", options)
    client.quit()
    message = email.message_from_bytes(arrived.get(timeout=30))
    _, status, original = message.get_payload()
    blocks = status.get_payload()
    return (status.get_content_type(), original.get_content_type(), len(blocks), any("Final-Recipient" in block for block in blocks),
            len(all_failures(message)[1]), original.get_payload()[0]["Message-ID"], len(message.defects + status.defects))

changed = False
for options, stated in (
    ([], ("message/delivery-status", "message/rfc822", 2, True, 1, "<1@example.net>", 0)),
    (["SMTPUTF8"], ("message/global-delivery-status", "message/global", 1, False, 0, "<1@example.net>", 0)),
):
    seen = bounce(options)
    print(f"MAIL FROM with {options or 'no option'}: {seen[0]} + {seen[1]}; email: {seen[2]} block(s), Final-Recipient a header: {seen[3]}, "
          f"defects {seen[6]}; flufl.bounce: {seen[4]} address(es); original {seen[5]}")
    if seen != stated:
        changed = True
        print(f"CHANGED: stated {stated}")
print("changed" if changed else "as stated")
sys.exit(changed)
P
cat > inside.sh <<C
mount -t overlay overlay -o lowerdir=$T/root/usr:/usr /usr
postfix -c $T/etc start >start.log 2>&1
timeout 60 v/bin/python run.py $MX $SINK || { tail -n 5 log; exit 1; }
C
unshare --mount --pid --fork --mount-proc --kill-child bash -eu inside.sh
