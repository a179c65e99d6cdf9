"""The one clock of the house, and what lets every room follow when the wall clock is set or the machine sleeps.

What a room does about it stays in that room. Called by: netwatch.app, which hands the clock to whoever asks for time.
"""
