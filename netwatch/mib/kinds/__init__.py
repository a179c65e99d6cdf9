"""What definitions say of kinds of traps: Netdata's trap profiles, comments of MIB modules, names themselves."""
