"""Rules about traps: what an entry may say, what its names mean to MIB modules, the rule, and its word on one trap.

A trap is looked at alone, as a reading of one row, so nothing here remembers. Rules about readings stay outside, and
so does reading the files: netwatch.rules.loading calls this folder, others come through the door of netwatch.rules.
"""
