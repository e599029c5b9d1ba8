"""The DMP, simulated: mutual TLS, VIHF, test of existence (TD0.2), access authorization (TD0.3), administrative data
(TD1.3a), lists of rights (TD0.4, TD1.6), feeding and replacement (TD2.1), search (TD3.1), retrieval (TD3.2),
visibility, deletion, archiving (TD3.3).

Fidelity. Exact: addresses, SOAP 1.2, addressing headers and their fault, MTOM, VIHF attributes and signature, XDS
codes, duplicate and replacement rules, stored queries, several documents in one answer, changes of metadata and status.
Approximated: error names that are not public (``DMPMock…``), the freshness of a VIHF, who is blocked and who is
authorized to begin with (switches), the rights matrix as far as these transactions, the data of TD1.3a (those of
TD0.2), the dates of TD0.4 and TD1.6, a deleted document (it is read no more).
Absent: TD0.5, TD1.3b to TD1.5, Web-PS, the FHIR façade; withdrawn transactions are refused as the real service refuses
them.
"""
