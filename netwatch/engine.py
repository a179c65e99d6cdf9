"""engine: to be written in this session."""
