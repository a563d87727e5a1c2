"""From claims to findings, then steps in a stated order that judge them. Pure."""
