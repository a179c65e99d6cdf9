"""What comes in and goes out by mail: the outbox, one mail as it is read, and what became of answers.

May import: netwatch.model, netwatch.web. Called by: netwatch.web.app.
"""
