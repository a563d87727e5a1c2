"""Several independent reviewers read one change; what they say is checked, merged and reported."""
