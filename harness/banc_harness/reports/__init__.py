"""Report writers: pure consumers of a run's events."""
