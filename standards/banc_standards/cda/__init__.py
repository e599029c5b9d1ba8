"""Clinical documents in HL7 CDA R2 as the French CI-SIS constrains them: the common header and the discharge letter."""
