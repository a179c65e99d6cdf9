"""The pages people look at, with their templates and static files: plain HTML and forms that work without a script.

They show what `views` says and pass on what `actions` may do; they know neither the JSON API nor Alertmanager's.
Called by the app above, which puts them together. How a mail is shown, the command line asks for through the door.
"""
