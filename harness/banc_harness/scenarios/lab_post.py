"""What a laboratory of another place mails to the software: biology reports in their archives, sound or spoilt."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import TYPE_CHECKING, Final

from banc_harness.scenarios.lab_orders import Finding
from banc_standards.cda import build
from banc_standards.cda.biology import BiologyReport, Chapter, Result
from banc_standards.cda.model import Act, Encounter, Heading, Identifier, Organization, Professional
from banc_standards.cda.model import Patient as Subject
from banc_standards.cda.pdf import simple_pdf
from banc_standards.cda.read import Document
from banc_standards.cda.read import read as read_cda
from banc_standards.mail import build as mail
from banc_standards.mail.model import Attachment, Mail, Mailbox
from banc_standards.mail.names import REPLACEMENT
from banc_standards.terminology.codes import Code, value_set
from banc_standards.terminology.documents import BIOLOGY_REPORT
from banc_standards.terminology.oids import LOINC
from banc_standards.xdm import build as xdm
from banc_standards.xds import build as xds
from banc_standards.xds.model import SubmissionSet

if TYPE_CHECKING:
    from banc_fixtures.patients import Patient
    from banc_fixtures.professionals import Professional as Person
    from banc_fixtures.structures import Structure
    from banc_harness.play import Play

LABORATORY: Final = "S03"
BIOLOGIST: Final = "P10"
TITLE: Final = "Compte rendu d'examens biologiques"
NIL: Final = "DEV999009"
WRONG_HASH: Final = "0" * 40


@dataclass(frozen=True, slots=True)
class Posted:
    """A report as the laboratory keeps it: its ids, what it said, and the Message-ID that carried it."""

    unique_id: str
    set_id: str
    version: int
    document: bytes
    pdf: bytes
    message_id: str = ""


class Laboratory:
    """A laboratory outside of the software, that knows its patients and their qualified INS."""

    def __init__(self, play: Play) -> None:
        self.place: Structure = play.structure(LABORATORY)
        self._biologist: Person = play.professional(BIOLOGIST)
        self._own = play.mailbox(self.place)
        self._to = play.mailbox(play.professional())

    @property
    def recipient(self) -> str:
        """The mailbox of the software's user."""
        return self._to

    def report(
        self, patient: Patient, results: Sequence[Finding], *, level: str = "N3", former: Posted | None = None
    ) -> Posted:
        """The report of what was found, or the version that takes the place of ``former``."""
        now = datetime.now(UTC).replace(microsecond=0)
        unique_id = f"{self.place.document_root}.{secrets.randbits(48)}"
        set_id = former.set_id if former else f"{unique_id}.0"
        version = former.version + 1 if former else 1
        place = Organization(
            self.place.struct_idnat, self.place.name, value_set("J04").get(self.place.practice_setting)
        )
        speciality = value_set("J01").get(self._biologist.speciality) if self._biologist.speciality else None
        biologist = Professional(
            self._biologist.idnat,
            self._biologist.family,
            self._biologist.given,
            suffix="DR",
            speciality=speciality,
            organization=place,
        )
        there = [item for item in results if item.value is not None]
        status = "completed" if len(there) == len(results) else "active"
        sampled = now - timedelta(hours=3)
        chapters = tuple(
            Chapter(Code(code, LOINC, label), tuple(_result(item) for item in items), status)
            for (code, label), items in groupby(there, key=lambda item: item.chapter)
        )
        first, *others = (Act(chapter.code, sampled, now, biologist, status) for chapter in chapters)
        heading = Heading(
            id=unique_id,
            set_id=set_id,
            version=version,
            replaces=former.unique_id if former else "",
            created=now,
            code=BIOLOGY_REPORT,
            title=TITLE,
            patient=_subject(patient, self.place),
            author=biologist,
            legal_authenticator=biologist,
            custodian=place,
            acts=(first, *(Act(act.code) for act in others)),
            encounter=Encounter(
                facility_type=value_set("J02").get(self.place.sector),
                low=sampled,
                code=value_set("J142").get("AMB"),
                responsible=biologist,
            ),
            validators=(biologist,),
            order=Identifier(f"{self.place.oid}.4", f"R{secrets.randbelow(10**6):06d}"),
        )
        lines = [f"{item.label} : {item.value} {item.unit}" for item in there]
        pdf = simple_pdf([TITLE, "", f"Patient : {patient.birth_family} {patient.first_given}", *lines])
        if level == "N1":
            return Posted(unique_id, set_id, version, build.level_1(heading, pdf), pdf)
        written = build.biology_report(BiologyReport(heading, chapters, sampled, pdf))
        return Posted(unique_id, set_id, version, written, pdf)

    def mail(
        self, *reports: Posted, former: Posted | None = None, wrong_hash: bool = False, subject: str = ""
    ) -> tuple[bytes, str]:
        """The mail that carries these reports, and its Message-ID; ``former`` is the one that it takes the place of."""
        message_id = f"<{secrets.token_hex(12)}@{self._own.rpartition('@')[2]}>"
        documents = [read_cda(report.document) for report in reports]
        entries = [
            xds.entry_from_cda(report.document, id=f"Doc{rank:02d}", local_patient=True)
            for rank, report in enumerate(reports, 1)
        ]
        if wrong_hash:
            entries[0] = replace(entries[0], hash=WRONG_HASH)
        lot = SubmissionSet(
            id="Lot01",
            unique_id=f"{self.place.document_root}.{secrets.randbits(48)}",
            source_id=f"{self.place.oid}.3",
            patient_id=entries[0].patient_id,
            submission_time=xds.utc(datetime.now(UTC)),
            authors=entries[0].authors[:1],
            content_type=value_set("J59").get("03"),
        )
        pairs = [(entry, report.document) for entry, report in zip(entries, reports, strict=True)]
        archive = xdm.archive(
            lot, pairs, origin=xdm.Origin(self.place.name, "Laboratoire du banc"), action="C" if former else None
        )
        said = mail.contents(documents, mention=REPLACEMENT if former else "")
        return mail.message(
            Mail(
                sender=Mailbox(self._own, self.place.name),
                recipients=(Mailbox(self._to),),
                message_id=message_id,
                in_reply_to=former.message_id if former else None,
                references=(former.message_id,) if former else (),
                date=datetime.now(UTC).replace(microsecond=0),
                subject=subject or said.subject,
                text="Veuillez trouver ci-joint un compte rendu d'examens de biologie médicale.\nMessage de test.",
                nil=NIL,
                document_codes=said.document_codes,
                ins_qualified=said.ins_qualified,
                read_receipt_to=self._own,
                attachments=(mail.archive(archive), *_copies(reports, documents)),
            )
        ), message_id


def _copies(reports: Iterable[Posted], documents: Iterable[Document]) -> list[Attachment]:
    found = []
    for rank, (report, document) in enumerate(zip(reports, documents, strict=True), 1):
        patient = document.patient
        name = mail.pdf_name(
            day=datetime.now(UTC).strftime("%Y%m%d"),
            label="CR de biologie",
            family=patient.birth_family,
            given=patient.first_given,
            number=str(rank),
        )
        found.append(mail.pdf(name, report.pdf))
    return found


def _result(item: Finding) -> Result:
    return Result(
        Code(item.code, LOINC, item.label),
        item.value or "",
        unit=item.unit,
        low=item.low,
        high=item.high,
        interpretation=item.interpretation,
    )


def _subject(patient: Patient, place: Structure) -> Subject:
    return Subject(
        ins=patient.ins,
        local_ids=(Identifier(place.patient_authority, patient.local_id),),
        birth_family=patient.birth_family,
        birth_givens=patient.birth_givens,
        first_given=patient.first_given,
        sex=patient.sex,
        birth_date=patient.birth_date,
        birth_place_cog=patient.birth_place,
    )
