"""What the witness of the laboratory can be told to do wrong, beside what any witness can (``defects``)."""

from __future__ import annotations

from typing import Final

#: Name of each defect, and what the software then does, in French and in English.
LABORATORY_DEFECTS: Final[dict[str, tuple[str, str]]] = {
    "reuses-old-id": (
        "garde l'identifiant de l'ancien compte rendu pour le nouveau",
        "keeps the id of the former report for the new one",
    ),
    "correction-as-new": (
        "envoie une correction comme un nouveau compte rendu",
        "sends a correction as a new report",
    ),
    "associates-unique-id": (
        "remplace par l'uniqueId au lieu de l'entryUUID",
        "replaces by uniqueId instead of entryUUID",
    ),
    "replaces-the-replaced": (
        "remplace un compte rendu qui l'était déjà",
        "replaces a report that was replaced already",
    ),
    "local-times": (
        "met l'heure locale dans les métadonnées, qui sont en UTC",
        "puts local time into the metadata, which are in UTC",
    ),
    "hash-of-the-pdf": (
        "annonce l'empreinte de la copie PDF au lieu de celle du CDA",
        "declares the hash of the PDF copy instead of the CDA's",
    ),
    "no-embedded-pdf": (
        "oublie la copie PDF dans le compte rendu structuré",
        "leaves the PDF copy out of the structured report",
    ),
    "partial-as-complete": (
        "dit complet un compte rendu partiel",
        "says that a partial report is complete",
    ),
    "critical-as-normal": (
        "interprète une valeur critique comme normale",
        "interprets a critical value as normal",
    ),
    "drops-a-result": (
        "oublie le dernier résultat de la demande",
        "leaves out the last result of the order",
    ),
    "forgets-a-recipient": (
        "oublie le dernier destinataire du message",
        "forgets the last recipient of the mail",
    ),
    "unnamed-recipients": (
        "ne nomme pas les destinataires dans le compte rendu",
        "does not name the recipients in the report",
    ),
    "no-requester-mailbox": (
        "oublie l'adresse MSSanté du prescripteur dans le compte rendu",
        "leaves the requester's MSSanté address out of the report",
    ),
    "ignores-visibility": (
        "oublie le masquage demandé par l'utilisateur",
        "leaves out the masking that the user asked for",
    ),
    "feeds-blocked": (
        "dépose au DMP un compte rendu que l'utilisateur a retenu",
        "files in the DMP a report that the user held back",
    ),
    "masks-and-renames": (
        "masque un document en changeant aussi son titre",
        "masks a document, and changes its title with it",
    ),
    "masks-in-words-only": (
        "dit avoir masqué un document, et n'envoie rien",
        "says that a document was masked, and sends nothing",
    ),
    "patient-without-ins": (
        "écrit au patient sans identité qualifiée",
        "writes to the patient without a qualified identity",
    ),
    "symbol-for-anyone": (
        "imprime le datamatrix INS d'une identité qui n'est pas qualifiée",
        "prints the datamatrix INS of an identity that is not qualified",
    ),
    "ignores-professional-refusal": (
        "écrit aux médecins malgré le refus du patient",
        "writes to the doctors although the patient refused it",
    ),
    "subcontracted-apart": (
        "envoie à part les résultats d'un sous-traitant",
        "sends the results of a subcontractor on their own",
    ),
    "untyped-subject": (
        "oublie le type du document dans l'objet du message",
        "leaves the document's type out of the subject of the mail",
    ),
}
