"""What is drawn over time, for pages and API alike: which columns share a chart, in which steps, what fired then.

It knows neither pages nor API; both ask it.
"""
