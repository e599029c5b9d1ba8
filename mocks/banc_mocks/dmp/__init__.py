"""The DMP, simulated: mutual TLS, VIHF, test of existence (TD0.2), administrative data (TD1.3a), feeding and
replacement (TD2.1), search (TD3.1), retrieval (TD3.2), deletion (TD3.3c).

Fidelity. Exact: addresses, SOAP 1.2, addressing headers and their fault, MTOM, VIHF attributes and signature, XDS
codes, duplicate and replacement rules, stored queries, several documents in one answer, changes of status.
Approximated: error names that are not public (``DMPMock…``), the freshness of a VIHF, the authorization of TD0.2 (a
switch), the rights matrix as far as these transactions, the data of TD1.3a (those of TD0.2), a deleted document (it
is read no more). Absent: TD0.3 to TD0.5, TD1.3b to TD1.6, TD3.3a, b and d, Web-PS, the FHIR façade; withdrawn
transactions are refused as the real service refuses them.
"""
