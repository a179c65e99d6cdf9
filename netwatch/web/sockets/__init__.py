"""What stands between a socket and the app: addresses to listen on, connections, their patience, and who has a place.

It knows no route. Called by the server above, which makes the listeners.
"""
