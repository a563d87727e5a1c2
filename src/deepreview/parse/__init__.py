"""Text that somebody wrote becomes values: a review becomes claims, a published report its parts."""
