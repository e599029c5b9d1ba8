"""Every JSON shape that outsiders bind to, as models with published JSON Schemas (CONTRACTS §1, §4-§7, §9, §11).

Readers ignore unknown keys. The schemas lie beside the models, in ``schemas/``.
"""
