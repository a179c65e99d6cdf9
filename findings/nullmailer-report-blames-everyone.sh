#!/bin/bash
# nullmailer 2.2 (Debian 12): one recipient of three is refused, and the report says of each of the three that it was refused, as 5.1.1.
#
# Expected: RFC 3464, 2.3: the fields of a group are about that recipient: Status 5.1.1 is "bad destination mailbox address" (RFC 3463), and the
# Diagnostic-Code is what the remote server said of it. Marked as automatic (RFC 3834, 5).
# Seen: nullmailer-send ends at the refusal (one-refused-recipient-nobody-gets-it.sh), and its report holds the refused one's 550 and 5.1.1 for
# the one that the server had accepted and for the one that it was never asked about. Nothing tells them apart. No Auto-Submitted. flufl.bounce 4.0
# reads three dead addresses.
#
# For a monitor that takes people off its list on a report: behind this sender one dead address takes off all who were in the same mail. One mail for
# each person; or count a report on several people with one and the same diagnostic as a report on the mail, not on the people.
# Needs root (namespaces of its own; nothing is installed).
set -euo pipefail
T=$(mktemp -d); chmod 755 "$T"; trap 'rm -rf "$T"' EXIT
cd "$T"; apt-get -qq -o APT::Sandbox::User=root download nullmailer=1:2.2-4
dpkg -x nullmailer_*.deb root
python3 -m venv v; v/bin/pip install -q --disable-pip-version-check flufl.bounce==4.0
PORT=$(python3 -c 'import socket; s = socket.create_server(("127.0.0.1", 0)); print(s.getsockname()[1])')
cat > run.py <<'P'
import contextlib, email, queue, socket, subprocess, sys, threading

from flufl.bounce import all_failures

PEOPLE = ["first@example.org", "gone@example.org", "last@example.org"]
listener = socket.create_server(("127.0.0.1", int(sys.argv[1])))
asked, arrived = [], queue.Queue()

def serve(connection):
    lines, mail = connection.makefile("rb"), None
    connection.sendall(b"220 mail.example.org ESMTP\r\n")
    for line in lines:
        answer = b"250 2.0.0 ok"
        if mail is not None and line != b".\r\n":
            mail.append(line)
            continue
        if mail is not None:
            arrived.put(email.message_from_bytes(b"".join(mail)))
            mail = None
        elif line.startswith(b"DATA"):
            mail, answer = [], b"354 go on"
        elif line.startswith(b"RCPT"):
            address = line.split(b"<")[1].split(b">")[0].decode()
            asked.append(address)
            answer = b"550 5.1.1 no such mailbox" if address.startswith("gone") else answer
        elif line.startswith(b"QUIT"):
            answer = b"221 2.0.0 bye"
        connection.sendall(answer + b"\r\n")

def served(connection):
    with contextlib.suppress(ConnectionError):  # it does not wait for the answer to its QUIT
        serve(connection)

def accept():
    while True:
        threading.Thread(target=served, args=(listener.accept()[0],), daemon=True).start()

threading.Thread(target=accept, daemon=True).start()
sender = subprocess.Popen(["setpriv", "--reuid=mail", "--clear-groups", "nullmailer-send"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
mail = b"Subject: sw1 is down\nMessage-ID: <1@example.net>\n\ntext\n"
subprocess.run(["nullmailer-inject", "-f", "monitor@example.net", *PEOPLE], input=mail, check=True)
report = arrived.get(timeout=30)
sender.terminate()
groups = report.get_payload()[1].get_payload()[1:]
seen = {
    "asked about": [address for address in asked if address in PEOPLE],
    "type": report.get_content_type(), "Auto-Submitted": report["Auto-Submitted"],
    "groups": [tuple(group[name] for name in ("Final-Recipient", "Action", "Status", "Diagnostic-Code")) for group in groups],
    "dead to flufl.bounce": sorted(address.decode() for address in all_failures(report)[1]),
}
stated = {
    "asked about": PEOPLE[:2], "type": "multipart/report", "Auto-Submitted": None,
    "groups": [(f"rfc822; {one}", "failed", "5.1.1", "SMTP; 550 5.1.1 no such mailbox") for one in PEOPLE], "dead to flufl.bounce": PEOPLE,
}
for name, value in seen.items():
    print(f"{name}: {value}" + ("" if value == stated[name] else f"   CHANGED: stated {stated[name]}"))
print("as stated" if seen == stated else "changed")
sys.exit(seen != stated)
P
cat > inside.sh <<C
mount -t overlay overlay -o lowerdir=$T/root/usr:/usr /usr
mount -t tmpfs none /mnt; mkdir /mnt/up /mnt/work; mount -t overlay overlay -o lowerdir=/etc,upperdir=/mnt/up,workdir=/mnt/work /etc
mount -t tmpfs none /var/spool
mkdir -p /etc/nullmailer /var/spool/nullmailer/{queue,tmp,failed}; mkfifo /var/spool/nullmailer/trigger; chown -R mail /var/spool/nullmailer
hostname monitor.example.net; echo monitor.example.net > /etc/mailname
echo "127.0.0.1 smtp --port=$PORT" > /etc/nullmailer/remotes
timeout 50 v/bin/python run.py $PORT
C
unshare --mount --uts --pid --fork --mount-proc --kill-child bash -eu inside.sh
