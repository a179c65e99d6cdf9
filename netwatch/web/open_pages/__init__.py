"""Pages that are open in browsers: each is made once for all who have it open, and only what changed is sent.

May import: netwatch.web. Called by: netwatch.web.live.
"""
