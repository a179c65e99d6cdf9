"""What to ask which kind of device, read from YAML."""
