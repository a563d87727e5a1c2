"""Ten rules that every published report keeps, derived from how published ones went wrong."""
