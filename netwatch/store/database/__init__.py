"""The database as a thing: which one a URL means, how it is opened, brought up to date, and mended when damaged.

What is written into it stays outside (netwatch.store.sql), and so does the thread that writes: netwatch.store.writer.
Called by the rest of netwatch.store.
"""
