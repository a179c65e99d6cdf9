"""Writes mails: what they say, how they look, and the bytes that leave; how much of it a person is sent at once.

Sending stays outside, in smtp; what is said of an alert, and how text of devices is kept harmless, stands in notify
itself. Called by notify's mailer, dead_letters and diagnosis.
"""
