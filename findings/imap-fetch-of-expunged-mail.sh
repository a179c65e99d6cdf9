#!/bin/bash
# Dovecot 2.3.19.1 and Courier-IMAP 5.0.13 (Debian 12): a mail that another session has just expunged is fetched, and the command ends in OK.
#
# Expected: no data for that message, or a tagged NO. RFC 2180, 4.1 gives servers several ways; keeping the message readable and
# refusing are the plain ones. OK with [EXPUNGEISSUED] (RFC 5530) says that some messages are gone, and not which.
# Seen:
# - Dovecot: BODY[] NIL, RFC822.SIZE 0, an ENVELOPE of ten NILs and, from its cache, a BODYSTRUCTURE that speaks of a body; then
#   OK [EXPUNGEISSUED]
# - Courier: a mail that nobody wrote, with the UID of the one that is gone: from root@localhost, "message unavailable", and a
#   sentence about it as its body; then OK without a response code. The next FETCH of it gives the same again
#
# For a monitor that reads replies and bounces from a mailbox that people or filters also use: a body of NIL is not a mail without a
# body, and one without Message-ID, Date and Received may be the server's own. Drop both, do not count, answer, move or flag them, look at the
# response code of an OK as well, and ask for the UIDs again before acting.
# Needs root (a mount namespace of its own; nothing is installed).
set -euo pipefail
T=$(mktemp -d); trap 'rm -rf "$T"' EXIT; chmod 755 "$T"
cd "$T"; apt-get -qq -o APT::Sandbox::User=root download dovecot-{core,imapd}=1:2.3.19.1+dfsg1-2.1+deb12u7 \
  courier-imap=5.0.13+1.0.16-3+b6 courier-authlib libcourier-unicode4 libidn12 libgamin0
for deb in *.deb; do dpkg -x "$deb" root; done
[ ! -d root/lib ] || cp -r root/lib/. root/usr/lib/
mkdir home; mkdir -p home/courier/Maildir/{cur,new,tmp}; chown 65534:65534 home
cat > dovecot.conf <<C
protocols = imap
mail_location = maildir:$T/home/dovecot
log_path = $T/home/log
mail_uid = 65534
mail_gid = 65534
first_valid_gid = 0
ssl = no
C
cat > run.py <<'P'
import os, re, subprocess, sys

TOP = sys.argv[1]
SERVERS = {
    "Dovecot": (["/usr/lib/dovecot/imap", "-c", f"{TOP}/dovecot.conf"], {"HOME": f"{TOP}/home", "USER": "reader"}),
    "Courier": (["/usr/bin/imapd", "Maildir"], {"HOME": f"{TOP}/home/courier", "AUTHENTICATED": "reader", "IMAP_CAPABILITY": "IMAP4rev1 UIDPLUS",
                                               "TCPREMOTEIP": "127.0.0.1", "LD_LIBRARY_PATH": "/usr/lib:/usr/lib/courier-authlib"}),
}

class Session:
    """One imap process, logged in beforehand, spoken to over pipes."""

    def __init__(self, server):
        command, environment = SERVERS[server]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                        cwd=environment["HOME"], env={**os.environ, **environment})
        while not self.process.stdout.readline().startswith(b"* PREAUTH"):
            pass

    def __call__(self, command, literal=None):
        self.process.stdin.write(f"t {command}\r\n".encode())
        self.process.stdin.flush()
        if literal is not None:
            self.process.stdout.readline()
            self.process.stdin.write(literal + b"\r\n")
            self.process.stdin.flush()
        lines = []
        while not lines or not lines[-1].startswith("t "):
            lines.append(self.process.stdout.readline().decode().strip())
        return lines

changed = False
for server, command, stated in (
    ("Dovecot", "UID FETCH {uid} (UID BODY.PEEK[])", ["FETCH (UID {uid} BODY[] NIL)", "t OK [EXPUNGEISSUED]"]),
    ("Dovecot", "UID FETCH {uid} (RFC822.SIZE ENVELOPE BODYSTRUCTURE)",
     ["RFC822.SIZE 0 ENVELOPE (NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL)", 'BODYSTRUCTURE ("text" "plain"', "t OK [EXPUNGEISSUED]"]),
    ("Courier", "UID FETCH {uid} (UID BODY.PEEK[])", ["FETCH (UID {uid} BODY[]", "root@localhost", "Subject: message unavailable", "t OK FETCH"]),
    ("Courier", "UID FETCH {uid} (ENVELOPE)", ['"message unavailable"', '"root" "localhost"', "t OK FETCH"]),
):
    reader, other = Session(server), Session(server)
    mail = b"From: someone@example.net\r\nSubject: Re: sw1 is down\r\nMessage-ID: <2@example.net>\r\n\r\nI am on it\r\n"
    uid = re.search(r"APPENDUID \d+ (\d+)", reader(f"APPEND INBOX {{{len(mail)}}}", mail)[-1])[1]
    reader("SELECT INBOX")
    other("SELECT INBOX")
    other(f"UID STORE {uid} +FLAGS (\\Deleted)")
    other("EXPUNGE")
    seen = " / ".join(reader(command.format(uid=uid)))
    print(f"{server}: {command.format(uid=uid)}\n   {seen}")
    if not all(part.format(uid=uid) in seen for part in stated):
        changed = True
        print(f"CHANGED: stated {stated}")
print("changed" if changed else "as stated")
sys.exit(changed)
P
cat > inside.sh <<C
mount -t overlay overlay -o lowerdir=$T/root/usr:/usr /usr
timeout 40 python3 run.py $T || { tail -n 5 home/log; exit 1; }
C
unshare --mount --pid --fork --mount-proc --kill-child bash -eu inside.sh
