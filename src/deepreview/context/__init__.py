"""What surrounds a change: the brief, its trees, the word index."""
