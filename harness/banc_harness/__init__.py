"""Scenarios, drivers, checks, scoring, reports and the command line."""
