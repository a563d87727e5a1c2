"""The only part that knows git: our own bare mirror, a range becomes a `Change`, blame, blobs."""
