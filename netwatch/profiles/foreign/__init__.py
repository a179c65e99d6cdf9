"""Readers of other tools' definitions of devices: each turns a user's own copy into the values of this house.

A quiet room but for the files it reads. May import: netwatch.model, netwatch.profiles. Called by: library.
"""
