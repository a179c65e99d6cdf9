"""In which order the sections of a packed index stand.

    sizes of the sections, as one line of JSON
    meta        modules, words, counts (compressed JSON)
    problems    what is wrong in the files (compressed JSON)
    key_ends, keys          per definition, sorted: its OID as bytes; of several at one place the told one last
    name_ends, names        every name once, sorted
    name_starts, of_names   per name: which definitions have it, the one that is meant first
    module_starts, of_modules   per module: its definitions in the order of their OIDs
    block_ends, blocks      what is known of the definitions, so many in a block
    shape_ends, shapes      the types and indexes that they share, likewise

May import: nothing. Called by: netwatch.mib.pack.writing, netwatch.mib.pack.reading.
"""

BLOCK = 64
"""Definitions, or shapes, that are compressed together."""
SECTIONS = ("meta", "problems", "key_ends", "keys", "name_ends", "names", "name_starts", "of_names",
            "module_starts", "of_modules", "block_ends", "blocks", "shape_ends", "shapes")  # fmt: skip
