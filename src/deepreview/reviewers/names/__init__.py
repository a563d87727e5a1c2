"""Names: what comments say and code no longer holds, and the reverse."""
