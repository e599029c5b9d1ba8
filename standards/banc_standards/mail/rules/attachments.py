"""The documents of a mail: the archive, its announcement in the headers, and the PDF copies (mssante, 2.2 and 3.1)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from banc_standards.mail.build import identified, unaccented
from banc_standards.mail.names import ARCHIVE, CODES, INS, NOT_QUALIFIED, QUALIFIED, ZIP
from banc_standards.mail.rules.subject import MailSubject
from banc_standards.rulebook import RuleBook
from banc_standards.rules import Hit

_BOOK = RuleBook("Référentiel MSSanté #2", "554 5.6.0")


@_BOOK.rule(
    "MAIL-XDM-001",
    ("L'archive s'appelle IHE_XDM.zip, et il n'y en a qu'une.", "The archive is called IHE_XDM.zip, and stands alone."),
    ("Joindre une seule archive IHE_XDM.zip.", "Attach one archive IHE_XDM.zip."),
    at="volet courriel v1.1.3, pièces jointes",
)
def _one_archive(subject: MailSubject) -> Iterator[Hit]:
    mail = subject.mail
    if len(mail.archives) > 1 or (mail.zips and not mail.archives and (mail.marked or mail.document_codes)):
        yield Hit("pièces jointes", found=", ".join(part.filename for part in mail.zips), expected=ARCHIVE)


@_BOOK.rule(
    "MAIL-XDM-002",
    ("L'archive est une partie application/zip en base64.", "The archive is an application/zip part in base64."),
    ("Écrire Content-Type: application/zip, base64.", "Write Content-Type: application/zip, base64."),
    at="volet courriel v1.1.3, MIME",
)
def _archive_part(subject: MailSubject) -> Iterator[Hit]:
    for part in subject.mail.archives:
        if part.media_type != ZIP or part.encoding != "base64":
            yield Hit(f"partie {part.path}", found=f"{part.media_type}; {part.encoding}", expected=f"{ZIP}; base64")


@_BOOK.rule(
    "MAIL-XDM-003",
    (
        "X-MSS-CODECDA annonce les types des CDA de l'archive, et n'est présent que s'il y en a.",
        "X-MSS-CODECDA announces the types of the CDA documents, and stands only when there are some.",
    ),
    ("Écrire le code de chaque CDA, séparés par une virgule.", "Write the code of each CDA, parted by a comma."),
    at="ECO.2.4.1 (SC.MSS/CONF.15)",
    certainty="deduced",
)
def _codes(subject: MailSubject) -> Iterator[Hit]:
    if subject.mail.archives and subject.archive is None:
        return
    expected = sorted({document.code.code for document in subject.documents if document.code})
    if sorted(set(subject.mail.document_codes)) != expected:
        yield Hit(CODES, found=",".join(subject.mail.document_codes), expected=",".join(expected))


@_BOOK.rule(
    "MAIL-XDM-004",
    (
        "X-MSS-INS vaut O quand l'archive porte une INS qualifiée, N sinon ; il n'est présent que pour des CDA.",
        "X-MSS-INS is O when the archive carries a qualified INS, else N; it stands only for CDA documents.",
    ),
    (
        "Écrire O si matricule, OID et les quatre traits sont dans le CDA.",
        "Write O when matricule, OID and the four traits are in the CDA.",
    ),
    at="ECO.2.4.2 (SC.MSS/CONF.14)",
    certainty="deduced",
)
def _ins(subject: MailSubject) -> Iterator[Hit]:
    if subject.mail.archives and subject.archive is None:
        return
    documents = subject.documents
    qualified = all(identified(document) for document in documents)
    expected = (QUALIFIED if qualified else NOT_QUALIFIED) if documents else None
    if subject.mail.ins != expected:
        yield Hit(INS, found=subject.mail.ins or "", expected=expected or "")


@_BOOK.rule(
    "MAIL-XDM-005",
    ("Chaque document de l'archive est aussi joint en PDF.", "Every document of the archive is attached as PDF too."),
    ("Joindre un PDF par document.", "Attach one PDF per document."),
    at="ECO.2.1.5, v1.1.3 (MSS/va1.01)",
)
def _copies(subject: MailSubject) -> Iterator[Hit]:
    number, copies = len(subject.documents), len(subject.mail.pdfs)
    if copies < number:
        yield Hit("pièces jointes", found=f"{copies} PDF", expected=f"{number} PDF")


@_BOOK.rule(
    "MAIL-XDM-006",
    ("Une copie PDF est un PDF.", "A PDF copy is a PDF."),
    ("Joindre un fichier qui commence par %PDF-.", "Attach a file that begins with %PDF-."),
    at="ISO 32000 §7.5.2",
)
def _is_pdf(subject: MailSubject) -> Iterator[Hit]:
    for part in subject.mail.pdfs:
        if not part.content.startswith(b"%PDF-"):
            yield Hit(f"partie {part.path}", found=repr(part.content[:8]), expected="%PDF-")


@_BOOK.rule(
    "MAIL-XDM-007",
    ("Une copie PDF se déclare PDF/A-1.", "A PDF copy declares itself PDF/A-1."),
    ("Produire un PDF/A-1 (XMP pdfaid:part = 1).", "Produce a PDF/A-1 (XMP pdfaid:part = 1)."),
    at="ECO.2.1.5",
    severity="warning",
)
def _pdf_a(subject: MailSubject) -> Iterator[Hit]:
    for part in subject.mail.pdfs:
        declared = _PDF_A.search(part.content)
        if declared is None:
            yield Hit(f"partie {part.path}", found=part.filename, expected="pdfaid:part = 1")


_PDF_A: Final = re.compile(rb"pdfaid:part\s*(?:=\s*[\"']1[\"']|>\s*1\s*<)")


@_BOOK.rule(
    "MAIL-XDM-008",
    (
        "Le nom d'une copie PDF dit la date, le type, le nom et le prénom.",
        "The name of a PDF copy tells date, type, name and first name.",
    ),
    ("Écrire AAAAMMJJ_type_NOM_prenom.pdf.", "Write YYYYMMDD_type_NAME_first.pdf."),
    at="ECO.2.1.6",
    severity="warning",
)
def _pdf_name(subject: MailSubject) -> Iterator[Hit]:
    for document, part in subject.pairs():
        if part is None:
            continue
        parts = part.filename.removesuffix(".pdf").removesuffix(".PDF").split("_")
        family = unaccented(document.patient.birth_family).upper()
        dated = len(parts) >= 4 and re.fullmatch(r"\d{8}", parts[0]) is not None
        if not dated or unaccented(parts[2]).upper() != family:
            yield Hit(f"partie {part.path}", found=part.filename, expected=f"AAAAMMJJ_type_{family}_prenom.pdf")


@_BOOK.rule(
    "MAIL-XDM-009",
    (
        "Le PDF d'un CDA de niveau 1 est celui qu'il embarque.",
        "The PDF of a level 1 CDA is the one that it embeds.",
    ),
    ("Joindre les octets du nonXMLBody.", "Attach the bytes of the nonXMLBody."),
    at="ECO.2.1.5",
    certainty="deduced",
)
def _same_pdf(subject: MailSubject) -> Iterator[Hit]:
    attached = {part.content for part in subject.mail.pdfs}
    for document in subject.documents:
        embedded = document.embedded if document.media_type == "application/pdf" else None
        if embedded and attached and embedded not in attached:
            yield Hit("pièces jointes", found="autre PDF", expected=f"{len(embedded)} octets")


RULES = _BOOK.rules
