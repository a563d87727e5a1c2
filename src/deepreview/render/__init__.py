"""Pure functions of the report, one format each."""
