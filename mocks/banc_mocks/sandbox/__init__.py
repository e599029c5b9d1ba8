"""What every simulated service shares: journal, store, sessions, clock, faults, TLS front, control API, launcher."""
