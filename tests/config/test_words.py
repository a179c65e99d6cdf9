"""Every class of error is said in plain words, at the line and column it stands: where the texts below have a »."""

from __future__ import annotations

import pytest

CREDENTIAL = "credentials: {c: {version: 2c, community: x}}\ndefaults: {credential: c}\n"
ADDRESS = "must be an IP address or a host name, such as 192.0.2.1, 2001:db8::1 or sw1.example.net"


@pytest.mark.parametrize(("text", "said"), [
    ("»pollling: {}", 'pollling: unknown key; did you mean "polling"?'),
    ("polling:\n  »intervall: 60s", 'polling.intervall: unknown key; did you mean "interval"?'),
    ("store: {»x: 1}", "store.x: unknown key; known here: reserve, retention, url"),
    ("route: {routes: [{»group_bye: [a]}]}", 'route.routes[0].group_bye: unknown key; did you mean "group_by"?'),
    ("smtp: {relays: [{host: a, »tsl: none}]}", 'smtp.relays[0].tsl: unknown key; did you mean "tls"?'),
    ("smtp: {»form: a@b}", 'smtp.form: unknown key; did you mean "from"?'),
    ("devices:\n  - name: a\n  - »address: 192.0.2.1\n    credential: c", "devices[1].name: is missing"),
    ("devices: »just text", "devices: must be a list: put it in brackets, [ ]"),
    ("devices: [»text]", "devices[0]: must be a mapping, that is keys with values"),
    ("polling: »60s", "polling: must be a mapping, that is keys with values"),
    ("polling: {retries: »1.5}", "polling.retries: must be a whole number"),
    ("polling: {retries: »many}", "polling.retries: must be a whole number"),
    ("polling: {retries: »11}", "polling.retries: must be at most 10"),
    ("polling: {retries: »-1}", "polling.retries: must be at least 0"),
    ("polling: {interval: »60}", "polling.interval: 60 needs a unit, such as 60s or 60m"),
    ("polling:\n  interval: »6 apples", "polling.interval: '6 apples' is not a duration such as 30s, 5m or 1h30m"),
    ("polling: {interval: »2024-01-01}", "polling.interval: is not a duration such as 30s, 5m or 1h30m"),
    ("polling: {interval: »true}", "polling.interval: is not a duration such as 30s, 5m or 1h30m"),
    ("polling: {interval: »0s}", "polling.interval: must be more than 0s"),
    ("defaults: {port: »70000}", "defaults.port: must be at most 65535"),
    ("route: {continue: »maybe}", "route.continue: must be true or false"),
    ("store: {url: »netwatch.db}", "store.url: must be sqlite:/// and the path of a file, as in "
     "sqlite:////var/lib/netwatch/netwatch.db"),
    ("discovery: {timeout: »1ms}", "discovery.timeout: must be at least 50ms"),
    ("discovery: {timeout: »1h}", "discovery.timeout: must be at most 30s"),
    ("store: {retention: »1h}", "store.retention: must be at least 1d: the page and `netwatch explain` read what it "
     "keeps"),
    ("web: {listen: »here}", "web.listen: 'here' is not an address to listen on, such as 127.0.0.1:10916, "
     "[::1]:10916 or :10916"),
    ("»1: x", "[1]: a key must be text; quote it"),
])  # fmt: skip
def test_a_wrong_value_is_named_with_what_is_right(problems_at, text, said):
    assert said in problems_at(text)


