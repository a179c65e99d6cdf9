from __future__ import annotations

import pytest

from netwatch.model import Oid

MINE = """
os: mine
text: Mine
discovery:
    - {sysObjectID: .1.3.6.1.4.1.8072.3.2.10, snmpget: {oid: PROBE-MIB::signature.0, op: '!=', value: false}}
    - {sysDescr: [Probe, Sonde], sysDescr_regex: ['/ v[0-9]/'], sysObjectID_except: .1.3.6.1.4.1.32473.1.9}
"""
LINUX = "os: linux\ntext: Linux\ndiscovery:\n    - sysObjectID: .1.3.6.1.4.1.8072.3.2.10\n"
SIGNATURE = Oid.parse("1.3.6.1.4.1.32473.7.9.0")
NET_SNMP = "1.3.6.1.4.1.8072.3.2.10"


@pytest.mark.parametrize(
    ("number", "description", "answers", "system"),
    [
        ("1.3.6.1.4.1.99.1", "a Sonde v3", {}, "mine"),
        ("1.3.6.1.4.1.99.1", "a Sonde", {}, ""),
        ("1.3.6.1.4.1.32473.1.9", "Probe v3", {}, "probeos"),
        (NET_SNMP, "Linux", {}, "linux"),
        (NET_SNMP, "Linux", {SIGNATURE: "yes"}, "mine"),
    ],
)
def test_the_system_is_the_one_whose_conditions_hold(library_of, number, description, answers, system):
    library = library_of(mine=MINE, linux=LINUX)
    assert library.foreign.system_of(number, description, answers) == system


def test_a_device_is_asked_only_where_its_answer_decides(library_of):
    library = library_of(mine=MINE, linux=LINUX)
    assert list(library.questions(NET_SNMP, "Linux")) == [SIGNATURE]
    assert list(library.questions("1.3.6.1.4.1.99.1", "Router")) == []
