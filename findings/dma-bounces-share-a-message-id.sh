#!/bin/bash
# dma 0.13 (Debian 12): the Message-ID of a bounce is the number of an inode, and different bounces have the same one.
#
# Expected: a Message-ID is unique in the world and for ever (RFC 5322, 3.6.4); dma's own for ordinary mails is made of the time and a random number.
# A bounce is a multipart/report (RFC 3464, 2) marked as automatic (RFC 3834, 5), and From holds an address (RFC 5322, 3.6.2).
# Seen: where the spool has a file system of its own (an ext4 here), the freed inode is taken again, and three bounces about three mails to three
# people are all <f@...>. formail -D (procmail 3.22), the usual guard against mails that come twice, keeps the first and calls the others
# duplicates. The bounce is plain text without MIME-Version, Auto-Submitted or In-Reply-To, From is "MAILER-DAEMON <>", and flufl.bounce 4.0 finds
# nobody in it.
#
# For a monitor that reads its mailbox: the same Message-ID does not mean the same mail; with an empty Return-Path count every one, or tell them apart
# by UID. What the bounce is about stands in X-Original-To and in the Message-ID among the headers that it quotes.
# Needs root (namespaces of its own, a loop device; nothing is installed).
set -euo pipefail
T=$(mktemp -d); chmod 755 "$T"; trap 'rm -rf "$T"' EXIT
cd "$T"; apt-get -qq -o APT::Sandbox::User=root download dma=0.13-1+b1 procmail=3.22-27
for deb in *.deb; do dpkg -x "$deb" root; done
python3 -m venv v; v/bin/pip install -q --disable-pip-version-check flufl.bounce==4.0
truncate -s 20M spool; mke2fs -q -t ext4 spool
PORT=$(python3 -c 'import socket; s = socket.create_server(("127.0.0.1", 0)); print(s.getsockname()[1])')
cat > run.py <<'P'
import contextlib, email, pathlib, queue, socket, subprocess, sys, threading, time

from flufl.bounce import all_failures

listener = socket.create_server(("127.0.0.1", int(sys.argv[1])))
arrived = queue.Queue()

def serve(connection):
    lines, mail = connection.makefile("rb"), None
    connection.sendall(b"220 mail.example.org ESMTP\r\n")
    for line in lines:
        answer = b"250 2.0.0 ok"
        if mail is not None and line != b".\r\n":
            mail.append(line)
            continue
        if mail is not None:
            arrived.put(b"".join(mail).replace(b"\r\n", b"\n"))
            mail = None
        elif line.startswith(b"DATA"):
            mail, answer = [], b"354 go on"
        elif line.startswith(b"RCPT") and b"@example.org" in line:
            answer = b"550 5.1.1 no such mailbox"
        elif line.startswith(b"QUIT"):
            answer = b"221 2.0.0 bye"
        connection.sendall(answer + b"\r\n")

def served(connection):
    with contextlib.suppress(ConnectionError):
        serve(connection)

def accept():
    while True:
        threading.Thread(target=served, args=(listener.accept()[0],), daemon=True).start()

def queued():
    return list(pathlib.Path("/var/spool/dma").glob("[MQ]*"))

threading.Thread(target=accept, daemon=True).start()
bounces = []
for number in range(1, 4):
    mail = f"Subject: sw{number} is down\nMessage-ID: <{number}@example.net>\n\ntext\n".encode()
    subprocess.run(["dma", "-f", "monitor@example.net", f"person{number}@example.org"], input=mail, check=True)
    bounces.append(arrived.get(timeout=15))
    for _ in range(100):  # the next mail begins when this one's files are gone
        if not queued():
            break
        time.sleep(0.1)
read = [email.message_from_bytes(bounce) for bounce in bounces]
for message in read:
    print(*(f"{name}: {message[name]}" for name in ("Message-Id", "From", "X-Original-To")), sep=", ")
seen = {
    "different mails": len({message["X-Original-To"] for message in read}),
    "different Message-IDs": len({message["Message-Id"] for message in read}),
    "duplicates to formail -D": [subprocess.run(["formail", "-D", "8192", "cache"], input=bounce).returncode == 0 for bounce in bounces],
    "From": {message["From"] for message in read},
    "MIME-Version, Auto-Submitted, In-Reply-To": {message[name] for message in read for name in ("MIME-Version", "Auto-Submitted", "In-Reply-To")},
    "found by flufl.bounce": [len(found) for message in read for found in all_failures(message)],
}
stated = {
    "different mails": 3, "different Message-IDs": 1, "duplicates to formail -D": [False, True, True], "From": {"MAILER-DAEMON <>"},
    "MIME-Version, Auto-Submitted, In-Reply-To": {None}, "found by flufl.bounce": [0] * 6,
}
for name, value in seen.items():
    print(f"{name}: {value}" + ("" if value == stated[name] else f"   CHANGED: stated {stated[name]}"))
print("as stated" if seen == stated else "changed")
sys.exit(seen != stated)
P
cat > inside.sh <<C
mount -t overlay overlay -o lowerdir=$T/root/usr:/usr /usr
mount -t tmpfs none /mnt; mkdir /mnt/up /mnt/work; mount -t overlay overlay -o lowerdir=/etc,upperdir=/mnt/up,workdir=/mnt/work /etc
mount -o loop $T/spool /var/spool
mkdir -p /etc/dma /var/spool/dma; chown root:mail /var/spool/dma; chmod 2775 /var/spool/dma
hostname monitor.example.net; : > /etc/dma/auth.conf
printf '%s\n' 'SMARTHOST 127.0.0.1' 'PORT $PORT' 'MAILNAME monitor.example.net' > /etc/dma/dma.conf
timeout 50 v/bin/python run.py $PORT
C
unshare --mount --uts --pid --fork --mount-proc --kill-child bash -eu inside.sh
