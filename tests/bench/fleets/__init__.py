"""What tests/bench/fleet.py measures with: a fleet of simulated switches, and a whole NetWatch that watches it."""
