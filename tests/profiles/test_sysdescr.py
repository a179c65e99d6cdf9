import time

import pytest

from netwatch.profiles.sysdescr import Description, parse_description


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("Maker IOS Software, X1 Software (X1-UNI-M), Version 15.2(2)E6, RELEASE SOFTWARE (fc3)", "15.2(2)E6"),
        ("Maker NX-OS(tm) n7, Software (n7-s1), Version 7.0(3)I7(8), RELEASE SOFTWARE", "7.0(3)I7(8)"),
        ("Maker, Inc. mx9-t internet router, kernel JUNOS 18.4R1-S2.3, Build date: 2020-10-08", "18.4R1-S2.3"),
        ("RouterOS 6.48", "6.48"),
        ("Maker RouterOS 6.44.2 (stable) RB0001", "6.44.2"),
        ("Series Gateway TH56, ACOS 4.1.0-P5,", "4.1.0-P5"),
        ("Product: GW 8 FXS;SW Version: 6.60A.309.001", "6.60A.309.001"),
        ("Maker Platform Software, Software Version 5.20.99 Release 2222P08\nMaker A55-24G", "5.20.99"),
        ("HP J0000A 2530 Switch, revision YA.16.11.0014, ROM YA.15.20 (/ws/build)", "YA.16.11.0014"),
        ("Card (MB:v3.9.2 PF:v3.7.3 AF1:v3.7.2 MN:AP00 SN: 5A1600E01463) (Embedded Agent SW v2.2)", "v3.7.2"),
        ("System Controller, SW: v8.30, OS: v6.30, HW: S1.I21.P3, SN: 252028189", "v8.30"),
        ("NET, SWITCH X208, 6GK5, HW: Version 4, FW: Version V4.4", "V4.4"),
        ("Switch 45 HW:0D FW:5.3.0.6 SW:v5.6.2.020", "v5.6.2.020"),
        ("Operating System Version: 2.0 Application Software Version: 9.14(2.4) Series: S4048-ON", "9.14(2.4)"),
        ("S28 Device, SoftWare Version 6.3.100.12 BootRom Version 1.5.1 HardWare Version 2.0.1", "6.3.100.12"),
        ("VRP (R) software,Version 5.170 (S5720 V200R010C00SPC600)", "5.170 (V200R010C00SPC600)"),
        ("GS7 ProSafe 24-port Gigabit Ethernet Smart Switch, 6.3.1.11, B1.0.0.4", "6.3.1.11"),
        ("Linux box 3.10.77 #8451 SMP Wed Jan 4 00:31:32 CST 2017 x86_64", "3.10.77"),
        ("Linux box 4.4.60 #0 SMP PREEMPT (LCOS-LX: 5.36.0069) 2022-04-20 armv7l", "5.36.0069"),
        ("pfSense fw.example.net 2.4.4-RELEASE FreeBSD 11.2-RELEASE-p10 amd64", "2.4.4-RELEASE"),
        ("Hardware: Intel64 Family 6 Model 85 - Software: Windows Version 6.3 (Build 17763)", "6.3"),
        ("TrueNAS-25.10.4. Hardware: x86_64 CPU @ 3.20GHz. Software: Linux 6.12.91", "25.10.4"),
        ("FB60 TEST (V1.56.000D29 2021-03-16T10:20:57)", "V1.56.000D29"),
        ("PL.10.10.0002", "PL.10.10.0002"),
        ("AP-Ultra 6.6.77.15402", "6.6.77.15402"),
        ("VSP-8284 (6.0.1.1)", "6.0.1.1"),
        ("Switch 4500 26-Port Software Version 3Com OS V3.03.02s56", "V3.03.02s56"),
    ],
)
def test_a_version_is_found_in_the_shapes_that_makers_write(text, version):
    assert parse_description(text).version == version


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Office switch, second floor",
        "Switch at 192.168.1.1",
        "EPSON Built-in 11b/g/n Print Server",
        "24-port 10/100/1000 Gigabit Switch",
        "UPS installed 06/28/2010",
        "PRINTER,ROM none,CIDATE 10/09/2017",
    ],
)
def test_what_is_no_version_and_no_model_is_none(text):
    assert parse_description(text) == Description()


