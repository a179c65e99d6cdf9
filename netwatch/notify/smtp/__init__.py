"""Sends mails: relays and their order, connections, logins, and what a server's answers mean for a row.

What a mail says stays outside: here it is bytes for a recipient. Called by app, which starts the `Notifier`, and by
notify's diagnosis.
"""
