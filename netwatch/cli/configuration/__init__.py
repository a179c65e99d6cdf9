"""Commands about the configuration: whether it is right, what may stand in it, whether its relays take mail.

Called by: netwatch.cli, which loads each when it is called.
"""
