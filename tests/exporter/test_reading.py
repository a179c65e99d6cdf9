"""snmp.yml as snmp_exporter 0.30 reads it: every key, several files, and what is wrong with its line."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from netwatch.exporter import Definitions, read_definitions, try_definitions
from netwatch.model import InvalidFile, Oid

EVERY_KEY = """
auths:
  public_v2: {community: secret, security_level: noAuthNoPriv, auth_protocol: MD5, priv_protocol: DES, version: 2}
  v3: {version: 3, security_level: authPriv, username: u, password: p4ssw0rd!, auth_protocol: SHA256,
       priv_protocol: AES256C, priv_password: 0123456789, context_name: vrf}
modules:
  one:
    walk: [1.3.6.1.2.1.2]
    get: [1.3.6.1.2.1.1.3.0]
    max_repetitions: 10
    retries: 1
    timeout: 1m1.5s
    use_unconnected_udp_socket: true
    allow_nonincreasing_oids: true
    filters:
    - {oid: 1.3.6.1.2.1.2.2.1.3, targets: [1.3.6.1.2.1.2.2.1.4], values: ["6|^1$"]}
    metrics:
    - name: ifMtu
      oid: 1.3.6.1.2.1.2.2.1.4
      type: gauge
      help: The size
      offset: 1.5
      scale: 0.1
      datetime_pattern: "%Y"
      indexes:
      - {labelname: ifIndex, type: EnumAsInfo, fixed_size: 0, implied: true, enum_values: {1: true, 2: 1.50}}
      lookups:
      - {labels: [ifIndex], labelname: ifDescr, oid: 1.3.6.1.2.1.2.2.1.2, type: DisplayString, enum_values: {1: up}}
      - {labels: [], labelname: ifIndex}
      enum_values: {1: up}
      regex_extracts:
        Temp: [{regex: "(.*)C", value: "$1"}, {regex: "(.*)"}]
