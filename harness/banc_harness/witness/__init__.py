"""The *logiciel témoin*: a small, honest health software that the bench drives like any vendor's.

It is a process of its own with a database of its own, speaks only the public protocols, and knows of the bench nothing
but the two objects of a driver (CONTRACTS §9). It may use the standards' builders, never their rules: it must not
share the judge's eyes. Its switchable defects prove that every check can fail.
"""
