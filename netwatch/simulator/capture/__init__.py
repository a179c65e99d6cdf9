"""Captures of devices: what a walk brought, without what is nobody's business, as a recording that is replayed."""
