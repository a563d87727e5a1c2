"""The broker: the one way from a guest to a model. It adds the key, counts what is used, and keeps the budget."""
