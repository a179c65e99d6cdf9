"""The wire: codec, plans, walks, one UDP endpoint; the general engine behind it."""
