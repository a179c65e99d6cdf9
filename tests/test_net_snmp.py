"""What net-snmp's tools print is read value for value, also where a value holds line feeds."""

import subprocess
import sys

from tests.net_snmp import by_oid, printed_by

PARAMETERS = "1.3.6.1.2.1.25.4.2.1.5"


def test_a_value_of_several_lines_is_one_value_in_full_and_in_short():
    full = '.1.3.1 = STRING: "one\ntwo"\n.1.3.2 = Hex-STRING: 00 01 \n02 \n.1.3.3 = ""\n.1.3.4 = No more variables\n'
    short = '.1.3.1 "one\n\ntwo"\n.1.3.2 \n.1.3.3 1\n'

    assert by_oid(full) == {
        ".1.3.1": 'STRING: "one\ntwo"',
        ".1.3.2": "Hex-STRING: 00 01 \n02 ",
        ".1.3.3": '""',
        ".1.3.4": "No more variables",
    }
    assert by_oid(short) == {".1.3.1": '"one\n\ntwo"', ".1.3.2": "", ".1.3.3": "1"}


def test_a_process_started_with_a_script_of_several_lines_is_one_row(snmpd):
    script = [sys.executable, "-c", "import sys\n\nsys.stdin.read()\n"]
    with subprocess.Popen(script, stdin=subprocess.PIPE) as waiting:
        port = snmpd().port
        rows = by_oid(printed_by("snmpbulkwalk", "v2c", port, PARAMETERS, options=("-Onqe",)))
        assert waiting.stdin is not None
        waiting.stdin.close()

    assert '"-c import sys\n"' in rows.values()  # net-snmp reads the first line of it, line feed and all
    assert all(oid.startswith(f".{PARAMETERS}.") for oid in rows)
