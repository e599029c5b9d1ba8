"""The steps of a verification, one module each: each refuses with its own codes, or returns what it saw."""
