"""Traps of many makers, as snmptrap's arguments: what begins an alert, what it must say, and what ends it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Family:
    """One alert's life.

    begin, end: the trap's OID, then OID, type and value of each varbind, as snmptrap has them; _ stands for a blank.
    key: what tells the alert from others of its rule. end: empty where no trap ends it.
    """

    rule: str
    severity: str
    words: str
    key: str
    begin: str
    end: str = ""


E, M = ".1.3.6.1.4.1", ".1.3.6.1.2.1"
FAMILIES = (
    Family("LinkDown", "warning", "interface 7 on router reports link down", "ifIndex=7",
           f"{E}.9.9.276.0.1 {M}.2.2.1.1.7 i 7 {M}.2.2.1.7.7 i 1 {M}.2.2.1.8.7 i 2",
           f"{E}.9.9.276.0.2 {M}.2.2.1.1.7 i 7 {M}.2.2.1.7.7 i 1 {M}.2.2.1.8.7 i 1"),
    Family("BgpSessionDown", "critical", "router lost its BGP session with 10.0.0.9", "peer=10.0.0.9",
           f"{E}.9.9.187.0.6 {E}.9.9.187.1.2.5.1.17.1.4.10.0.0.9 x 0400 {E}.9.9.187.1.2.5.1.3.1.4.10.0.0.9 i 1",
           f"{E}.9.9.187.0.5 {E}.9.9.187.1.2.5.1.17.1.4.10.0.0.9 x 0000 {E}.9.9.187.1.2.5.1.3.1.4.10.0.0.9 i 6"),
    Family("BgpSessionDown", "critical", "router lost its BGP session with 10.1.1.1", "peer=10.1.1.1",
           f"{E}.2636.5.1.1.1.0.2 {E}.2636.5.1.1.2.1.1.1.11.3 x 0A010101 {E}.2636.5.1.1.2.1.1.1.2.3 i 1",
           f"{E}.2636.5.1.1.1.0.1 {E}.2636.5.1.1.2.1.1.1.11.3 x 0A010101 {E}.2636.5.1.1.2.1.1.1.2.3 i 6"),
    Family("LdpSessionDown", "critical", "router lost its LDP session with 10.0.0.3:0", "peer=10.0.0.3:0",
           f"{M}.10.166.4.0.4 {M}.10.166.4.1.3.3.1.2.10.0.0.1.0.0.1.10.0.0.3.0.0 i 1",
           f"{M}.10.166.4.0.3 {M}.10.166.4.1.3.3.1.2.10.0.0.1.0.0.1.10.0.0.3.0.0 i 5"),
    Family("Ospfv3NeighborDown", "critical", "its OSPFv3 neighbour 42 as down", "neighbour=42",
           f"{M}.191.0.2 {M}.191.1.9.1.8.3.0.42 i 1", f"{M}.191.0.2 {M}.191.1.9.1.8.3.0.42 i 8"),
    Family("BfdSessionDown", "critical", "reports its BFD session 5 as down", "session=5",
           f"{M}.222.0.2 {M}.222.1.2.1.13.5 u 1", f"{M}.222.0.1 {M}.222.1.2.1.13.5 u 0"),
    Family("PathDown", "critical", "router: a pseudowire is down (12)", "alarm=a pseudowire is down,path=12",
           f"{M}.10.246.0.1 {M}.10.246.1.2.1.38.12 i 2", f"{M}.10.246.0.2 {M}.10.246.1.2.1.38.12 i 1"),
    Family("PoePortFault", "warning", "cannot power what is at port 14", "port=14",
           f"{M}.105.0.1 {M}.105.1.1.1.6.1.14 i 4", f"{M}.105.0.1 {M}.105.1.1.1.6.1.14 i 3"),
    Family("RmonThresholdCrossed", "warning", "RMON alarm 3 is at 95", "alarmIndex=3",
           f"{M}.16.0.1 {M}.16.3.1.1.1.3 i 3 {M}.16.3.1.1.5.3 i 95",
           f"{M}.16.0.2 {M}.16.3.1.1.1.3 i 3 {M}.16.3.1.1.5.3 i 10"),
    Family("PartDisabled", "warning", "reports part 1001 out of order", "entPhysicalIndex=1001",
           f"{M}.131.0.2 {M}.131.1.1.1.2.1001 i 4", f"{M}.131.0.1 {M}.131.1.1.1.2.1001 i 4"),
    Family("CiscoFanFailed", "critical", "reports Fan 2 notFunctioning", "part=Fan 2",
           f"{E}.9.9.13.3.0.8 {E}.9.9.13.1.4.1.2.2 s Fan_2 {E}.9.9.13.1.4.1.3.2 i 6",
           f"{E}.9.9.13.3.0.8 {E}.9.9.13.1.4.1.2.2 s Fan_2 {E}.9.9.13.1.4.1.3.2 i 1"),
    Family("CiscoPartFailed", "critical", "module 1000 is failed", "what=module,entPhysicalIndex=1000",
           f"{E}.9.9.117.2.0.1 {E}.9.9.117.1.2.1.1.2.1000 i 7", f"{E}.9.9.117.2.0.1 {E}.9.9.117.1.2.1.1.2.1000 i 2"),
    Family("PortErrDisabled", "warning", "disabled interface 10: bpduGuard", "ifIndex=10",
           f"{E}.9.9.548.0.1.1 {E}.9.9.548.1.3.1.1.2.10.0 i 2", f".1.3.6.1.6.3.1.1.5.4 {M}.2.2.1.1.10 i 10"),
    Family("CiscoStack", "critical", "a switch left the stack, switch 2", "alarm=a switch left the stack,member=2",
           f"{E}.9.9.500.0.0.6 {E}.9.9.500.1.2.1.1.1.2001 u 2", f"{E}.9.9.500.0.0.5 {E}.9.9.500.1.2.1.1.1.2001 u 2"),
    Family("CiscoServerFault", "critical", "router: Disk 3 failed", "part=sys/disk-3,code=5",
           f"{E}.9.9.719.0.1 {E}.9.9.719.1.1.1.1.5.9 s sys/disk-3 {E}.9.9.719.1.1.1.1.9.9 i 5"
           f" {E}.9.9.719.1.1.1.1.11.9 s Disk_3_failed {E}.9.9.719.1.1.1.1.20.9 i 5",
           f"{E}.9.9.719.0.2 {E}.9.9.719.1.1.1.1.5.9 s sys/disk-3 {E}.9.9.719.1.1.1.1.9.9 i 5"),
    Family("JuniperSupplyFailed", "critical", "reports that PEM 3 failed", "part=PEM 3",
           f"{E}.2636.4.1.1 {E}.2636.3.1.8.1.6.2.4.0.0 s PEM_3",
           f"{E}.2636.4.2.1 {E}.2636.3.1.8.1.6.2.4.0.0 s PEM_3"),
    Family("JuniperChassis", "critical", "a part is too hot, FPC 0", "alarm=a part is too hot,part=FPC 0",
           f"{E}.2636.4.1.3 {E}.2636.3.1.8.1.6.7.1.0.0 s FPC_0",
           f"{E}.2636.4.2.3 {E}.2636.3.1.8.1.6.7.1.0.0 s FPC_0"),
    Family("JuniperOptics", "critical", "the optics of et-0/0/1 are beyond a limit", "what=the optics,ifIndex=526",
           f"{E}.2636.4.18.0.1 {M}.2.2.1.2.526 s et-0/0/1 {E}.2636.3.60.1.1.1.1.1.526 x 80",
           f"{E}.2636.4.18.0.2 {M}.2.2.1.2.526 s et-0/0/1 {E}.2636.3.60.1.1.1.1.1.526 x 00"),
    Family("UpsRunsOnBattery", "critical", "router runs on battery", "", f"{E}.318.0.5 {E}.318.2.3.3.0 s On_battery",
           f"{E}.318.0.9 {E}.318.2.3.3.0 s Mains"),
    Family("ApcAlarm", "critical", "a power strip is overloaded: Phase 1", "alarm=a power strip is overloaded",
           f"{E}.318.0.276 {E}.318.2.3.3.0 s Phase_1", f"{E}.318.0.277 {E}.318.2.3.3.0 s Phase_1"),
    Family("EatonAlarm", "critical", "router: the battery is low", "alarm=the battery is low",
           f"{E}.534.1.11.4.1.0.4", f"{E}.534.1.11.4.1.0.6"),
    Family("MgeAlarm", "critical", "router: the mains failed", "alarm=the mains failed",
           f"{E}.705.1.11.0.17", f"{E}.705.1.11.0.18"),
    Family("CyberPowerAlarm", "critical", "it is too hot: Inner heat", "alarm=it is too hot",
           f"{E}.3808.0.16 {E}.3808.2.2.3.0 s Inner_heat", f"{E}.3808.0.17 {E}.3808.2.2.3.0 s Well"),
    Family("PowerPlantAlarm", "critical", "router: Under Voltage 1", "said=Under Voltage 1",
           f"{E}.6302.2.1.5.1 {E}.6302.2.1.4.1.3.7 i 1 {E}.6302.2.1.4.1.5.7 s Under_Voltage_1",
           f"{E}.6302.2.1.5.1 {E}.6302.2.1.4.1.3.7 i 2 {E}.6302.2.1.4.1.5.7 s Under_Voltage_1"),
    Family("FortinetAlarm", "critical", "a member of the cluster is down", "alarm=a member of the cluster is down",
           f"{E}.12356.101.2.0.404", f"{E}.12356.101.2.0.405"),
    Family("FortinetTunnelDown", "info", "reports tunnel branch down", "tunnel=branch",
           f"{E}.12356.101.2.0.302 {E}.12356.101.12.3.4.0 s branch",
           f"{E}.12356.101.2.0.301 {E}.12356.101.12.3.4.0 s branch"),
    Family("HuaweiAlarm", "critical", "a fan failed, FAN 1", "alarm=a fan failed,part=FAN 1",
           f"{E}.2011.5.25.219.2.6.5 {M}.47.1.1.1.1.7.6 s FAN_1",
           f"{E}.2011.5.25.219.2.6.6 {M}.47.1.1.1.1.7.6 s FAN_1"),
    Family("LoopDetected", "warning", "found a loop at GE0/0/1", "port=GE0/0/1",
           f"{E}.2011.5.25.174.3.3 {E}.2011.5.25.174.1.1.7.1.2.5 s GE0/0/1",
           f"{E}.2011.5.25.174.3.4 {E}.2011.5.25.174.1.1.7.1.2.5 s GE0/0/1"),
    Family("ProCurveFault", "warning", "found networkLoop at port 3", "fault=networkLoop,port=3",
           f"{E}.11.2.14.12.1.0.5 {E}.11.2.14.11.1.7.2.1.4.9 i 10 {E}.11.2.14.11.1.7.2.1.6.9 i 2"
           f" {E}.11.2.14.11.1.7.2.1.3.9 i 3"),
    Family("AristaSensorAlarm", "warning", "Cpu temp is beyond a limit at 95", "part=Cpu temp",
           f"{E}.30065.3.12.0.1 {M}.47.1.1.1.1.2.8 s Cpu_temp {M}.99.1.1.1.4.8 i 95"),
    Family("F5Alarm", "warning", "a node is down, web1", "alarm=a node is down,part=web1",
           f"{E}.3375.2.4.0.12 {E}.3375.2.4.1.2.0 s web1", f"{E}.3375.2.4.0.13 {E}.3375.2.4.1.2.0 s web1"),
    Family("PaloAltoAlarm", "critical", "router: Fan 1 failed", "part=fan",
           f"{E}.25461.2.1.3.2.0.916 {E}.25461.2.1.3.1.303.0 i 5 {E}.25461.2.1.3.1.301.0 s fan"
           f" {E}.25461.2.1.3.1.304.0 s Fan_1_failed"),
    Family("AdvaAlarm", "critical", "router: Loss of signal, port 1", "part=port 1,said=Loss of signal",
           f"{E}.2544.1.12.6.2.1 {E}.2544.1.12.6.1.2.1.1.5 i 2 {E}.2544.1.12.6.1.2.1.7.5 s Loss_of_signal"
           f" {E}.2544.1.12.6.1.2.1.9.5 s port_1",
           f"{E}.2544.1.12.6.2.1 {E}.2544.1.12.6.1.2.1.1.5 i 6 {E}.2544.1.12.6.1.2.1.7.5 s Loss_of_signal"
           f" {E}.2544.1.12.6.1.2.1.9.5 s port_1"),
    Family("CienaLoginRefused", "warning", "refused a login of lorem", "user=lorem",
           f"{E}.1271.2.2.111.0.1 {E}.1271.2.1.60.1.1.0 s lorem {E}.1271.2.1.60.1.5.0 i 2",
           f"{E}.1271.2.2.111.0.1 {E}.1271.2.1.60.1.1.0 s lorem {E}.1271.2.1.60.1.5.0 i 1"),
    Family("BackupFailed", "critical", "backup Failed of vm1: no space", "job=nightly,machine=vm1",
           f"{E}.31023.1.1.1.0.2 {E}.31023.1.1.102 s nightly {E}.31023.1.1.105 s vm1 {E}.31023.1.1.107 s Failed"
           f" {E}.31023.1.1.108 s no_space",
           f"{E}.31023.1.1.1.0.2 {E}.31023.1.1.102 s nightly {E}.31023.1.1.105 s vm1 {E}.31023.1.1.107 s Success"),
    Family("IdracAlarm", "critical", "router: Fan 1A failed", "part=Fan.1A",
           f"{E}.674.10892.5.3.2.1.0.2153 {E}.674.10892.5.3.1.2.0 s Fan_1A_failed {E}.674.10892.5.3.1.3.0 i 5"
           f" {E}.674.10892.5.3.1.6.0 s Fan.1A",
           f"{E}.674.10892.5.3.2.1.0.2155 {E}.674.10892.5.3.1.3.0 i 3 {E}.674.10892.5.3.1.6.0 s Fan.1A"),
    Family("OpenManageAlarm", "warning", "router: Temperature high", "part=",
           f"{E}.674.10892.1.0.1053 {E}.674.10892.1.5000.10.2.0 o {E}.674.10892.1.700.20.1.1"
           f" {E}.674.10892.1.5000.10.3.0 s Temperature_high {E}.674.10892.1.5000.10.4.0 i 4",
           f"{E}.674.10892.1.0.1052 {E}.674.10892.1.5000.10.2.0 o {E}.674.10892.1.700.20.1.1"
           f" {E}.674.10892.1.5000.10.4.0 i 3"),
    Family("HpeServerAlarm", "critical", "a power supply failed or was removed, 2", "part=2",
           f"{E}.232.0.6050 {E}.232.6.2.9.3.1.2.0.2 i 2", f"{E}.232.0.6048 {E}.232.6.2.9.3.1.2.0.2 i 2"),
    Family("HpeDriveAlarm", "critical", "drive 4 is predictiveFailure", "controller=0,drive=4",
           f"{E}.232.0.3046 {E}.232.3.2.5.1.1.1.0.4 i 0 {E}.232.3.2.5.1.1.2.0.4 i 4 {E}.232.3.2.5.1.1.6.0.4 i 4",
           f"{E}.232.0.3046 {E}.232.3.2.5.1.1.1.0.4 i 0 {E}.232.3.2.5.1.1.2.0.4 i 4 {E}.232.3.2.5.1.1.6.0.4 i 2"),
    Family("SupermicroAlarm", "critical", "a power supply is failing", "alarm=a power supply is failing",
           f"{E}.10876.100.3.0.703", f"{E}.10876.100.3.0.701"),
    Family("PrinterAlert", "warning", "jam at its media path", "prtAlertIndex=12",
           f"{M}.43.18.2.0.1 {M}.43.18.1.1.1.1.12 i 12 {M}.43.18.1.1.2.1.12 i 3 {M}.43.18.1.1.4.1.12 i 13"
           f" {M}.43.18.1.1.7.1.12 i 8"),
    Family("SpanningTreeChanged", "info", "the spanning tree changed", "", f"{M}.17.0.1"),
    Family("ConfigurationChanged", "info", "its configuration changed", "", f"{E}.9.9.43.2.0.2"),
)  # fmt: skip
