"""Who reads a change and says what is wrong with it."""
