"""The tables of a result: their columns, how they are written, how they are held against each other."""
