"""Fake devices and a fake mail server, for the demo and tests."""