@pytest.mark.parametrize(("credential", "said"), [
    ("»{version: 2c}", "credentials.a.community: is missing"),
    ("{version: 2c, »comunity: x}", 'credentials.a.comunity: unknown key; did you mean "community"?'),
    ("{version: 2c, community: »''}", "credentials.a.community: must not be empty"),
    ("{version: »9}", "credentials.a.version: must be 1, 2c or 3"),
    ("{version: »[3]}", "credentials.a.version: must be 1, 2c or 3"),
    ("»{community: x}", "credentials.a: needs a version: 1, 2c or 3"),
    ("»text", "credentials.a: must be a mapping, that is keys with values"),
    ("»{version: 3}", "credentials.a.user: is missing"),
    ("{version: 3, user: u, »community: x}", "credentials.a.community: unknown key; known here: auth_passphrase, "
     "auth_protocol, context, privacy_passphrase, privacy_protocol, user, version"),
    ("{version: 3, user: u, auth_protocol: »sha256}", "credentials.a.auth_protocol: must be MD5, SHA, SHA-224, "
     'SHA-256, SHA-384 or SHA-512; did you mean "SHA-256"?'),
    ("»{version: 3, user: u, auth_protocol: SHA}",
     "credentials.a.auth_passphrase: is missing: auth_protocol needs it"),
    ("{version: 3, user: u, auth_passphrase: »longenough}",
     "credentials.a.auth_passphrase: needs auth_protocol beside it"),
    ("{version: 3, user: u, auth_protocol: SHA, auth_passphrase: »hunter2}",
     "credentials.a.auth_passphrase: must have at least 8 characters (RFC 3414)"),
    ("{version: 3, user: u, privacy_protocol: »AES, privacy_passphrase: longenough}",
     "credentials.a.privacy_protocol: needs auth_protocol and auth_passphrase: SNMPv3 has no privacy without "
     "authentication"),
])  # fmt: skip
def test_a_credential_is_checked_as_its_version_wants_it(problems_at, credential, said):
    assert said in problems_at(f"credentials:\n  a: {credential}\n")


@pytest.mark.parametrize(("written", "version"), [
    ("1", "1"), ("2", "2c"), ("2c", "2c"), ('"2c"', "2c"), ("v2c", "2c"), ('"1"', "1"),
])  # fmt: skip
def test_a_version_may_be_written_as_a_number(load_text, written, version):
    settings = load_text(f"credentials: {{a: {{version: {written}, community: x}}}}").settings

    assert settings.credentials["a"].version == version


def test_version_3_may_be_written_as_a_number(load_text):
    assert load_text("credentials: {a: {version: 3, user: u}}").settings.credentials["a"].version == "3"


@pytest.mark.parametrize(("written", "kind"), [
    ("0777", "number"), ("1e3", "number"), ("123", "number"), ("0x1F", "number"), ("1.2", "number"),
    ("true", "truth value"), ("2024-01-31", "date"),
])  # fmt: skip
def test_text_that_yaml_takes_for_something_else_must_be_quoted(problems_at, written, kind):
    said = problems_at(f"{CREDENTIAL}devices: [{{name: »{written}, address: 192.0.2.1}}]")

    assert said == [f'devices[0].name: YAML reads this as a {kind}; quote it: name: "{written}"']


@pytest.mark.parametrize("written", ["0777", "1e3", "123", "true", "2024-01-31"])
@pytest.mark.parametrize("key", ["community", "auth_passphrase", "privacy_passphrase"])
def test_a_secret_that_must_be_quoted_is_not_repeated(problems, key, written):
    version = "2c" if key == "community" else "3, user: u, auth_protocol: SHA"
    said = [one for one in problems(f"credentials: {{a: {{version: {version}, {key}: {written}}}}}") if key in one]

    assert any(one.endswith(f'quote it: {key}: "..."') for one in said)
    assert not any(written in one for one in said)


@pytest.mark.parametrize("written", ["no", "yes", "off", "n", "0777abc", "1:30", "'0777'", "~x"])
def test_text_that_looks_odd_and_is_text_stays_as_it_is(load_text, written):
    settings = load_text(f"credentials: {{a: {{version: 2c, community: {written}}}}}").settings

    assert settings.credentials["a"].community.get_secret_value() == written.strip("'")


@pytest.mark.parametrize(("text", "said"), [
    ("devices: [{name: a, address: a, labels: {vlan: »0100}}]",
     'devices[0].labels.vlan: YAML reads this as a number; quote it: vlan: "0100"'),
    ("traps: {users: [»7]}", 'traps.users[0]: YAML reads this as a number; quote it: "7"'),
    ("devices: [{name: a, address: a, labels: {site:» }}]", 'devices[0].labels.site: is empty; write "" for no text'),
    ("devices: [{name: a, address: »[a]}]", "devices[0].address: must be text, not a list"),
    ("devices: [{name: a, address: »{a: b}}]", "devices[0].address: must be text, not a mapping"),
])  # fmt: skip
def test_what_must_be_text_says_how(problems_at, text, said):
    assert said in problems_at(CREDENTIAL + text)


