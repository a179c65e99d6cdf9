"""config: to be written in this session."""
