"""Commands that ask a device now, in net-snmp's words: get, walk, table, set, poll.

How a device is found and asked stands here; what its names and values are called stands in names/. Called by:
netwatch.cli, which loads each when it is called.
"""
