"""Says why an alert is as it is: a question goes in, an answer for people comes out; nothing is decided or changed.

The log tells what was (`story`), the running engine what is (`live`); `answer` puts both in order. How an answer is
shown stays outside. Called by: netwatch.app, web and cli, through the engine's door.
"""
