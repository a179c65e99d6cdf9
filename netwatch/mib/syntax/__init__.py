"""The text of MIB files: their grammar, their outline without it, and what breaks it."""
