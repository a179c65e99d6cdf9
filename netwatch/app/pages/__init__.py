"""What the web shows and what people may do there, put together from the rooms that know and that decide.

How it looks stays in netwatch.web, whose Protocols are satisfied here. Called by: netwatch.app.
"""
