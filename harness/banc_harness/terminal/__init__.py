"""A run on the terminal: what happens while it happens, then the verdict. Reads the events and nothing else."""
