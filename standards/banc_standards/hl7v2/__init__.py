"""HL7 v2 as French hospital and laboratory software exchanges it: read, modelled and judged."""
