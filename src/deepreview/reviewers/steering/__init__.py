"""What a change does to the agents of whoever reviews it."""
