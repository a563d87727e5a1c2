"""Rounds on disk: one folder each, written as things happen."""
