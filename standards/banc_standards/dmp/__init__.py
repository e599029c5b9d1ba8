"""The DMP's own messages around XDS: transactions, HL7v3 test of existence (TD0.2), errors, rights (dmp.md)."""
