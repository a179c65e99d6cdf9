"""What was read of many definitions, kept for the next start: `packing` makes plain data of it, `shelf` keeps that.

A quiet room but for the files of the cache. May import: netwatch.model, netwatch.profiles.
Called by: netwatch.profiles.loading.
"""
