"""Findings through the rounds of one target: which are the same, what became of each, whether it converges."""
