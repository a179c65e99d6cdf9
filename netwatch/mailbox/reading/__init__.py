"""What a mail says, from its octets: an answer, a bounce, nothing for us, nothing readable.

`mail` has `read_mail`, and `outcome` what comes out of it.
"""
