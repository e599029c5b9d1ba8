"""The switches of the mail service: each rests on a fact that no source read states (mssante, 9)."""

from __future__ import annotations

from typing import Final

from banc_mocks.mssante.faults import SERVICE
from banc_mocks.sandbox.switches import Switch, Value
from banc_standards.errors import Sentence


def _switch(name: str, fr: str, en: str, default: Value, *others: Value) -> Switch:
    return Switch(f"{SERVICE}.{name}", SERVICE, Sentence(fr, en), default, (default, *others) if others else ())


OAUTHBEARER: Final = _switch(
    "oauthbearer",
    "Annonce aussi OAUTHBEARER (RFC 7628), pour repérer un client qui le préfère.",
    "Also announces OAUTHBEARER (RFC 7628), to detect a client that prefers it.",
    False,
)
CLIENT_CERTIFICATE: Final = _switch(
    "client_certificate",
    "Certificat client avec un jeton PSC : requested ou required.",
    "Client certificate along with a PSC token: requested or required.",
    "requested",
    "required",
)
SIZE_LIMIT: Final = _switch(
    "size_limit",
    "Octets qu'un message peut compter (annoncés par SIZE).",
    "Octets that a message may count (announced by SIZE).",
    10_485_760,
)
CONTENT: Final = _switch(
    "content_rules",
    "Contenu contraire aux règles : record l'accepte et le note, refuse répond 554.",
    "Content that breaks the rules: record takes it and notes it, refuse answers 554.",
    "record",
    "refuse",
)
RECEIPTS: Final = _switch(
    "receipts",
    "Accusés de lecture : automatic (applicatives et usagers répondent aussitôt), all (toutes), never.",
    "Read receipts: automatic (application mailboxes and citizens answer at once), all (every one), never.",
    "automatic",
    "all",
    "never",
)
RECEIPT_VERSION: Final = _switch(
    "receipt_version",
    "Version du volet que suivent les MDN d'erreur.",
    "Version of the volet that error MDNs follow.",
    "1.1.3",
    "1.1.2",
)
CITIZEN_REFUSAL: Final = _switch(
    "citizen_refusal",
    "Usager sans messagerie : bounce (accepté, puis avis de non-remise) ou rcpt (refus 550).",
    "Citizen without mail: bounce (accepted, then a non-delivery notice) or rcpt (550 at once).",
    "bounce",
    "rcpt",
)

IMAP_EXTENSIONS: Final = _switch(
    "imap_extensions",
    "Extensions d'IMAP annoncées : all, ou none pour ne montrer qu'IMAP4rev1.",
    "IMAP extensions announced: all, or none to show IMAP4rev1 only.",
    "all",
    "none",
)

SWITCHES: tuple[Switch, ...] = (
    OAUTHBEARER,
    CLIENT_CERTIFICATE,
    SIZE_LIMIT,
    CONTENT,
    RECEIPTS,
    RECEIPT_VERSION,
    CITIZEN_REFUSAL,
    IMAP_EXTENSIONS,
)
