"""What stands still from poll to poll: columns that are the same objects as before, and those that are asked seldom.

May import: netwatch.model, netwatch.profiles. Called by: netwatch.polling.
"""
