"""Checks: each observes one thing about a finding and judges nothing."""
