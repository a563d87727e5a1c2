"""How well claims are merged, measured on real reviews against simpler ways of doing it."""
