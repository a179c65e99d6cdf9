"""Faults to plant in recordings, and what must stay silent: functions from a recording's objects to changes."""
