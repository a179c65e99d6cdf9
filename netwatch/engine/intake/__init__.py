"""What comes in, and what it makes of alerts: readings and gaps of polled tables, traps.

Each fills the draft it is given; nothing is written here, and nobody is told. Called by: netwatch.engine.engine,
the corridor.
"""
