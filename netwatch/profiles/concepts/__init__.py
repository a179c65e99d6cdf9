"""What the rows of a table mean: a profile's `concepts:`, read, checked and compiled.

templates make texts of a row, index_parts read its index; concept_map is what a file says, reading reads it,
compiling makes column expressions of it. polling evaluates them.
"""
