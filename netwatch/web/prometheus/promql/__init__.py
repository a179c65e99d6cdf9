"""A part of Prometheus' query language over the history: what Grafana asks to draw our boards, and no more.

Text becomes a tree (parser), the tree says what it must be given (its selectors), and of that come series (evaluate).
All of it is quiet: no clock, no socket, no history. Called by the routes beside it.
"""
