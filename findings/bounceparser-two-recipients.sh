#!/bin/bash
# Mail::DeliveryStatus::BounceParser 1.543 (Debian 12): a report on two recipients of whom one failed is no bounce if the other one is well.
#
# Expected: RFC 3464, 2.3: a report has a group of fields for each recipient, each with an Action of its own; one that failed beside one that was
# delivered, relayed or delayed is an ordinary report. A parser of bounces names the one that failed, as flufl.bounce 4.0 does of the same mails.
# Seen: as soon as any group says delivered, relayed or delayed, in whatever order, is_bounce() is false, and reports() holds only what stood before
# that group: a failure behind it is nowhere. With two failures both are named.
#
# For a monitor that mails several people at once: a dead address is never noticed as long as somebody else gets the mail. Read the report's groups
# one by one; or mail each person separately, so that a report speaks of one.
set -euo pipefail
T=$(mktemp -d); trap 'rm -rf "$T"' EXIT
cd "$T"
apt-get -qq -o APT::Sandbox::User=root download libmail-deliverystatus-bounceparser-perl=1.543+repacked-1 \
  libmime-tools-perl=5.510-1 libmailtools-perl=2.21-2 libtimedate-perl libconvert-binhex-perl
for deb in *.deb; do dpkg -x "$deb" root; done
python3 -m venv v; v/bin/pip install -q --disable-pip-version-check flufl.bounce==4.0
cat > write.py <<'P'
import email.message, email.mime.base, email.mime.multipart, email.mime.text, pathlib, sys

CODES = {"failed": "5.1.1", "delivered": "2.0.0", "relayed": "2.0.0", "delayed": "4.4.1"}

def report(*actions):
    top = email.mime.multipart.MIMEMultipart("report", report_type="delivery-status")
    fields = {"Return-Path": "<>", "From": "MAILER-DAEMON@mx.example.org", "To": "monitor@example.net", "Subject": "Delivery report",
              "Date": "Tue, 01 Dec 2026 10:00:00 +0000", "Message-ID": "<2@mx.example.org>", "Auto-Submitted": "auto-replied"}
    for name, value in fields.items():
        top[name] = value
    status = email.mime.base.MIMEBase("message", "delivery-status")
    groups = [{"Reporting-MTA": "dns; mx.example.org"}]
    for number, action in enumerate(actions, 1):
        groups.append({"Final-Recipient": f"rfc822; person{number}@example.org", "Action": action, "Status": CODES[action]})
        if action == "failed":
            groups[-1]["Diagnostic-Code"] = "smtp; 550 5.1.1 no such mailbox"
    blocks = []
    for group in groups:
        block = email.message.Message()
        for name, value in group.items():
            block[name] = value
        blocks.append(block)
    status.set_payload(blocks)
    ours = email.mime.base.MIMEBase("text", "rfc822-headers")
    ours.set_payload("From: monitor@example.net\nMessage-ID: <1@example.net>\nSubject: sw1 is down\n")
    for part in (email.mime.text.MIMEText("This is what became of your mail.\n"), status, ours):
        top.attach(part)
    return top.as_string()

for other in CODES:
    for actions in {(other, "failed"), ("failed", other)}:
        pathlib.Path("-".join(actions)).write_text(report(*actions))
P
cat > read.pl <<'P'
use strict; use warnings; use Mail::DeliveryStatus::BounceParser;
for my $name (@ARGV) {
    open my $file, "<", $name or die; local $/;
    my $bounce = Mail::DeliveryStatus::BounceParser->new(scalar <$file>);
    print join(" ", "BounceParser", "$name:", $bounce->is_bounce ? "a bounce," : "no bounce,", sort map { $_->get("email") } $bounce->reports), "\n";
}
P
cat > read.py <<'P'
import email, sys
from flufl.bounce import all_failures

for name in sys.argv[1:]:
    with open(name) as file:
        _, failed = all_failures(email.message_from_file(file))
    print("flufl.bounce", f"{name}:", *sorted(address.decode() for address in failed))
P
python3 write.py
NAMES=$(ls | grep -E '^[a-z]+-[a-z]+$' | sort)
{ PERL5LIB=root/usr/share/perl5 timeout 40 perl read.pl $NAMES; timeout 20 v/bin/python read.py $NAMES; } > seen
cat > stated <<'S'
BounceParser delayed-failed: no bounce,
BounceParser delivered-failed: no bounce,
BounceParser failed-delayed: no bounce, person1@example.org
BounceParser failed-delivered: no bounce, person1@example.org
BounceParser failed-failed: a bounce, person1@example.org person2@example.org
BounceParser failed-relayed: no bounce, person1@example.org
BounceParser relayed-failed: no bounce,
flufl.bounce delayed-failed: person2@example.org
flufl.bounce delivered-failed: person2@example.org
flufl.bounce failed-delayed: person1@example.org
flufl.bounce failed-delivered: person1@example.org
flufl.bounce failed-failed: person1@example.org person2@example.org
flufl.bounce failed-relayed: person1@example.org
flufl.bounce relayed-failed: person2@example.org
S
sed -i 's/ *$//' seen; cat seen
diff stated seen >/dev/null && echo "as stated" || { echo "CHANGED: stated"; cat stated; exit 1; }
