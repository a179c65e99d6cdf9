"""Tells other programs by HTTP: webhooks, Alertmanagers, and the ping of a dead man's switch.

Called by notify's mailer, which has posts composed, and by app, which starts the `WebSender` and the `Ping`.
"""
