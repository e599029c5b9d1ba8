"""One honest mail, with its letter, its archive and its PDF copy, that every test of this folder starts from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import pytest

from banc_standards.cda.build import discharge_letter_n1
from banc_standards.cda.read import read as read_cda
from banc_standards.mail import build
from banc_standards.mail.model import Mail, Mailbox
from banc_standards.mail.names import REPLACEMENT
from banc_standards.mail.read import read
from banc_standards.mail.rules.subject import MailSubject
from banc_standards.terminology.codes import value_set
from banc_standards.xdm import build as xdm
from banc_standards.xdm.names import Action
from banc_standards.xds.build import author_of, entry_from_cda, utc
from banc_standards.xds.model import SubmissionSet

from ..letters import doctor, letter

NOW = datetime(2026, 1, 5, 17, tzinfo=UTC)
SENDER = "alice.durand@chu-fictif.mssante.fr"
DOCTOR = "camille.fictive@medecin.mssante.fr"
CITIZEN = "279035121518989@patient.mssante.fr"
PDF_A = b"%PDF-1.4\n<x:xmpmeta><pdfaid:part>1</pdfaid:part></x:xmpmeta>\n%%EOF\n"


def document(**changed: Any) -> bytes:
    """A level 1 letter; the arguments change the letter or its patient."""
    return discharge_letter_n1(letter(**changed), PDF_A)


def archive(*documents: bytes, action: Action | None = None) -> bytes:
    """The archive of these documents."""
    entries = [
        (entry_from_cda(data, id=f"Doc{rank:02d}", local_patient=True), data) for rank, data in enumerate(documents, 1)
    ]
    lot = SubmissionSet(
        id="Lot01",
        unique_id="1.2.250.1.213.99.3",
        source_id="1.2.250.1.213.99.4",
        patient_id=entries[0][0].patient_id,
        submission_time=utc(NOW),
        authors=(author_of(doctor()),),
        content_type=value_set("J59").get("03"),
    )
    return xdm.archive(lot, entries, origin=xdm.Origin("CLINIQUE FICTIVE", "Logiciel du test"), action=action)


def mail_of(*documents: bytes, action: Action | None = None, **changed: Any) -> Mail:
    """The mail that carries these documents, as a careful client writes it."""
    read_ones = [read_cda(data) for data in documents]
    said = build.contents(read_ones, mention=REPLACEMENT if action == "C" else "")
    name = build.pdf_name(
        day="20260105", label="Lettre de liaison", family=read_ones[0].patient.birth_family, given="DOMINIQUE"
    )
    honest = Mail(
        sender=Mailbox(SENDER, "Dr_Alice_DURAND_Clinique fictive"),
        recipients=(Mailbox(DOCTOR), Mailbox(CITIZEN)),
        message_id="<un@chu-fictif.mssante.fr>",
        date=NOW,
        subject=said.subject,
        text="Bonjour,\n\nVeuillez trouver ci-joint une lettre de liaison.",
        nil="DEV000001",
        document_codes=said.document_codes,
        ins_qualified=said.ins_qualified,
        end_of_exchange=True,
        read_receipt_to=SENDER,
        attachments=(build.archive(archive(*documents, action=action)), *[build.pdf(name, PDF_A)] * len(documents)),
    )
    return replace(honest, **changed)


@dataclass(frozen=True)
class Letter:
    """The document of the honest mail, and the mail."""

    cda: bytes
    mail: Mail


@pytest.fixture(scope="session")
def honest() -> Letter:
    """A letter to a physician and to the patient."""
    cda = document()
    return Letter(cda, mail_of(cda))


@pytest.fixture(scope="session")
def judge() -> Callable[..., MailSubject]:
    """Makes the subject of a mail: octets or a mail, and what the operator knows."""

    def subject(mail: Mail | bytes, **known: Any) -> MailSubject:
        data = mail if isinstance(mail, bytes) else build.message(mail)
        return MailSubject(read(data), **{"mail_from": SENDER, "box": "PER", **known})

    return subject
