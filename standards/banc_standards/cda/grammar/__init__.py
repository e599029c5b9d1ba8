"""The grammar of CDA R2 with the French extensions: what may stand where, and the one pass that reads a document."""
