"""Agents: each asks one program or model one thing and yields its events; none knows what a review is."""
