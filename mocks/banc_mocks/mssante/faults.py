"""The misbehaviours that the operator can be told to show, by SMTP stage, and what it may do with a mail it took."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from banc_mocks.sandbox.faults import Fault, Parameter
from banc_standards.errors import Sentence

SERVICE: Final = "mssante"
_KEYS: Final = ("sender", "recipients", "message_id", "professional", "mailbox", "ins", "documents")
_READING: Final = ("mailbox", "professional", "folder")


def _fault(name: str, fr: str, en: str, parameters: Mapping[str, Parameter] | None = None) -> Fault:
    keys = _READING if name.startswith("imap_") else _KEYS
    return Fault(f"{SERVICE}.{name}", SERVICE, Sentence(fr, en), keys, dict(parameters or {}))


def _stage(name: str, fr: str, en: str, code: str, text: str) -> Fault:
    return _fault(name, fr, en, {"code": code, "text": text})


AUTH: Final = _stage(
    "auth",
    "Répond ce code à AUTH, quels que soient les identifiants.",
    "Answers AUTH with this code, whatever the credentials.",
    "454 4.7.0",
    "Temporary authentication failure",
)
MAIL: Final = _stage(
    "mail",
    "Répond ce code à MAIL FROM.",
    "Answers MAIL FROM with this code.",
    "451 4.3.0",
    "Local error in processing",
)
RCPT: Final = _stage(
    "rcpt",
    "Répond ce code à RCPT TO.",
    "Answers RCPT TO with this code.",
    "550 5.1.1",
    "Mailbox unavailable",
)
DATA: Final = _stage(
    "data",
    "Répond ce code à DATA.",
    "Answers DATA with this code.",
    "451 4.3.0",
    "Local error in processing",
)
MESSAGE: Final = _stage(
    "message",
    "Répond ce code à la fin du message, qui n'est pas gardé.",
    "Answers the end of the message with this code and keeps nothing.",
    "554 5.6.0",
    "Transaction failed",
)
UNKNOWN: Final = _stage(
    "unknown_mailbox",
    "La boîte du destinataire n'existe pas.",
    "The recipient's mailbox does not exist.",
    "550 5.1.1",
    "Mailbox unknown",
)
SUSPENDED: Final = _stage(
    "suspended_mailbox",
    "La boîte du destinataire est suspendue.",
    "The recipient's mailbox is suspended.",
    "550 5.2.1",
    "Mailbox disabled",
)
FULL: Final = _stage(
    "full_mailbox",
    "La boîte du destinataire est pleine : refus passager.",
    "The recipient's mailbox is full: a passing refusal.",
    "452 4.2.2",
    "Mailbox full",
)
STILL_FULL: Final = _stage(
    "still_full_mailbox",
    "La boîte du destinataire est pleine : refus définitif.",
    "The recipient's mailbox is full: a final refusal.",
    "552 5.2.2",
    "Mailbox full",
)
GREYLIST: Final = _stage(
    "greylist",
    "Liste grise : refus passager, l'essai suivant passe.",
    "Greylisting: a passing refusal, the next try is accepted.",
    "451 4.7.1",
    "Greylisted, try again later",
)
LOST_REPLY: Final = _fault(
    "lost_reply",
    "Garde le message puis coupe avant la réponse : le logiciel ne sait pas qu'il est parti.",
    "Keeps the message, then cuts before the reply: the software does not know that it left.",
)
CUT: Final = _fault(
    "cut",
    "Coupe la connexion à DATA.",
    "Cuts the connection at DATA.",
)
BOUNCE: Final = _fault(
    "bounce",
    "Accepte le message, puis envoie un avis de non-remise.",
    "Accepts the message, then sends a non-delivery notice.",
    {"status": "5.1.1", "text": "La boîte du destinataire n'existe pas."},
)
DUPLICATE: Final = _fault("duplicate", "Remet le message deux fois.", "Delivers the message twice.")
RECEIPT_ERROR: Final = _fault(
    "receipt_error",
    "Le destinataire répond par un MDN d'erreur.",
    "The recipient answers with an error MDN.",
    {"code": "902"},
)
RECEIPT_UNASKED: Final = _fault(
    "receipt_unasked",
    "Le destinataire envoie un MDN que rien ne demandait.",
    "The recipient sends an MDN that nothing asked for.",
)
RECEIPT_UNKNOWN: Final = _fault(
    "receipt_unknown",
    "Le MDN se rapporte à un Message-ID que le logiciel n'a pas envoyé.",
    "The MDN is about a Message-ID that the software did not send.",
)
IMAP_NO: Final = _stage(
    "imap_no",
    "Répond NO à une commande IMAP, qui n'est pas exécutée.",
    "Answers NO to an IMAP command and does nothing.",
    "NO [UNAVAILABLE]",
    "Temporary failure",
)
IMAP_BAD: Final = _stage(
    "imap_bad",
    "Répond BAD à une commande IMAP, qui n'est pas exécutée.",
    "Answers BAD to an IMAP command and does nothing.",
    "BAD",
    "Command not accepted",
)
IMAP_BYE: Final = _stage(
    "imap_bye",
    "Ferme la connexion IMAP par BYE au lieu de répondre.",
    "Closes the IMAP connection with BYE instead of answering.",
    "BYE",
    "Server shutting down",
)
IMAP_CUT: Final = _fault(
    "imap_cut",
    "Coupe la connexion IMAP au milieu de la réponse.",
    "Cuts the IMAP connection in the middle of the answer.",
)
IMAP_GONE: Final = _fault(
    "imap_gone",
    "Un autre client supprime le premier message demandé juste avant FETCH.",
    "Another client removes the first message asked for just before FETCH.",
)
IMAP_UIDVALIDITY: Final = _fault(
    "imap_uidvalidity",
    "UIDVALIDITY change au prochain SELECT : les UID connus ne valent plus rien.",
    "UIDVALIDITY changes at the next SELECT: known UIDs are worth nothing any more.",
)

RECIPIENT_FAULTS: Final = (RCPT, UNKNOWN, SUSPENDED, FULL, STILL_FULL, GREYLIST)
FAULTS: tuple[Fault, ...] = (
    AUTH,
    MAIL,
    *RECIPIENT_FAULTS,
    DATA,
    MESSAGE,
    LOST_REPLY,
    CUT,
    BOUNCE,
    DUPLICATE,
    RECEIPT_ERROR,
    RECEIPT_UNASKED,
    RECEIPT_UNKNOWN,
    IMAP_NO,
    IMAP_BAD,
    IMAP_BYE,
    IMAP_CUT,
    IMAP_GONE,
    IMAP_UIDVALIDITY,
)
