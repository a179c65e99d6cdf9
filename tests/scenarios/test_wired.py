"""Real machines wired up: what lldpd and FRR say, and what NetWatch makes of it over SNMP; a cable is pulled."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.ports import free_port
from tests.wired_network import FRR, Cable, Machine, WiredNetwork, run_wired

from .agent import RunningAgent, wait_until

CONFIG = """
credentials: {{usual: {{version: 2c, community: public}}}}
defaults: {{credential: usual}}
devices:
  - {{name: core1, address: 10.98.0.1}}
  - {{name: core2, address: 10.98.0.2}}
  - {{name: acc, address: 10.98.0.3}}
polling: {{interval: 2s, reachability_interval: 2s, timeout: 1s, retries: 3, discovery_interval: 2s}}
route: {{receiver: noc, group_wait: 5s, group_interval: 10s, group_by: [device, alertname]}}
receivers: [{{name: noc, email: {{to: [noc@example.net]}}}}]
smtp: {{from: netwatch@example.net, relays: [{{host: 127.0.0.1, port: {smtp}}}]}}
web: {{listen: "127.0.0.1:{web}"}}
store: {{url: "sqlite:///{state}/netwatch.db"}}
"""
LLDP_LOCAL = "1.0.8802.1.1.2.1.3.7"
"""lldpLocPortTable (LLDP-MIB)."""
ROUTES = "ip ospf hello-interval 1\n ip ospf dead-interval 4\n ip ospf network point-to-point"
KINDS = {"Bridge": "bridge", "Router": "router", "Wlan": "access-point", "Station": "station", "Repeater": "repeater"}


def lab(network: WiredNetwork) -> list[Machine]:
    """Two routers joined by a cable, and behind one of them a switch."""
    core1, core2, acc = (network.machine(name) for name in ("core1", "core2", "acc"))
    for one in (core1, core2, acc):
        one.has_snmp()
    acc.run("ip", "link", "add", "br0", "type", "bridge")
    acc.run("ip", "link", "set", "br0", "up")
    return [core1, core2, acc]


def routes(number: int, machine: Machine) -> None:
    """Have a router speak BGP and OSPF with the one at the other end of eth1."""
    other = 3 - number
    machine.run("ip", "addr", "add", f"10.97.0.{number}/24", "dev", "eth1")
    machine.routes("zebra", "")
    machine.routes("ospfd", f"agentx\ninterface eth1\n {ROUTES}\nrouter ospf\n ospf router-id 10.97.0.{number}\n"
                            " network 10.97.0.0/24 area 0\n")  # fmt: skip
    machine.routes("bgpd", f"agentx\nrouter bgp 6500{number}\n bgp router-id 10.97.0.{number}\n"
                           f" no bgp ebgp-requires-policy\n neighbor 10.97.0.{other} remote-as 6500{other}\n"
                           f" neighbor 10.97.0.{other} timers connect 1\n")  # fmt: skip


def told_by_lldpcli(machine: Machine) -> set[tuple[str, ...]]:
    """Return port, name, chassis ID, port ID and what it is of everybody a machine hears."""
    found = set()
    for one in machine.neighbours():
        (chassis,), (port,) = one["chassis"], one["port"]
        kinds = sorted(KINDS[can["type"]] for can in chassis.get("capability", []) if can["enabled"])
        found.add(
            (one["name"], chassis["name"][0]["value"], chassis["id"][0]["value"], port["id"][0]["value"], *kinds)
        )
    return found


def told_by_netwatch(agent: RunningAgent, device: str) -> set[tuple[str, ...]]:
    return {
        (one["port"], one["neighbour"], one["chassis"], one["neighbour_port"], *sorted(one["capabilities"].split()))
        for one in agent.json(f"/api/v1/neighbours?device={device}") if one["is_there"]
    }  # fmt: skip


def agent_of(place: Path, smtp: int, facts: str = "2s") -> RunningAgent:
    """Return the agent that watches the lab; `facts` is how far apart it reads facts."""
    web = free_port()
    path = place / "netwatch.yaml"
    text = CONFIG.format(smtp=smtp, web=web, state=place)
    path.write_text(text.replace("discovery_interval: 2s", f"discovery_interval: {facts}"))
    return RunningAgent(path, web)


@pytest.mark.skipif(not FRR.exists(), reason="FRR is not installed (Debian packages: frr, frr-snmp)")
def test_neighbours_and_peers_are_what_lldpcli_and_vtysh_say_and_a_pulled_cable_is_one_mail(tmp_path):
    def work(network: WiredNetwork) -> None:
        core1, core2, acc = machines = lab(network)
        cable = network.cable(core1, "eth1", core2, "eth1")
        network.cable(core1, "eth2", acc, "eth1")
        acc.run("ip", "link", "set", "eth1", "master", "br0")
        for one in machines:
            one.has_lldp()
        routes(1, core1)
        routes(2, core2)
        agent = agent_of(tmp_path, free_port())
        agent.start()
        agent.wait_until_ready()
        try:
            wait_until(lambda: [len(told_by_lldpcli(one)) for one in machines] == [2, 1, 1], "lldpd hearing all")
            for one in machines:
                wait_until(
                    lambda one=one: told_by_netwatch(agent, one.name) == told_by_lldpcli(one),
                    f"the neighbours of {one.name} as lldpcli has them: {told_by_lldpcli(one)}",
                )
            rows = {(one["device"], one["port"]): one for one in agent.json("/api/v1/neighbours")}
            assert {place: (row["peer"], row["peer_port"]) for place, row in rows.items()} == {
                ("core1", "eth1"): ("core2", "eth1"), ("core2", "eth1"): ("core1", "eth1"),
                ("core1", "eth2"): ("acc", "eth1"), ("acc", "eth1"): ("core1", "eth2"),
            }  # fmt: skip
            peers_are_what_vtysh_says(agent, core1)
            a_pulled_cable_is_one_mail(agent, cable, core1)
        finally:
            agent.kill()

    run_wired(work, tmp_path, "vtysh", "lldpcli")


def test_who_is_plugged_in_is_known_soon_though_facts_are_read_by_the_hour(tmp_path):
    def work(network: WiredNetwork) -> None:
        core1, core2 = (network.machine(name) for name in ("core1", "core2"))
        cable = network.cable(core1, "eth1", core2, "eth1")
        cable.pull()
        for one in (core1, core2):
            one.has_snmp()
            one.has_lldp()
        for one in (core1, core2):  # by AgentX, which takes its time
            wait_until(lambda one=one: one.says(LLDP_LOCAL), f"{one.name} with the tables of LLDP")
        agent = agent_of(tmp_path, free_port(), facts="1h")
        agent.start()
        agent.wait_until_ready()

        def state() -> dict[str, Any]:
            ports = agent.json("/api/v1/devices/core1/interface")
            return {port["ifName"]: port["interface_oper"] for port in ports}

        try:
            wait_until(lambda: state().get("eth1") not in (None, "up"), "eth1 without its cable")
            assert told_by_netwatch(agent, "core1") == set()
            cable.plug()
            wait_until(lambda: told_by_lldpcli(core1) and told_by_netwatch(agent, "core1") == told_by_lldpcli(core1),
                       "the neighbour that came")  # fmt: skip
            (row,) = agent.json("/api/v1/neighbours?device=core1")
            assert (row["port"], row["peer"], row["vlan"]) == ("eth1", "core2", "")
        finally:
            agent.kill()

    run_wired(work, tmp_path, "lldpcli")


def bgp(machine: Machine) -> dict[str, str]:
    """Return which BGP peers FRR has, and whether each is up."""
    peers = machine.vtysh("show ip bgp summary json")["ipv4Unicast"]["peers"]
    return {peer: "up" if said["state"] == "Established" else "down" for peer, said in peers.items()}


def ospf(machine: Machine) -> dict[str, str]:
    """Return which OSPF neighbours FRR has, and whether each is up."""
    peers = machine.vtysh("show ip ospf neighbor json")["neighbors"]
    return {
        said["ifaceAddress"]: "up" if said["nbrState"].startswith("Full") else "down"
        for each in peers.values() for said in each
    }  # fmt: skip


def peers(agent: RunningAgent, machine: Machine, protocol: str) -> dict[str, str]:
    rows = agent.json(f"/api/v1/devices/{machine.name}/peer")
    return {row["peer"]: row["peer_state"] for row in rows if row["protocol"] == protocol}


def peers_are_what_vtysh_says(agent: RunningAgent, machine: Machine) -> None:
    wait_until(lambda: "up" in bgp(machine).values(), "BGP established")
    wait_until(lambda: "up" in ospf(machine).values(), "OSPF full")
    wait_until(lambda: peers(agent, machine, "bgp") == bgp(machine), f"BGP peers as vtysh has them: {bgp(machine)}")
    wait_until(lambda: peers(agent, machine, "ospf") == ospf(machine), f"OSPF as vtysh has it: {ospf(machine)}")


def a_pulled_cable_is_one_mail(agent: RunningAgent, cable: Cable, router: Machine) -> None:
    """Pull the cable between the routers and plug it in again; lldpd forgets the neighbour in that very moment."""

    def mails() -> list[dict[str, Any]]:
        return [one for one in reversed(agent.json("/api/v1/outbox")) if "eth1" in str(one["subject"])]

    def firing() -> set[str]:
        return {one["device"] for one in agent.json("/api/v1/alerts") if one["state"] == "firing" and is_port(one)}

    def is_port(one: dict[str, Any]) -> bool:
        return bool(one["rule"] == "InterfaceDown")

    cable.pull()
    wait_until(lambda: firing() == {"core1", "core2"}, "both ends firing")
    wait_until(mails, "a mail about the link")
    gone = [one for one in agent.json("/api/v1/neighbours") if not one["is_there"]]
    assert {(one["device"], one["peer"]) for one in gone} == {("core1", "core2"), ("core2", "core1")}
    wait_until(lambda: ospf(router) == {} and set(bgp(router).values()) == {"down"}, "FRR without its peers")
    wait_until(lambda: peers(agent, router, "bgp") == bgp(router), "BGP peers as vtysh has them")
    wait_until(lambda: "up" not in peers(agent, router, "ospf").values(), "no OSPF neighbour up")
    text = agent.get(f"/outbox/{mails()[0]['id']}")
    assert "core1 eth1" in text
    assert "core2 eth1" in text

    cable.plug()
    wait_until(lambda: not firing(), "both ends well")
    wait_until(lambda: [one for one in mails() if one["subject"].startswith("[OK]")], "a mail that it is over")
    assert len({one["thread_id"] for one in mails()}) == 1, "one incident"
    told = [one["subject"] for one in mails()]
    assert [word for word in told if word.startswith("[DOWN")] == told[:1], "told once"
