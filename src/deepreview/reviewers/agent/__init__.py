"""Coding agents and models as reviewers."""
