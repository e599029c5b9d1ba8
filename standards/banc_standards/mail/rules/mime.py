"""The form of the message: MIME that can be read, within bounds, and text that every client shows."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from banc_standards.mail.mime import Defect, MimeRefused
from banc_standards.mail.read import decoded_text
from banc_standards.mail.rules.subject import MailSubject
from banc_standards.rulebook import RuleBook
from banc_standards.rules import Hit, Rule, holds

_BOOK = RuleBook("RFC 5321, 5322, 2045 à 2047, 2231", "554 5.6.0")
_TEXT = RuleBook("Référentiel MSSanté #2", "554 5.6.0")

_BOOK.add(
    "MAIL-MIME-001",
    ("Le message tient dans la taille que le banc lit.", "The message fits the size that the bench reads."),
    ("Envoyer moins de données.", "Send less data."),
    holds,
    at="banc: 50 Mo",
    certainty="deduced",
    always=True,
)
_BOOK.add(
    "MAIL-MIME-002",
    (
        "Parties, niveaux et en-têtes restent en nombre raisonnable.",
        "Parts, levels and headers stay in reasonable number.",
    ),
    ("Revoir la production du message.", "Check how the message is produced."),
    holds,
    at="banc: 200 parties, 10 niveaux, 300 en-têtes, 64 Kio par bloc",
    certainty="deduced",
    always=True,
)


def _defects(*kinds: Defect) -> Callable[[MailSubject], Iterator[Hit]]:
    def check(subject: MailSubject) -> Iterator[Hit]:
        for fault in subject.mail.mime.faults:
            if fault.defect in kinds:
                yield Hit(f"partie {fault.part}" if fault.part else "message", found=fault.found or fault.defect)

    return check


_BOOK.add(
    "MAIL-MIME-003",
    ("Chaque ligne d'en-tête est « Nom: valeur ».", "Every header line is “Name: value”."),
    ("Laisser une ligne vide entre en-têtes et corps.", "Leave an empty line between headers and body."),
    _defects("bad-header-line", "no-header"),
    at="RFC 5322 §2.2",
)
_BOOK.add(
    "MAIL-MIME-004",
    (
        "Les en-têtes sont en ASCII : sujet en RFC 2047, noms de fichiers en RFC 2231.",
        "Headers are ASCII: subject in RFC 2047, file names in RFC 2231.",
    ),
    ("Encoder ce qui n'est pas ASCII.", "Encode what is not ASCII."),
    _defects("raw-octets"),
    at="RFC 2047, RFC 2231 ; volet courriel v1.1.3",
)
_BOOK.add(
    "MAIL-MIME-005",
    ("Chaque multipart est entier, avec sa frontière.", "Every multipart is whole, with its boundary."),
    ("Écrire la frontière finale « --…-- ».", "Write the closing boundary “--…--”."),
    _defects("cut-short", "no-boundary"),
    at="RFC 2046 §5.1.1",
)
_BOOK.add(
    "MAIL-MIME-006",
    ("Le codage annoncé est celui du contenu.", "The encoding announced is that of the content."),
    ("Coder les pièces jointes en base64.", "Encode attachments in base64."),
    _defects("bad-base64", "unknown-encoding"),
    at="RFC 2045 §6",
)
_BOOK.add(
    "MAIL-MIME-007",
    (
        "Les lignes finissent par CRLF et tiennent en 998 octets.",
        "Lines end with CRLF and hold at most 998 octets.",
    ),
    ("Plier les lignes et écrire CRLF.", "Fold the lines and write CRLF."),
    _defects("bare-line-end", "long-line"),
    at="RFC 5322 §2.1.1, §2.3",
    severity="warning",
)


@_TEXT.rule(
    "MAIL-BODY-001",
    (
        "Le corps est text/plain ou multipart/alternative, avant les pièces jointes.",
        "The body is text/plain or multipart/alternative, before the attachments.",
    ),
    ("Écrire le texte en première partie.", "Write the text as the first part."),
    at="ECO.2.2.4 (MSS/va1.11)",
    certainty="deduced",
)
def _body(subject: MailSubject) -> Iterator[Hit]:
    if subject.mail.report_type is not None:
        return
    first = next(iter(subject.mail.mime.parts), None)
    if first is None or first.attached or not (first.media_type == "text/plain" or first.alternative):
        yield Hit("corps", found=first.media_type if first else "", expected="text/plain | multipart/alternative")


@_TEXT.rule(
    "MAIL-BODY-002",
    ("Le texte est en UTF-8.", "The text is in UTF-8."),
    ('Écrire charset="utf-8".', 'Write charset="utf-8".'),
    at="ECO.2.2.3",
    certainty="deduced",
)
def _utf8(subject: MailSubject) -> Iterator[Hit]:
    for part in subject.mail.texts:
        wide = not part.content.isascii()
        if part.charset not in ("utf-8", "utf8") and (wide or part.charset not in ("", "us-ascii")):
            yield Hit(f"partie {part.path}", found=part.charset or "us-ascii", expected="utf-8")
        elif wide and "\ufffd" in decoded_text(part):
            yield Hit(f"partie {part.path}", found="octets hors UTF-8", expected="utf-8")


RULES = (*_BOOK.rules, *_TEXT.rules)
BY_ID: dict[str, Rule] = {rule.id: rule for rule in RULES}


def hit(refused: MimeRefused) -> tuple[Rule, Hit]:
    """The rule and the place of a message that is beyond bounds, ready to be recorded as a finding."""
    return BY_ID[refused.rule_id], Hit("message", found=refused.detail)
