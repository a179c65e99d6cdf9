# Reads a mail from standard input with Perl's own modules, and prints what it found: one line per header and part.
# Usage: perl read_mail.pl < mail
use strict;
use warnings;
use Encode qw(decode encode);
use MIME::Base64 qw(decode_base64);
use MIME::QuotedPrint qw(decode_qp);

sub part {
    my ($octets, $depth) = @_;
    my ($head, $body) = split /\r\n\r\n/, $octets, 2;
    die "no blank line\n" unless defined $body;
    $head =~ s/\r\n([ \t])/$1/g;
    my %found;
    for my $line (split /\r\n/, $head) {
        my ($name, $value) = $line =~ /^([!-9;-~]+):\s*(.*)$/s or die "no header: $line\n";
        $found{lc $name} = $value;
        my $shown = decode('MIME-Header', $value);
        $shown =~ s/[\x00-\x1f]/?/g;
        print encode('UTF-8', "header $depth $name $shown\n") unless $depth;
    }
    my $type = $found{'content-type'};
    if ($type =~ m{^multipart/}) {
        my ($boundary) = $type =~ /boundary="([^"]+)"/ or die "no boundary\n";
        my @parts = split /\r\n--\Q$boundary\E(?:--)?\r\n/, "\r\n" . $body . "\r\n";
        shift @parts;
        print "multipart $depth ", scalar(grep { length } @parts), "\n";
        part($_, $depth + 1) for grep { /\S/ } @parts;
        return;
    }
    my $encoding = $found{'content-transfer-encoding'};
    $body = decode_qp($body) if $encoding eq 'quoted-printable';
    $body = decode_base64($body) if $encoding eq 'base64';
    my ($kind) = $type =~ m{^([a-z]+/[a-z]+)};
    print "part $depth $kind ", length($body), ' ', unpack('%32C*', $body), "\n";
}

binmode STDIN;
local $/;
part(scalar <STDIN>, 0);