"""


def read(folder: Path, *texts: str, **environment: str) -> Definitions:
    for number, text in enumerate(texts):
        (folder / f"snmp{number}.yml").write_text(text)
    return read_definitions([folder / "snmp*.yml"], environment=environment or None)


def test_every_key_of_0_30_is_read(tmp_path):
    definitions = read(tmp_path, EVERY_KEY)

    module, auth = definitions.modules["one"], definitions.auths["v3"]
    assert (module.walk, module.get) == ((Oid.parse("1.3.6.1.2.1.2"),), (Oid.parse("1.3.6.1.2.1.1.3.0"),))
    assert (module.retries, module.timeout, module.max_repetitions) == (1, timedelta(seconds=61.5), 10)
    assert module.allow_nonincreasing
    assert [fits("16") for fits in module.filters[0].fits] == [True]
    metric = module.metrics[0]
    assert (metric.name, metric.help, metric.scale, metric.offset, metric.enum) == (
        "ifMtu", "The size", 0.1, 1.5, {1: "up"},
    )  # fmt: skip
    assert metric.indexes[0].enum == {1: "true", 2: "1.50"}
    assert [(one.label, one.labels) for one in metric.lookups] == [("ifDescr", ("ifIndex",)), ("ifIndex", ())]
    assert [way("12.5C") for way in metric.extracts["Temp"]] == [12.5, None]
    assert (auth.version, auth.user, auth.auth_protocol, auth.privacy_protocol, auth.context) == (
        "3", "u", "SHA-256", "AES-256-C", "vrf",
    )  # fmt: skip
    assert auth.privacy_passphrase.get_secret_value() == "0123456789"


def test_what_is_not_written_is_as_snmp_exporter_has_it(tmp_path):
    definitions = read(tmp_path, "auths: {public_v2: {}}\nmodules: {empty: {}}\n")

    assert definitions.auths["public_v2"].community.get_secret_value() == "public"
    assert definitions.auths["public_v2"].version == "2c"
    module = definitions.modules["empty"]
    assert (module.retries, module.timeout, module.max_repetitions) == (3, timedelta(seconds=5), 25)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("modules:\n  a:\n    wolk: [1.3]\n", "snmp0.yml:3:5: modules.a.wolk: unknown key 'wolk'"),
        ("modules:\n  a:\n    walk: [sysUpTime]\n", "snmp0.yml:3:12: modules.a.walk[0]: 'sysUpTime' is not a num"),
        ("modules:\n  a:\n    timeout: 5\n", "'5' is not a duration such as 5s"),
        ("modules:\n  a:\n    metrics:\n    - {name: x, oid: 1.3.6, type: guage}\n", "'guage' is none of Bits"),
        ("modules:\n  a:\n    metrics:\n    - {name: x, type: gauge}\n", "oid is missing"),
        ("modules:\n  a:\n    metrics:\n    - {name: a b, oid: 1.3.6, type: gauge}\n", "no name of a metric"),
        ("modules:\n  a:\n    filters:\n    - {oid: 1.3.6, values: ['(']}\n", "not a regular expression"),
        ("auths:\n  a: {version: 4}\n", "SNMP version must be 1, 2 or 3"),
        ("auths:\n  a: {version: 3, security_level: authPriv, username: u}\n", "priv_password is missing"),
        ("auths:\n  a: {version: 3, username: u, security_level: none}\n", "'none' is none of authNoPriv"),
        ("if_mib:\n  walk: [1.3.6]\n", "unknown key 'if_mib' (a file of snmp_exporter before 0.23?"),
        ("modules: [a]\n", "must be a mapping of names"),
        ("", "snmp0.yml:1:1: is empty: it was cut off, or is no snmp.yml"),
        ("# auths:\n", "is empty"),
        ("auths: {a: {version: [2]}}\n", "SNMP version must be 1, 2 or 3"),
        ("auths: {a: {version: {b: 2}}}\n", "SNMP version must be 1, 2 or 3"),
        ("auths: {a: {version: 3, security_level: [none]}}\n", "must be a text"),
        ("modules: {a: {timeout: 9999999999999999h}}\n", "'9999999999999999h' is longer than anything lasts"),
        ("modules: {a: {metrics: [{name: x, oid: 1.3.6, type: [gauge]}]}}\n", "type: must be a text"),
        ("modules: {a: {metrics: [{name: x, oid: 1.3.6, type: {b: gauge}}]}}\n", "type: must be a text"),
        ("modules: {a: {metrics: [{name: x, oid: 1.3.6, type: Bits, enum_values: {1: [a]}}]}}\n", "[1]: must be a"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_its_line(tmp_path, text, said):
    with pytest.raises(InvalidFile) as caught:
        read(tmp_path, text)

    assert said in str(caught.value)


def test_everything_wrong_is_said_at_once_and_the_rest_can_be_used(tmp_path):
    (tmp_path / "a.yml").write_text("modules:\n  a: {walk: [x]}\n  b: {get: [y], walk: [1.3.6.1]}\n")

    definitions, problems = try_definitions([tmp_path / "a.yml", tmp_path / "gone.yml"])

    assert len(problems) == 3
    assert definitions.modules["b"].walk == (Oid.parse("1.3.6.1"),)


def test_a_module_that_two_files_have_is_an_error(tmp_path):
    with pytest.raises(InvalidFile, match=r"snmp1\.yml:1:11: modules\.a: the module 'a' stands in another file too"):
        read(tmp_path, "modules: {a: {}}", "modules: {a: {}}")


def test_the_environment_fills_in_users_and_passwords_and_nothing_else(tmp_path):
    text = "auths: {a: {version: 3, username: $USER_NAME, security_level: authNoPriv, password: '${WORD}'}}"

    filled = read(tmp_path, text, USER_NAME="ann", WORD="of eight letters")

    assert (filled.auths["a"].user, filled.auths["a"].auth_passphrase.get_secret_value()) == (
        "ann",
        "of eight letters",
    )
    assert read(tmp_path, text).auths["a"].user == "$USER_NAME"
    with pytest.raises(InvalidFile, match="environment variable it names is not set"):
        read(tmp_path, text, OTHER="x")


def test_of_metrics_that_stand_below_each_other_the_outer_counts(tmp_path):
    metrics = "".join(
        f"    - {{name: {name}, oid: {oid}, type: gauge}}\n"
        for name, oid in (("inner", "1.3.6.1.2"), ("outer", "1.3.6.1"), ("twin", "1.3.6.2"), ("last", "1.3.6.2"))
    )

    module = read(tmp_path, f"modules:\n  a:\n    metrics:\n{metrics}").modules["a"]

    assert [metric.name for metric in module.metrics] == ["outer", "last"]


def test_the_file_that_comes_with_snmp_exporter_is_read_whole(corpus):
    definitions = read_definitions([corpus / "definitions" / "snmp_exporter" / "snmp.yml"])

    assert len(definitions.modules) > 50
    assert len(definitions.modules["if_mib"].metrics) == 39
