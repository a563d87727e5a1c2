"""Paths: those that text names against those that the tree has."""
