"""Validation services in the form of the European Interoperability Test Bed (GITB): ours, and other people's.

``banc up`` serves our validators under ``/gitb/`` of its control port; ``banc validate --pack https://…`` calls
somebody else's.
"""
