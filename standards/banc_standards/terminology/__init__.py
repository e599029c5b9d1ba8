"""The value sets and code systems that a shared document needs (NOS of the ANS, HL7, LOINC)."""
