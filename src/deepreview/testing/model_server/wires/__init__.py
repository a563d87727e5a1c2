"""The four protocols, one module each."""
