"""Stored queries of the registry (ITI-18, TD3.1): written, read, judged; and the answer to them."""
