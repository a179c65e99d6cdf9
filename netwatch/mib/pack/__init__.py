"""Linked modules as one block of bytes: written once, kept on disk, read without unpacking more than is asked for.

May import: netwatch.model, netwatch.mib. Called by: netwatch.mib.
"""
