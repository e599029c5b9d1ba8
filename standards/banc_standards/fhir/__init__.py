"""FHIR R4 as France uses it: reading JSON and XML safely, the structure of resources, and the profiles judged.

FR Core (patient, professionals, structures), PDSm and its application to the DMP (documents), Annuaire Santé.
"""
