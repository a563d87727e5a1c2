"""The pipeline: stages in order, reviewers side by side, one bulkhead each."""