@pytest.mark.parametrize(
    ("text", "model"),
    [
        ("Model: DB7001", "DB7001"),
        ("ArubaOS (MODEL: 105), Version 6.4.4.8", "105"),
        ("Model:AP9004\nMaker Networks\nArubaOS Version 10.3.1.3 (build 85763)", "AP9004"),
        ("Hardware Model:UFI_S9610-36D, Software version: OcNOS,6.5.3.96", "UFI_S9610-36D"),
        ("Arista Networks EOS version 4.20.12.1M running on an Arista Networks DCS-7150S-24", "DCS-7150S-24"),
        ("Card (MB:v4.1.0 PN:file_640.bin MN:AP8959EU3 HR:02 SN: 5A1638E01463 )", "AP8959EU3"),
        ("HP ETHERNET MULTI-ENVIRONMENT,SN:VNC00198,FN:4Q81,SVCID:31339,PID:HP LaserJet M130nw", "LaserJet M130nw"),
        ("RouterOS CRS317-1G-16S+", "CRS317-1G-16S+"),
        ("RouterOS 6.44.2 (stable) RB3011UiAS", "RB3011UiAS"),
        ("HP J9775A 2530-48G Switch, revision YA.16.11.0014, ROM YA.15.20 (/ws/build/x_1)", "J9775A 2530-48G"),
        ("Maker, Inc. mx5-t internet router, kernel JUNOS 19.4R3.11", "mx5-t"),
        ("GS724Tv4 ProSafe 24-port Gigabit Ethernet Smart Switch, 6.3.1.11", "GS724Tv4"),
        ("EdgeSwitch 24-Port 250W, 1.8.0.5106045, Linux 3.6.5-1b505fb7", "EdgeSwitch 24-Port 250W"),
        (
            "HP Comware Platform Software, Software Version 5.20.99 Release 2222P08\nHP A5500-24G EI Switch, 2 Slots"
            "\r\nCopyright (c) 2010-2017 Maker",
            "A5500-24G EI Switch, 2 Slots",
        ),
        ("ExtremeXOS (X690-48x-2q-4c) version 22.6.1.4 by someone", "X690-48x-2q-4c"),
        ("VRP (R) software, Version 8.200 (NetEngine 8000 V800R012C10SPC300)", "NetEngine 8000"),
        ("S5720-56C-AC\nVRP (R) software,Version 5.170 (S5720 V200R010C00SPC600) \r\n (C) 2007", "S5720-56C-AC"),
        ("Maker Networks, Inc. Stacking System ICX7150-48-POEF, IronWare Version 08.0.92aT211", "ICX7150-48-POEF"),
        ("Netman 204", "Netman 204"),
        ("AP-Ultra 6.6.77.15402", "AP-Ultra"),
        ("DGS-3000-28X Gigabit Ethernet Switch", "DGS-3000-28X"),
        ("Linux ACM550 3.10.77 #8451 SMP Wed Jan 4 2017 x86_64", ""),
        ("Hardware: Intel64 Family 6 Model 85 - Software: Windows Version 6.3 (Build 17763)", ""),
        ("PL.10.10.0002", ""),
        ("Maker eight channel DVB-S/S2 to IP streamer sdi480", "sdi480"),
    ],
)
def test_a_model_is_what_is_called_one_or_looks_like_one(text, model):
    assert parse_description(text).model == model


@pytest.mark.parametrize(
    ("text", "serial"),
    [
        ("Card (MN:AP8959EU3 HR:02 SN: 5A1638E01463 MD:09/20/2016)", "5A1638E01463"),
        ("Router model M1L 1FELAN  S/N: 819/01144  Maker", "819/01144"),
        ("SSG5-Serial version 6.3.0r14.0 (SN: 0168042012003333, Firewall)", "0168042012003333"),
        ("S28 Device HardWare Version 2.0.1 Device serial number SW01234567", "SW01234567"),
        ("PU Compact SN <private> HW V6.02 - SW V3.15", ""),
        ("SN: none, serial unknown", ""),
    ],
)
def test_a_serial_number_is_read_where_it_is_named(text, serial):
    assert parse_description(text).serial == serial


@pytest.mark.parametrize(
    ("text", "sys_object_id", "system"),
    [
        ("Cisco IOS XR Software (Cisco ASR9K Series),  Version 6.6.3[Default]", "", "IOS XR"),
        ("RouterOS CRS317", "", "RouterOS"),
        ("Linux host 3.10.77 #1 SMP", "", "Linux"),
        ("somebody's words", "1.3.6.1.4.1.8072.3.2.8", "FreeBSD"),
        ("somebody's words", "1.3.6.1.4.1.99999.1", ""),
    ],
)
def test_the_operating_system_is_named_by_the_text_or_by_net_snmp_s_number(text, sys_object_id, system):
    assert parse_description(text, sys_object_id).os == system


@pytest.mark.parametrize(
    "text",
    [
        "(" * 65000,
        "A1" * 30000,
        "1." * 30000,
        "Version " * 8000,
        "SN: " * 16000,
        "a\x00\x1b[31m\r\n" * 9000,
        "Model:" * 9000,
    ],
)
def test_a_hostile_description_costs_no_time(text):
    began = time.perf_counter()

    parse_description(text)

    assert time.perf_counter() - began < 1.0
