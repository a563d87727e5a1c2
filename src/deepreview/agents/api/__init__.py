"""Any model by API, with a loop and tools of our own, in this process."""
