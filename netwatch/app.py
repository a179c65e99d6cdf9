"""app: to be written in this session."""
