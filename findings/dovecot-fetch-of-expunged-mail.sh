#!/bin/bash
# Dovecot 2.3.19.1 (Debian 12): a mail that another session has just expunged is fetched as an empty one, and the command ends in OK.
#
# Expected: no data for that message, or a tagged NO. RFC 2180, 4.1 gives servers several ways; keeping the message readable and
# refusing are the plain ones. OK with [EXPUNGEISSUED] (RFC 5530) says that some messages are gone, and not which.
# Seen: the first FETCH after the other session's EXPUNGE answers for the vanished mail with BODY[] NIL, RFC822.SIZE 0, an ENVELOPE
# of ten NILs and, from its cache, a BODYSTRUCTURE that speaks of a body; the tagged line is OK [EXPUNGEISSUED]. COPY of it says NO.
# From the next command on the mail is simply missing.
#
# For a monitor that reads replies and bounces from a mailbox that people or filters also use: a body of NIL is not a mail without a
# body. Drop it, do not count it as read or unreadable, do not move or flag it, and look at the response code of an OK as well.
# Needs root (a mount namespace of its own; nothing is installed).
set -euo pipefail
T=$(mktemp -d); trap 'rm -rf "$T"' EXIT; chmod 755 "$T"
cd "$T"; apt-get -qq -o APT::Sandbox::User=root download dovecot-{core,imapd}=1:2.3.19.1+dfsg1-2.1+deb12u7
for deb in *.deb; do dpkg -x "$deb" root; done
mkdir home; chown 65534:65534 home
cat > dovecot.conf <<C
protocols = imap
mail_location = maildir:$T/home/mail
log_path = $T/home/log
mail_uid = 65534
mail_gid = 65534
first_valid_gid = 0
ssl = no
C
cat > run.py <<'P'
import os, re, subprocess, sys

class Session:
    """One imap process, logged in beforehand, spoken to over pipes."""

    def __init__(self, top):
        self.process = subprocess.Popen(["/usr/lib/dovecot/imap", "-c", f"{top}/dovecot.conf"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        env={**os.environ, "HOME": f"{top}/home", "USER": "reader"})
        assert self.process.stdout.readline().startswith(b"* PREAUTH")

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

reader, other = Session(sys.argv[1]), Session(sys.argv[1])
changed = False
for command, stated in (
    ("UID FETCH {uid} (UID BODY.PEEK[])", ["FETCH (UID {uid} BODY[] NIL)", "OK [EXPUNGEISSUED]"]),
    ("UID FETCH {uid} (RFC822.SIZE ENVELOPE BODYSTRUCTURE)", ["RFC822.SIZE 0 ENVELOPE (NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL)",
                                                  'BODYSTRUCTURE ("text" "plain"', "OK [EXPUNGEISSUED]"]),
    ("UID COPY {uid} INBOX", ["NO [EXPUNGEISSUED]"]),
):
    mail = b"From: someone@example.net\r\nSubject: Re: sw1 is down\r\n\r\nI am on it\r\n"
    uid = re.search(r"APPENDUID \d+ (\d+)", reader(f"APPEND INBOX {{{len(mail)}}}", mail)[-1])[1]
    reader("SELECT INBOX")
    other("SELECT INBOX")
    other(f"UID STORE {uid} +FLAGS (\\Deleted)")
    other("EXPUNGE")
    seen = " / ".join(reader(command.format(uid=uid)))
    print(f"{command.format(uid=uid)}\n   {seen}")
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
