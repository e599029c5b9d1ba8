"""The simulated INSi (CNAM), search by traits.

Exact: messages, headers, authentication modes, codes 00, 01 and 02, faults desir_550, desir_560, desir_1020 and
insi_102, the published test people. Approximated: matching beyond the published cases (switches ``insi.…``), answers to
malformed requests (codes ``mock_…``), transport of the Pro Santé Connect token. Absent: search by carte Vitale,
verification, bulk verification, answered by a fault that says so.
"""
