#!/bin/bash
# One recipient of three is refused, and nobody gets the mail: msmtp 1.8.23, esmtp 1.2 and nullmailer 2.2 (Debian 12), Go's net/smtp (1.20 or newer).
#
# Expected: each RCPT has an answer of its own (RFC 5321, 3.3), and a 550 is about that mailbox: the client goes on, sends the mail to those who were
# accepted and reports the one who was not. Python's smtplib does so, and returns the refused address.
# Seen: msmtp, nullmailer and net/smtp.SendMail end at the refusal, without DATA and without asking for those behind it. esmtp asks for all three,
# has two accepted, and ends without DATA. nullmailer's status says "permanent failure" (35) of the whole mail, whoever was well. msmtp names the
# refused address; Go's error has the server's text and no address.
#
# For a monitor that hands its mails to a sendmail of this kind: one colleague who has left silences the alerts of all. Mail each person separately.
set -euo pipefail
T=$(mktemp -d); trap 'rm -rf "$T"' EXIT
command -v go >/dev/null || { echo "needs go" >&2; exit 2; }
cd "$T"
apt-get -qq -o APT::Sandbox::User=root download msmtp=1.8.23-1 esmtp=1.2-18+b1 nullmailer=1:2.2-4 libesmtp6 libsecret-1-0 libgsasl18
for deb in *.deb; do dpkg -x "$deb" root; done
mkdir go
cat > go/main.go <<'G'
package main

import (
	"fmt"
	"net/smtp"
	"os"
)

func main() {
	err := smtp.SendMail(os.Args[1], nil, "monitor@example.net", os.Args[2:], []byte("Subject: sw1 is down\r\n\r\ntext\r\n"))
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
}
G
(cd go && CGO_ENABLED=0 timeout 100 go build -o ../by-go main.go)
cat > run.py <<'P'
import contextlib, os, pathlib, smtplib, socket, subprocess, sys, threading

PEOPLE = ["first@example.org", "gone@example.org", "last@example.org"]
MAIL = "Subject: sw1 is down\n\ntext\n"
listener = socket.create_server(("127.0.0.1", 0))
port = listener.getsockname()[1]
talk = []

def serve(connection):
    lines, text = connection.makefile("rb"), False
    connection.sendall(b"220 mail.example.org ESMTP\r\n")
    for line in lines:
        answer = b"250 2.0.0 ok"
        if text and line != b".\r\n":
            continue
        if text:
            talk.append("MAIL SENT")
            text = False
        elif line.upper().startswith(b"DATA"):
            answer, text = b"354 go on", True
        elif line.upper().startswith(b"RCPT"):
            talk.append(line.split(b"<")[1].split(b"@")[0].decode())
            answer = b"550 5.1.1 no such mailbox" if talk[-1] == "gone" else answer
        elif line.upper().startswith(b"QUIT"):
            answer = b"221 2.0.0 bye"
        with contextlib.suppress(OSError):
            connection.sendall(answer + b"\r\n")

def accept():
    while True:
        threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()

def by_smtplib():
    with smtplib.SMTP("127.0.0.1", port) as client:
        return list(client.sendmail("monitor@example.net", PEOPLE, MAIL))

def by(*command, **more):
    environment = {**os.environ, "HOME": os.getcwd(), "HELOHOST": "monitor.example.net", "LD_LIBRARY_PATH": ":".join(map(str, LIBRARIES))}
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=30, **more)
    print("\n".join("    " + line for line in done.stdout.strip().splitlines()))
    return done.returncode

def by_nullmailer():
    envelope = "".join(f"{line}\n" for line in ("monitor@example.net", *PEOPLE, ""))
    pathlib.Path("queued").write_text(envelope + MAIL)
    return by("bash", "-c", f"root/usr/lib/nullmailer/smtp 3<queued <<<$'host=127.0.0.1\\nport={port}\\n'")

threading.Thread(target=accept, daemon=True).start()
LIBRARIES = [path.resolve() for path in pathlib.Path("root/usr/lib").glob("*-linux-gnu")]
pathlib.Path("esmtprc").write_text(f"hostname=127.0.0.1:{port}\n")
pathlib.Path("esmtprc").chmod(0o600)
sender = "monitor@example.net"
ways = {
    "smtplib": by_smtplib,
    "msmtp": lambda: by("root/usr/bin/msmtp", "-C", "/dev/null", "--host=127.0.0.1", f"--port={port}", f"--from={sender}", *PEOPLE, input=MAIL),
    "esmtp": lambda: by("root/usr/bin/esmtp", "-C", os.path.abspath("esmtprc"), "-f", sender, *PEOPLE, input=MAIL),
    "nullmailer": by_nullmailer,
    "net/smtp": lambda: by("./by-go", f"127.0.0.1:{port}", *PEOPLE),
}
stated = {
    "smtplib": (["first", "gone", "last", "MAIL SENT"], ["gone@example.org"]), "msmtp": (["first", "gone"], 65),
    "esmtp": (["first", "gone", "last"], 70), "nullmailer": (["first", "gone"], 35), "net/smtp": (["first", "gone"], 1),
}
seen = {}
for name, way in ways.items():
    talk.clear()
    result = way()
    seen[name] = (sorted(talk, key=["first", "gone", "last", "MAIL SENT"].index), result)
    print(f"{name}: {seen[name]}", "" if seen[name] == stated[name] else f"CHANGED: stated {stated[name]}")
print("as stated" if seen == stated else "changed")
sys.exit(seen != stated)
P
timeout 60 python3 run.py
