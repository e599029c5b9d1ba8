"""The simulated national services and the sandbox that they share."""
