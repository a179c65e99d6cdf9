"""POP3 (RFC 1939) as far as a mailbox is read: log in, look for what is new, fetch; the mails stay on the server.

May import: netwatch.errors, netwatch.mailbox.{arrived, settings, stream}. Called by: netwatch.mailbox.session.
"""
