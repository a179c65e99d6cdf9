"""When it is which device's turn, who takes it, and whether that was late."""
