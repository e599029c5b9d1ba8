"""The evidence bundle (CONTRACTS §10): sealed after a run, verified by anyone, offline."""
