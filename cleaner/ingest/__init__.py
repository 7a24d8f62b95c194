"""From bytes to speeches: read, decode, repair, split."""
