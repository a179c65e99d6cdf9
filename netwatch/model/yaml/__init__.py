"""YAML files with the place of everything in them: the one reader of configuration, rules and profiles.

What a file means stays outside; here it is a tree, or a problem with file, line and column. Others come through the
door of netwatch.model.
"""
