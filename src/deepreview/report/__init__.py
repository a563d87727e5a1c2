"""Findings and runs become the report; everything countable is computed here."""
