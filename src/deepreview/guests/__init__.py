"""Guests: where an agent works, kept apart from the user's files, keys and network."""
