"""The command line. No logic beyond parse, call, print."""
