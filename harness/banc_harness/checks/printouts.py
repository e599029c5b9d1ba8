"""Checks of what is printed: the PDF of a document shows who it is about, to people and to a scanner.

A PDF is the body of a level 1 document, the copy inside of a structured one, or the attachment of a mail. Whether its
identity is qualified is what the header of the document says: it carries an INS, or not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

from banc_harness.checks import NothingToJudge, check
from banc_harness.selection import Selection
from banc_harness.trace import Trace
from banc_standards.cda.copies import pdfs
from banc_standards.cda.read import Traits
from banc_standards.errors import Sentence
from banc_standards.ins import IdentityStatus, StrictTraits, fold
from banc_standards.ins_datamatrix_rules import RULES, Printed
from banc_standards.printed import PrintedRefused, Sheet, read
from banc_standards.rules import Finding, Hit

LEAVING = Selection(operation=("dmp.TD2.1", "mssante.submission"), outcome="accepted")
WITH_A_PDF = ("UC1.02", "UC1.2?", "UC2.0?", "UC2.2?", "UC3.02", "UC3.07")
"""Where a PDF is bound to leave: a level 1 letter, a mail, a laboratory report."""
WITHOUT_A_COPY = "UC3.*"
"""Where what goes to the DMP is structured and holds no PDF: only a mail brings one."""


@dataclass(frozen=True, slots=True)
class Printout:
    """One PDF that left: where it was, and the patient of its document; ``sheet`` is None when it cannot be read."""

    where: str
    patient: Traits
    sheet: Sheet | None


def printouts(trace: Trace) -> Iterator[Printout]:
    """The PDFs of the selected exchanges; that of a mail is about the patient of its first document."""
    for exchange in trace.selected:
        documents = exchange.cdas if exchange.service == "dmp" else exchange.mailed_cdas
        for document in documents:
            for place, data in pdfs(document):
                yield Printout(exchange.place(place), document.patient, sheet_of(data))
        mail = exchange.mail if exchange.service == "mssante" and documents else None
        for part in mail.pdfs if mail is not None else ():
            yield Printout(exchange.place(part.filename), documents[0].patient, sheet_of(part.content))


def sheet_of(data: bytes) -> Sheet | None:
    """The first page of a PDF, None when it cannot be read."""
    try:
        return read(data)
    except PrintedRefused:
        return None


@check(
    id="CHK-PRT-001",
    requirements=["INS/va1.03", "DOC/va1.02"],
    on=LEAVING,
    scenarios=WITH_A_PDF,
    text=Sentence(
        "Le PDF d'une identité qualifiée porte son datamatrix INS en première page ; un autre n'en porte pas.",
        "The PDF about a qualified identity carries its datamatrix INS on the first page; any other carries none.",
    ),
    clause="Guide d'implémentation de l'INS v3.0, EXI DIF 02 ; ANS, Datamatrix INS v2.2 ; INS/va1.03",
    fix=Sentence(
        "faites le symbole avec les traits du document, et seulement quand l'identité est qualifiée",
        "make the symbol from the document's own traits, and only when the identity is qualified",
    ),
)
def datamatrix_of_the_identity(trace: Trace) -> Iterator[Hit | Finding]:
    """Decodes the symbol of each PDF, and compares it with the header of the document."""
    yield from _none(trace)
    for one in printouts(trace):
        payloads = one.sheet.payloads if one.sheet is not None else ()
        if one.patient.ins is not None and not payloads:
            yield Hit(f"{one.where} datamatrix", found="(absent)", expected=one.patient.ins.value)
        for payload in payloads:
            yield from _judged(one, payload, trace)


def _none(trace: Trace) -> Iterator[Hit]:
    """Something left, and no PDF with it: nothing shows that documents are printed as they must be.

    Raises ``NothingToJudge`` when none had to.
    """
    if trace.selected and next(printouts(trace), None) is None:
        if fnmatchcase(trace.scenario, WITHOUT_A_COPY) and all(one.service == "dmp" for one in trace.selected):
            raise NothingToJudge
        yield Hit(trace.selected[0].place("application/pdf"), found="aucun / none", expected="PDF")


def _judged(one: Printout, payload: str, trace: Trace) -> Iterator[Finding]:
    """The rules of the datamatrix INS on one symbol."""
    patient = one.patient
    status = IdentityStatus.QUAL if patient.ins is not None else IdentityStatus.PROV
    born = re.sub(r"^(\d{4})(\d\d)(\d\d).*", r"\1-\2-\3", patient.birth_time)
    traits = StrictTraits(patient.birth_family, patient.birth_givens, patient.sex, born, patient.birth_place_cog)
    for rule in RULES:
        for hit in rule.check(Printed(payload, status, patient.ins, traits)):
            yield rule.finding(replace(hit, location=f"{one.where} {hit.location}"), trace.lang)


@check(
    id="CHK-PRT-002",
    requirements=["INS/va1.15", "DOC/va1.02"],
    on=LEAVING,
    scenarios=WITH_A_PDF,
    text=Sentence(
        "Le PDF d'une identité qualifiée montre en clair nom, prénoms, date de naissance et matricule INS.",
        "The PDF about a qualified identity shows birth name, given names, birth date and matricule INS.",
    ),
    clause="Guide d'implémentation de l'INS v3.0, EXI DIF 02 (règle 32) ; INS/va1.15",
    certainty="deduced",
    fix=Sentence(
        "imprimez les traits et le matricule, clé comprise, sur la première page, en texte et non en image",
        "print the traits and the matricule with its key on the first page, as text rather than as a picture",
    ),
)
def readable_identity(trace: Trace) -> Iterator[Hit]:
    """Looks for each datum of the header in the text of the first page, however it is spaced."""
    yield from _none(trace)
    for one in printouts(trace):
        if one.patient.ins is None:
            continue
        text = one.sheet.text if one.sheet is not None else ""
        for name, value, there in _told(one.patient, text):
            if value and not there:
                yield Hit(f"{one.where} {name}", found="(absent)", expected=value)


def _told(patient: Traits, text: str) -> Iterator[tuple[str, str, bool]]:
    """Name and value of each datum that people must read, and whether the text has it."""
    words = " ".join(re.sub(r"[^\w ]", " ", fold(text)).split())
    digits = re.sub(r"[\s/.\-]", "", text)
    ins = patient.ins.value if patient.ins is not None else ""
    yield "matricule", ins, ins in digits
    for name, value in (("nom de naissance", patient.birth_family), ("prénom", patient.first_given)):
        yield name, value, f" {fold(value)} " in f" {words} "
    year, month, day = patient.birth_time[:4], patient.birth_time[4:6], patient.birth_time[6:8]
    yield "date de naissance", patient.birth_time[:8], f"{day}{month}{year}" in digits or year + month + day in digits
