"""Where columns stand in the flat list of answers, and how they are taken out of it.

May import: netwatch.model, netwatch.profiles. Called by: netwatch.polling.
"""
