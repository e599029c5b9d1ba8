"""To whom a mail goes: one patient a mail, and the citizen who is that patient (mssante, 2.3 and 3.1)."""

from __future__ import annotations

from collections.abc import Iterator

from banc_standards import ins as insi
from banc_standards.cda.read import Document
from banc_standards.mail.addresses import canonical, domain_of
from banc_standards.mail.names import CITIZEN_DOMAIN
from banc_standards.mail.rules.subject import MailSubject
from banc_standards.rulebook import RuleBook
from banc_standards.rules import Hit

_BOOK = RuleBook("Référentiel MSSanté #2", "554 5.6.0")


@_BOOK.rule(
    "MAIL-PAT-001",
    ("Un courriel ne parle que d'un seul usager.", "A mail speaks of one citizen only."),
    ("Envoyer un courriel par patient.", "Send one mail per patient."),
    at="ECO.2.1.1",
)
def _one_patient(subject: MailSubject) -> Iterator[Hit]:
    patients = {_who(document) for document in subject.documents}
    if len(patients) > 1:
        yield Hit("IHE_XDM.zip", found=", ".join(sorted(patients)), expected="1")
    if len(set(subject.citizens)) > 1 and subject.documents:
        yield Hit("To", found=", ".join(sorted(set(subject.citizens))), expected="1")


def _who(document: Document) -> str:
    patient = document.patient
    return patient.ins.cx() if patient.ins else f"{patient.birth_family} {patient.first_given} {patient.birth_time}"


@_BOOK.rule(
    "MAIL-PAT-002",
    ("L'usager destinataire est le patient du document.", "The citizen who gets the mail is the patient."),
    ("Construire l'adresse à partir de l'INS du patient.", "Build the address from the patient's INS."),
    at="ECO.3.1.5, ECO.2.1.1",
    certainty="deduced",
)
def _right_citizen(subject: MailSubject) -> Iterator[Hit]:
    known = {document.patient.ins.value for document in subject.documents if document.patient.ins}
    for matricule in subject.citizens:
        if known and matricule not in known:
            yield Hit("To", found=matricule, expected=", ".join(sorted(known)))


@_BOOK.rule(
    "MAIL-PAT-003",
    (
        "L'adresse d'un usager est un matricule INS de 15 caractères, clé juste.",
        "The address of a citizen is a 15-character INS matricule with a right key.",
    ),
    ("Vérifier la clé avant d'envoyer.", "Check the key before sending."),
    at="§3.4.2.2",
    certainty="deduced",
    code="553 5.1.3",
    always=True,
)
def _key(subject: MailSubject) -> Iterator[Hit]:
    for matricule in subject.citizens:
        if not insi.valid(matricule):
            yield Hit("To", found=f"{matricule}@{CITIZEN_DOMAIN}", expected="15 caractères, clé = 97 - n mod 97")


@_BOOK.rule(
    "MAIL-PAT-004",
    (
        "Un courriel à un usager ne part que d'une INS qualifiée : son document la porte.",
        "A mail to a citizen starts from a qualified INS: its document carries it.",
    ),
    ("Qualifier l'identité, ou ne pas écrire à l'usager.", "Qualify the identity, or do not write to the citizen."),
    at="ECO.2.2.6",
    certainty="deduced",
)
def _qualified(subject: MailSubject) -> Iterator[Hit]:
    if subject.citizens and subject.documents and not any(document.patient.ins for document in subject.documents):
        yield Hit("To", found=", ".join(subject.citizens), expected="INS qualifiée")


@_BOOK.rule(
    "MAIL-PAT-005",
    (
        "Le domaine de From est celui de l'enveloppe.",
        "The domain of From is that of the envelope.",
    ),
    ("Envoyer sous l'adresse de la boîte.", "Send under the address of the mailbox."),
    at="contrôle d'entrée, point 4",
    severity="info",
    certainty="uncertain",
)
def _same_domain(subject: MailSubject) -> Iterator[Hit]:
    author = subject.mail.sender
    if subject.mail_from and author and domain_of(author.address) != domain_of(subject.mail_from):
        yield Hit("From", found=canonical(author.address), expected=domain_of(subject.mail_from))


RULES = _BOOK.rules
