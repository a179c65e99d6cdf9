"""Finds devices and neighbours, tries credentials, proposes configuration."""
