"""What a device is, as people look at it: a section for each concept it has rows of, values with units, wrong first.

Quiet: readings in, cells out. Called by netwatch.web.pages.devices; the templates only write what is here.
"""
