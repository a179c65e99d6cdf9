"""Pure: inactive -> pending -> firing -> resolved; routing, grouping, repeats."""
