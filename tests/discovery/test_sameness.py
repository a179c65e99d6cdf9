"""Which hosts are one device."""

from netwatch.discovery import Host, devices_of


def host(address, **facts):
    return Host(address=address, pinged=True, credential="campus", **facts)


def names(hosts, known=None):
    return [(one.name, one.host.address, one.others, one.known_as) for one in devices_of(hosts, known or {})]


def test_one_engine_one_serial_one_chassis_or_its_own_addresses_make_one_device_of_many():
    core = {"sys_name": "core", "sys_object_id": "1.3.6.1.4.1.9.1.1"}
    hosts = [
        host("192.0.2.10", engine_id="8000000901", **core),
        host("192.0.2.2", engine_id="8000000901", **core),
        host("192.0.2.3", serial="FOC1", **core),
        host("192.0.2.2", serial="FOC1", engine_id="8000000901", **core),
        host("198.51.100.1", chassis="00aa", **core),
        host("198.51.100.2", chassis="00aa", addresses=("192.0.2.3",), **core),
    ]

    assert names(hosts)[0][:2] == ("core", "192.0.2.2")
    assert {one[0] for one in names(hosts)} == {"core"}


def test_a_copied_engine_id_does_not_make_one_of_two_that_differ():
    hosts = [host("192.0.2.1", engine_id="80", sys_name="a"), host("192.0.2.2", engine_id="80", sys_name="b")]
    assert [one[0] for one in names(hosts)] == ["a", "b"]

    hosts = [host("192.0.2.1", engine_id="80", serial="S1"), host("192.0.2.2", engine_id="80", serial="S2")]
    assert len(names(hosts)) == 2


def test_serials_that_makers_leave_unfilled_are_none():
    hosts = [host(f"192.0.2.{n}", serial=serial) for n, serial in enumerate(["N/A", "N/A", "0", "0", "", ""])]

    assert len(names(hosts)) == 6


def test_an_address_that_many_have_of_their_own_makes_one_only_of_those_that_are_called_alike():
    hosts = [
        host("192.0.2.1", sys_name="a", addresses=("192.0.2.1", "10.0.0.1")),
        host("192.0.2.2", sys_name="b", addresses=("192.0.2.2", "192.0.2.1")),
    ]

    assert len(names(hosts)) == 2


def test_a_device_that_is_configured_keeps_its_name_by_whichever_address_it_is_known():
    hosts = [host("192.0.2.1", sys_name="sw", engine_id="80"), host("192.0.2.2", sys_name="sw", engine_id="80")]

    assert names(hosts, {"192.0.2.2": "core-sw1"}) == [("core-sw1", "192.0.2.2", ("192.0.2.1",), "core-sw1")]
    beyond = [host("192.0.2.1", sys_name="sw", addresses=("10.9.9.9",))]
    assert names(beyond, {"10.9.9.9": "core-sw1"})[0][3] == "core-sw1"


def test_who_says_he_has_the_address_of_a_known_device_is_not_it_where_that_one_was_found():
    router = host("192.0.2.1", sys_name="gw")
    other = host("192.0.2.9", sys_name="sw9", addresses=("192.0.2.1", "192.0.2.9"))

    found = devices_of([router, other], {"192.0.2.1": "core"})

    assert [(one.name, one.known_as) for one in found] == [("core", "core"), ("sw9", "")]


def test_two_devices_never_have_one_name():
    hosts = [
        host("192.0.2.1", sys_name="sw", serial="a"),
        host("192.0.2.2", sys_name="sw", serial="b"),
        host("192.0.2.3"),
    ]

    assert [one[0] for one in names(hosts)] == ["sw", "sw-192.0.2.2", "192.0.2.3"]
    assert names([host("192.0.2.9", sys_name="sw")], {"192.0.2.200": "sw"})[0][0] == "sw-192.0.2.9"


def test_what_a_device_calls_itself_is_made_a_name_that_a_configuration_takes():
    assert names([host("192.0.2.1", sys_name="a/b\x1b[31m ")])[0][0] == "a-b-[31m"
    assert names([host("192.0.2.1", sys_name="netwatch")])[0][0] == "netwatch-192.0.2.1"
    assert len(names([host("192.0.2.1", sys_name="x" * 5000)])[0][0]) <= 255


def test_who_answers_to_no_credential_is_no_device_yet():
    assert devices_of([Host(address="192.0.2.1", pinged=True)], {}) == []
