#!/bin/bash
# npm net-snmp 3.29.2 (agent): max-repetitions of a GETBULK limits all variable bindings of the answer, not the repetitions.
#
# Expected: RFC 3416, 4.2.3: N non-repeaters, then up to M repetitions of R repeaters, N + M*R bindings; an agent may cut the
# answer short, but a cut is told apart from the end only by asking on.
# Seen: at most M bindings come back in all, non-repeaters included, and the cut falls in the middle of a row. Three columns asked
# with max-repetitions 1 give one binding; two columns can never be read next to a non-repeater with max-repetitions 2.
# The first column that ends fills up what is left with endOfMibView.
#
# For a monitor: never take the answer for whole rows, ask on from the last binding of *each* column, and treat columns without
# a binding as not answered yet instead of as empty. Careful with max-repetitions 1 as the fallback for devices that choke on
# large answers: for a table of more than one column it is the one value that never reaches the second column here.
set -euo pipefail
T=$(mktemp -d); trap 'kill $(jobs -p) 2>/dev/null || :; wait; rm -rf "$T"' EXIT
cd "$T"; npm install --silent --no-audit --no-fund net-snmp@3.29.2 >/dev/null
cat > run.js <<'J'
const snmp = require('net-snmp');
const port = +process.argv[2], pair = (number, name, type) => ({number, name, type, maxAccess: snmp.MaxAccess['read-only']});
const agent = snmp.createAgent({port, address: '127.0.0.1', disableAuthorization: true}, error => error && console.log(String(error)));
const mib = agent.getMib();
mib.registerProvider({name: 'sysDescr', type: snmp.MibProviderType.Scalar, oid: '1.3.6.1.2.1.1.1',
  scalarType: snmp.ObjectType.OctetString, maxAccess: snmp.MaxAccess['read-only']});
mib.setScalarValue('sysDescr', 'agent');
mib.registerProvider({name: 'ifEntry', type: snmp.MibProviderType.Table, oid: '1.3.6.1.2.1.2.2.1',
  maxAccess: snmp.MaxAccess['not-accessible'], tableIndex: [{columnName: 'ifIndex'}], tableColumns: [
  pair(1, 'ifIndex', snmp.ObjectType.Integer), pair(2, 'ifDescr', snmp.ObjectType.OctetString), pair(10, 'ifInOctets', snmp.ObjectType.Counter)]});
for (let row = 1; row <= 5; row++) mib.addTableRow('ifEntry', [row, `port ${row}`, row * 100]);
const session = snmp.createSession('127.0.0.1', 'public', {port, version: snmp.Version2c, timeout: 3000, retries: 1});
const column = n => `1.3.6.1.2.1.2.2.1.${n}`;
const ask = (oids, nonRepeaters, repetitions) => new Promise(done =>
  session.getBulk(oids, nonRepeaters, repetitions, (error, varbinds) =>      // grouped by column
    done(error ? String(error) : varbinds.flat().map(v => v.type === snmp.ObjectType.EndOfMibView ? 'END' : v.oid.slice(12)).join(' '))));
(async () => {
  const stated = [
    [[column(1), column(2), column(10)], 0, 1, '2.2.1.1.1'],
    [[column(1), column(2), column(10)], 0, 4, '2.2.1.1.1 2.2.1.1.2 2.2.1.2.1 2.2.1.10.1'],
    [['1.3.6.1.2.1.1.1', column(1), column(2)], 1, 2, '1.1.0 2.2.1.1.1'],
    [[column(10)], 0, 8, '2.2.1.10.1 2.2.1.10.2 2.2.1.10.3 2.2.1.10.4 2.2.1.10.5 END END END']];
  let changed = false;
  for (const [oids, nonRepeaters, repetitions, right] of stated) {
    const seen = await ask(oids, nonRepeaters, repetitions);
    console.log(`${oids.length} columns, non-repeaters ${nonRepeaters}, max-repetitions ${repetitions}: ${seen}`);
    if (seen !== right) { changed = true; console.log(`CHANGED: stated ${right}`); }
  }
  if (!changed) console.log('as stated');
  process.exit(changed ? 1 : 0);
})();
J
PORT=$(python3 -c 'import socket; s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
timeout 60 node run.js "$PORT"
