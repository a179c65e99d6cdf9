"""The /metrics text: NetWatch's own counters and the device series."""
