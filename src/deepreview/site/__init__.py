"""The published site: rounds in, pages out, nothing of it knows where either is kept."""
