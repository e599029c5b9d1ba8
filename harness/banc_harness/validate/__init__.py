"""``banc validate``: files judged one by one, whatever they are, and what is told of each (CONTRACTS §1, §7)."""
