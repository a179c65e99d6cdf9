"""What NetWatch knows of recorded devices, held against what others read; `knowledge.py`, `alarms.py` print it."""
