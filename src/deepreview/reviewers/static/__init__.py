"""What analysers and our own syntax rules find that the change brought."""
