"""Decides who is told of an alert, when, and what holds that back: the open incidents and what stands around them.

What becomes of the alert itself stays outside, and so does the message, which the mailer writes. Called by:
netwatch.engine's corridor, its alert book and its desk.
"""
