"""Interoperability formats of the French health services, as pure functions: no network, no disk, no clock."""
