"""What an MSSanté operator refuses while SMTP goes on: security, sender, recipients, size (mssante, 1.1, 1.4, 2.1).

``Rule.code`` is the reply: three digits of the ANS list of SMTP codes, then an RFC 3463 status.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from banc_standards import ins as insi
from banc_standards.mail.addresses import citizen_matricule, well_formed
from banc_standards.rulebook import RuleBook
from banc_standards.rules import Hit, Rule, holds

Status = Literal["open", "suspended", "closed", "full"]

EICAR: Final = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
EXECUTABLE: Final = ".exe"


@dataclass(frozen=True, slots=True)
class Sender:
    """An envelope sender, and the mailboxes that the authenticated user may send from."""

    address: str
    allowed: frozenset[str]


@dataclass(frozen=True, slots=True)
class Addressee:
    """An envelope recipient as the operator knows it: domain of the white list, mailbox, state (None: unknown)."""

    address: str
    listed: bool
    status: Status | None


@dataclass(frozen=True, slots=True)
class Content:
    """What DATA brought: octets, the limit, the names and contents of the attachments."""

    size: int
    limit: int
    attachments: tuple[tuple[str, bytes], ...] = ()


_SECURITY = RuleBook("Espace de confiance MSSanté ; ECO.1.0.1, ECO.1.2.1", "530 5.7.0")
_ENVELOPE = RuleBook("Espace de confiance MSSanté ; codes SMTP de l'ANS", "550 5.7.1")

_SECURITY.add(
    "SMTP-TLS-001",
    ("Rien ne se dit avant STARTTLS.", "Nothing is said before STARTTLS."),
    ("Envoyer STARTTLS après EHLO.", "Send STARTTLS after EHLO."),
    holds,
    at="STARTTLS (SC.MSS/CONF.05)",
    certainty="deduced",
    always=True,
)
_SECURITY.add(
    "SMTP-TLS-002",
    ("Rien ne suit STARTTLS en clair.", "Nothing follows STARTTLS in clear."),
    ("Attendre « 220 » puis négocier TLS.", "Wait for “220”, then shake hands."),
    holds,
    at="RFC 3207 §4",
    code="554 5.5.0",
    always=True,
)
_SECURITY.add(
    "SMTP-SYN-001",
    ("Le client attend la réponse avant de poursuivre.", "The client waits for the reply before it goes on."),
    ("N'envoyer le message qu'après 354, rien avant la bannière.", "Send the message after 354, nothing before 220."),
    holds,
    at="RFC 5321 §4.3.1",
    code="554 5.5.0",
    always=True,
)
_SECURITY.add(
    "SMTP-SYN-002",
    ("Les commandes suivent la grammaire et l'ordre de SMTP.", "Commands follow SMTP's grammar and order."),
    ("Corriger la commande.", "Correct the command."),
    holds,
    at="RFC 5321 §4.1",
    code="500 5.5.2",
    always=True,
)
_SECURITY.add(
    "SMTP-AUTH-001",
    ("L'émetteur s'authentifie avant d'envoyer.", "The sender authenticates before sending."),
    ("Envoyer AUTH XOAUTH2 avec le jeton Pro Santé Connect.", "Send AUTH XOAUTH2 with the Pro Santé Connect token."),
    holds,
    at="SC.MSS/CONF.07",
    certainty="deduced",
    always=True,
)
_SECURITY.add(
    "SMTP-AUTH-002",
    (
        "Le jeton est un jeton d'accès Pro Santé Connect, valide et non expiré.",
        "The token is a Pro Santé Connect access token, valid and not expired.",
    ),
    ("Renouveler le jeton avant de se connecter.", "Renew the token before connecting."),
    holds,
    at="XOAUTH2, jeton",
    code="535 5.7.8",
    certainty="deduced",
    always=True,
)
_SECURITY.add(
    "SMTP-AUTH-003",
    (
        "Le professionnel du jeton est titulaire ou délégué de la boîte.",
        "The professional of the token owns the mailbox, or is its delegate.",
    ),
    ("Ouvrir la boîte de la personne qui s'est authentifiée.", "Open the mailbox of the person who signed in."),
    holds,
    at="XOAUTH2, titulaire",
    code="535 5.7.8",
    certainty="deduced",
    always=True,
)
_SECURITY.add(
    "SMTP-AUTH-004",
    (
        "PLAIN n'ouvre qu'une boîte applicative, sous le certificat ORG AUTH_CLI de sa structure.",
        "PLAIN opens only an application mailbox, under its structure's ORG AUTH_CLI certificate.",
    ),
    (
        "Présenter le certificat de la structure, et l'adresse de la boîte applicative comme identifiant.",
        "Show the structure's certificate, and the application mailbox's address as login.",
    ),
    holds,
    at="BAL APP (SC.MSS/CONF.12)",
    code="535 5.7.8",
    always=True,
)
_SECURITY.add(
    "SMTP-AUTH-005",
    (
        "Une boîte applicative s'ouvre par PLAIN ; ce mécanisme-ci n'est pas établi.",
        "An application mailbox opens with PLAIN; this mechanism is not established.",
    ),
    ("Préférer PLAIN.", "Prefer PLAIN."),
    holds,
    at="BAL APP (SC.MSS/CONF.12)",
    severity="info",
    certainty="uncertain",
)
_SECURITY.add(
    "SMTP-AUTH-006",
    ("La réponse d'authentification est bien formée.", "The authentication response is well formed."),
    ("XOAUTH2 : base64 de user=BAL^Aauth=Bearer JETON^A^A.", "XOAUTH2: base64 of user=BOX^Aauth=Bearer TOKEN^A^A."),
    holds,
    at="RFC 4954 §4, RFC 4616, XOAUTH2",
    code="501 5.5.2",
    always=True,
)
_SECURITY.add(
    "SMTP-AUTH-007",
    (
        "Le client prend XOAUTH2 même quand OAUTHBEARER est annoncé.",
        "The client takes XOAUTH2 even when OAUTHBEARER is announced.",
    ),
    ("Employer XOAUTH2.", "Use XOAUTH2."),
    holds,
    at="SC.MSS/CONF.07",
    severity="warning",
    certainty="deduced",
)
_SECURITY.add(
    "SMTP-PEER-001",
    (
        "Le certificat d'un opérateur est listé pour le domaine de l'expéditeur.",
        "The certificate of an operator is listed for the sender's domain.",
    ),
    ("Présenter le certificat de l'opérateur du domaine.", "Show the certificate of the domain's operator."),
    holds,
    at="liste blanche",
    code="554 5.7.1",
    certainty="deduced",
    always=True,
)


@_ENVELOPE.rule(
    "SMTP-MAIL-001",
    ("L'expéditeur de l'enveloppe est une boîte de l'utilisateur.", "The envelope sender is one of the user's boxes."),
    ("Envoyer sous l'adresse de la boîte ouverte.", "Send under the address of the open mailbox."),
    at="envoi pour autrui",
    code="553 5.7.1",
    certainty="deduced",
    always=True,
)
def _own_box(sender: Sender) -> Iterator[Hit]:
    if sender.address and sender.address not in sender.allowed:
        yield Hit("MAIL FROM", found=sender.address, expected=", ".join(sorted(sender.allowed)))


@_ENVELOPE.rule(
    "SMTP-RCPT-001",
    (
        "L'adresse du destinataire est bien formée ; celle d'un usager est un matricule à clé juste.",
        "The recipient's address is well formed; a citizen's is a matricule with a right key.",
    ),
    ("Corriger l'adresse.", "Correct the address."),
    at="adresse invalide",
    code="553 5.1.3",
    always=True,
)
def _form(addressee: Addressee) -> Iterator[Hit]:
    matricule = citizen_matricule(addressee.address)
    if not well_formed(addressee.address) or (matricule is not None and not insi.valid(matricule)):
        yield Hit("RCPT TO", found=addressee.address[:300])


@_ENVELOPE.rule(
    "SMTP-RCPT-002",
    ("Le domaine du destinataire est dans la liste blanche.", "The recipient's domain is in the white list."),
    ("N'écrire qu'à des adresses de l'espace de confiance.", "Write only to addresses of the trust space."),
    at="liste blanche",
    code="550 5.7.1",
    certainty="deduced",
    always=True,
)
def _listed(addressee: Addressee) -> Iterator[Hit]:
    if not addressee.listed:
        yield Hit("RCPT TO", found=addressee.address)


@_ENVELOPE.rule(
    "SMTP-RCPT-003",
    ("La boîte du destinataire existe.", "The recipient's mailbox exists."),
    ("Chercher l'adresse dans l'Annuaire Santé.", "Look the address up in the Annuaire Santé."),
    at="550, boîte inconnue",
    code="550 5.1.1",
    always=True,
)
def _known(addressee: Addressee) -> Iterator[Hit]:
    if addressee.listed and addressee.status is None:
        yield Hit("RCPT TO", found=addressee.address)


@_ENVELOPE.rule(
    "SMTP-RCPT-004",
    ("La boîte du destinataire est ouverte.", "The recipient's mailbox is open."),
    ("Prévenir l'utilisateur que la boîte est fermée.", "Tell the user that the mailbox is closed."),
    at="boîte suspendue ou fermée",
    code="550 5.2.1",
    certainty="deduced",
    always=True,
)
def _open(addressee: Addressee) -> Iterator[Hit]:
    if addressee.status in ("suspended", "closed"):
        yield Hit("RCPT TO", found=f"{addressee.address} ({addressee.status})")


@_ENVELOPE.rule(
    "SMTP-RCPT-005",
    ("La boîte du destinataire a de la place.", "The recipient's mailbox has room."),
    ("Renvoyer plus tard, puis prévenir l'utilisateur.", "Send again later, then tell the user."),
    at="422 et 552, quota",
    code="452 4.2.2",
    always=True,
)
def _room(addressee: Addressee) -> Iterator[Hit]:
    if addressee.status == "full":
        yield Hit("RCPT TO", found=addressee.address)


_ENVELOPE.add(
    "SMTP-RCPT-006",
    ("Un message va à cent destinataires au plus.", "A message goes to a hundred recipients at most."),
    ("Découper l'envoi.", "Split the sending."),
    holds,
    at="RFC 5321 §4.5.3.1.8",
    code="452 4.5.3",
    always=True,
)


@_ENVELOPE.rule(
    "SMTP-DATA-001",
    ("Le message tient dans la taille annoncée par SIZE.", "The message fits the size that SIZE announces."),
    ("Vérifier la taille avant l'envoi.", "Check the size before sending."),
    at="RFC 1870 ; MSS/va1.13",
    code="552 5.3.4",
    certainty="deduced",
    always=True,
)
def _size(content: Content) -> Iterator[Hit]:
    if content.size > content.limit:
        yield Hit("SIZE", found=str(content.size), expected=f"<= {content.limit}")


@_ENVELOPE.rule(
    "SMTP-DATA-002",
    ("Le message ne porte ni virus ni programme.", "The message carries neither virus nor program."),
    ("Retirer la pièce jointe.", "Remove the attachment."),
    at="filtre de l'opérateur",
    code="550 5.7.1",
    certainty="deduced",
    always=True,
)
def _clean(content: Content) -> Iterator[Hit]:
    for name, data in content.attachments:
        if name.lower().endswith(EXECUTABLE) or EICAR in data:
            yield Hit("pièces jointes", found=name or "EICAR")


RULES: tuple[Rule, ...] = (*_SECURITY.rules, *_ENVELOPE.rules)
BY_ID: dict[str, Rule] = {rule.id: rule for rule in RULES}
RECIPIENT_RULES: tuple[Rule, ...] = tuple(BY_ID[f"SMTP-RCPT-00{number}"] for number in range(1, 6))
"""The rules of one :class:`Addressee`, in the order in which an operator applies them."""
CONTENT_RULES: tuple[Rule, ...] = (BY_ID["SMTP-DATA-001"], BY_ID["SMTP-DATA-002"])
"""The rules of :class:`Content`."""
SENDER: Rule = BY_ID["SMTP-MAIL-001"]
