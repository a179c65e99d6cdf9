"""The networks this machine stands in, from the kernel's table of routes."""

from netwatch.discovery import local_networks

HEADER = "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n"


def route(name, destination, gateway, mask):
    return f"{name}\t{destination}\t{gateway}\t0001\t0\t0\t0\t{mask}\t0\t0\t0\n"


def test_a_network_is_a_route_without_a_gateway(tmp_path):
    (tmp_path / "route").write_text(
        HEADER
        + route("eth0", "00000000", "010200C0", "00000000")  # the default
        + route("eth0", "000200C0", "00000000", "00FFFFFF")  # 192.0.2.0/24
        + route("eth1", "0000A8C0", "00000000", "0000FFFF")  # 192.168.0.0/16
        + route("eth1", "0000A8C0", "00000000", "0000FFFF")  # once more, as a second interface has it
        + route("eth2", "0000000A", "00000000", "000000FF")  # 10.0.0.0/8, too large to look through unasked
        + route("eth2", "0000FEA9", "00000000", "0000FFFF")  # link-local
        + route("lo", "0000007F", "00000000", "000000FF")
        + "garbled\nhalf\t00\n"
    )

    assert local_networks(tmp_path / "route") == ["192.0.2.0/24", "192.168.0.0/16"]


def test_where_the_system_does_not_say_there_are_none(tmp_path):
    assert local_networks(tmp_path / "nothing") == []