@pytest.mark.parametrize(("device", "said"), [
    ("{name: »netwatch, address: a}",
     "name: 'netwatch' is the name under which NetWatch watches itself; choose another"),
    ("{name: »a/b, address: a}", "name: must be printable, without a slash, and without blanks around it"),
    ("{name: a, address: »'[::1]'}", "address: is written without brackets here; a port has its own key `port`"),
    ("{name: a, address: »192.0.2.256}", f"address: {ADDRESS}"),
    ("{name: a, address: »192.0.2.1:161}", f"address: {ADDRESS}"),
    ("{name: a, address: »'sw 1'}", f"address: {ADDRESS}"),
    ("{name: a, address: a, accept_from: [»b]}", "accept_from[0]: 'b' does not appear to be an IPv4 or IPv6 address"),
    ("{name: a, address: a, labels: {»a-b: x}}",
     "labels.a-b: a label's name has letters, digits and _, and does not begin with a digit or __"),
    ("{name: a, address: a, labels: {»device: x}}",
     "labels.device: the label 'device' is set by NetWatch; choose another name"),
])  # fmt: skip
def test_a_device_has_a_name_and_an_address_that_can_work(problems_at, device, said):
    assert problems_at(f"{CREDENTIAL}devices: [{device}]") == [f"devices[0].{said}"]


@pytest.mark.parametrize(("traps", "said"), [
    ("{listen: [»'162']}", "listen[0]: must be an IP address and a port, such as 0.0.0.0:162 or [::]:162"),
    ("{listen: [»'::1:162x']}", "listen[0]: must be an IP address and a port, such as 0.0.0.0:162 or [::]:162"),
    ("{listen: [»'::1:162']}", "listen[0]: an IPv6 address, and only that, stands in brackets: [::]:162"),
    ("{listen: [»'here:162']}",
     "listen[0]: must begin with an IP address of this machine, such as 0.0.0.0:162 or [::]:162"),
    ("{allow: [»192.0.2.1/24]}", "allow[0]: has bits set behind its prefix; did you mean '192.0.2.0/24'?"),
    ("{allow: [»all]}", "allow[0]: must be an address or a network, such as 192.0.2.7 or 192.0.2.0/24"),
])  # fmt: skip
def test_trap_addresses_can_work(problems_at, traps, said):
    assert problems_at(f"traps: {traps}") == [f"traps.{said}"]


@pytest.mark.parametrize("address", ['"a b@c"', '"noc@example.net\\r\\nBcc: x@y"', '"NOC"', '"noc@exa\\u0000mple"'])
def test_a_mail_address_is_one_that_servers_take(problems_at, address):
    said = problems_at(
        f"receivers:\n  - {{name: noc, email: {{to: [»{address}]}}}}\n"
        "route: {receiver: noc}\nsmtp: {from: a@b, relays: [{host: mail}]}"
    )

    assert len(said) == 1
    assert said[0].startswith("receivers[0].email.to[0]: ")
    assert "\n" not in said[0]


@pytest.mark.parametrize(("relay", "fine"), [
    ("{host: mail, username: u, password: '${env:P}'}", False),
    ("{host: mail, tls: none, username: u, password: '${env:P}'}", False),
    ("{host: mail, tls: starttls, username: u, password: '${env:P}'}", True),
    ("{host: mail, tls: implicit, username: u, password: '${env:P}'}", True),
    ("{host: 127.0.0.1, username: u, password: '${env:P}'}", True),
    ("{host: mail, tls: starttls, username: u}", False),
])  # fmt: skip
def test_a_password_is_never_sent_in_the_clear(problems_at, relay, fine):
    said = problems_at(f"smtp: {{relays: [»{relay}]}}", P="hunter2")

    assert (said == []) is fine
    assert all(one.startswith("smtp.relays[0]: ") for one in said)
    assert "hunter2" not in str(said)


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("route: {receiver: noc}\nrecievers: [{name: noc}]\n", 'recievers: unknown key; did you mean "receivers"?'),
        ("defaults: {credential: c}\ncredentials: {c: {version: 2c, community: x}}\n"
         "devices: [{name: a, adress: 192.0.2.1}]\n", 'adress: unknown key; did you mean "address"?'),
    ],
)  # fmt: skip
def test_a_key_that_nobody_reads_is_told_before_what_is_missing_because_of_it(problems, text, first):
    told = problems(text)

    assert told[0].endswith(first)
    assert len(told) > 1
