"""IMAP4rev1 (RFC 3501) as far as a mailbox is read: log in, look for what is new, fetch, put away, IDLE (RFC 2177).

May import: netwatch.errors, netwatch.mailbox.{arrived, settings, stream}. Called by: netwatch.mailbox.session.
"""
