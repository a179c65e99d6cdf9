"""Names <-> OIDs, from the files in mibs/."""
