"""What is SQL: the tables, nouns as rows and back, and what is read and written on an open connection.

Plain functions, inside a transaction of the caller's; how a database is opened, mended and waited for stays outside.
Called by the rest of netwatch.store.
"""
