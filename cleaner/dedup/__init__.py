"""What duplicates what: pure functions over flat arrays of code points."""
