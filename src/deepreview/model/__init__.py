"""What the parts hand to each other: frozen values of the standard library, no behaviour with effects."""
