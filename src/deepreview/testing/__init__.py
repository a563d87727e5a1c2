"""Builders and real repositories for tests; public to plug-in authors."""
