"""What do rules do to a corpus? Counts for each rule (`hits`), and two versions of the packs side by side (`diff`)."""
