"""What the référencement asks of a software: one table per couloir, in folders of TOML files that a person can edit.

The sentences are ours: they state facts of the published lists and copy none of their wording.
"""
