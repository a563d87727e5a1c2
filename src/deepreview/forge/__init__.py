"""Forges: where changes are discussed."""
