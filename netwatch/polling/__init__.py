"""When and what to ask each device; turns varbinds into readings, counters into rates."""
