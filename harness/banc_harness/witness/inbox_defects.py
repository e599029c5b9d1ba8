"""What the practice's witness can be told to do wrong with the results that it receives."""

from __future__ import annotations

from typing import Final

#: Name of each defect, and what the software then does, in French and in English.
INBOX_DEFECTS: Final[dict[str, tuple[str, str]]] = {
    "reads-in-clear": (
        "tente de s'identifier en IMAP avant STARTTLS",
        "tries to sign in by IMAP before STARTTLS",
    ),
    "reads-headers-only": (
        "ne lit que les en-têtes des messages reçus",
        "reads only the headers of the mails received",
    ),
    "files-under-the-last": (
        "range le compte rendu reçu dans le dernier dossier ouvert",
        "files the received report under the last record that was opened",
    ),
    "reads-the-subject": (
        "trouve le patient par l'objet du message au lieu de l'INS",
        "finds the patient by the subject of the mail instead of the INS",
    ),
    "ignores-hash": (
        "range un document qui n'a pas l'empreinte annoncée",
        "files a document that has not the hash announced",
    ),
    "takes-two-patients": (
        "range les documents d'un message qui concerne deux patients",
        "files the documents of a mail about two patients",
    ),
    "opens-a-record": (
        "ouvre un dossier pour le patient inconnu d'un compte rendu",
        "opens a record for the unknown patient of a report",
    ),
    "files-twice": (
        "range une seconde fois un compte rendu déjà reçu",
        "files a report that it had received already once more",
    ),
    "correction-as-addition": (
        "garde comme valable le compte rendu qu'un autre remplace",
        "keeps as current the report that another one replaces",
    ),
    "late-version-holds": (
        "tient pour valable une ancienne version qui arrive après celle qui la remplace",
        "takes an old version that arrives after its replacement for the current one",
    ),
    "drops-units": (
        "intègre les résultats sans leur unité",
        "integrates results without their unit",
    ),
    "drops-interpretation": (
        "intègre les résultats sans leur interprétation",
        "integrates results without their interpretation",
    ),
    "silent-on-critical": (
        "n'alerte pas sur une valeur critique",
        "gives no alert about a critical value",
    ),
    "no-receipt": (
        "ne renvoie pas l'accusé de lecture demandé",
        "does not send the read receipt that was asked for",
    ),
    "vague-receipt": (
        "ne dit pas dans l'accusé à quelle adresse le message était destiné",
        "does not say in the receipt which address the mail was meant for",
    ),
    "always-glad": (
        "accuse bonne réception de ce qu'il a refusé",
        "acknowledges as processed what it has refused",
    ),
}
