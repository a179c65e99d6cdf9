"""What a device's tables mean, worked out once a poll: readings of tables become readings of concepts.

meanings is asked by the device's poller; source makes a piece of a concept of one table: ingredients says what it is
made of, row_texts makes its labels, joined, sums and thresholds bring what stands in other tables. assembly puts the
pieces together and naming calls the rows; shares and limits take out what cannot be, completing and ports add what
follows.
"""
