"""Listens on UDP 162; turns a trap into an event. Empty but for its settings until traps are heard."""
