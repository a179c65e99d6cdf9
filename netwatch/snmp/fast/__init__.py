"""The fast lane: plans, walks and the one UDP endpoint through which all devices of all versions are asked.

What it does not know it refuses; who then asks the general engine is the dispatcher above, which calls it.
"""
