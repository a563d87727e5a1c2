"""Repo memory: what reviewers and decisions propose as rules of the project, and what a person made of it."""
