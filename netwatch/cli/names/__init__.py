"""Names for OIDs: commands about MIB modules, and the flags and spelling that commands of ask/ share.

Called by: netwatch.cli, which loads each when it is called, and ask/.
"""
