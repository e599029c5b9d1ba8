"""The simulated INSi (CNAM): searches by traits and by carte Vitale, verification, bulk verification.

Exact: messages of the searches, headers, authentication modes, codes 00, 01 and 02, faults desir_550, desir_560,
desir_1020 and insi_102, the published test people. Approximated: matching beyond the published cases (switches
``insi.…``), whom a card designates, answers to malformed requests (codes ``mock_…``), transport of the Pro Santé
Connect token. The bench's own: the messages of verification and the whole bulk protocol.
"""
