"""Rounds for others to read: a branch, a folder, a pull request."""
