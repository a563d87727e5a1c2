"""History: earlier fixes that a change takes away, and marks of unfinished work."""
