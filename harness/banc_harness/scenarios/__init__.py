"""Scenarios, one module per use case; ``registered.py`` lists them."""
