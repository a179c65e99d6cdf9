"""What a device's tables mean, worked out once a poll: readings of tables become readings of concepts.

meanings is asked by the device's poller; source makes a piece of a concept of one table, joined looks up rows of
other tables for it, assembly puts the pieces of a concept together, naming calls the rows, shares takes out what
cannot be, completing fills in what follows of them.
"""
