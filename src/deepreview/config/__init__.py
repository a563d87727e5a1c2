"""Settings: what each means, and where its value came from."""
