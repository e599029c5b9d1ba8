"""Validation packs: the schematrons that an agency publishes, run unmodified beside our own rules.

A pack is a folder that the user has (``banc validate --pack DIR``): its schematrons are compiled by
:mod:`~banc_harness.packs.stylesheet` and run by an XSLT engine in a process of its own.
"""
