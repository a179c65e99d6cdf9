"""`netwatch init`: five questions, each tried at once, and a configuration that works."""
