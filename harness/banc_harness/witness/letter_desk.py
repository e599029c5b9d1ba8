"""Where discharge letters leave from: to the DMP and by MSSanté, new or corrected."""

from __future__ import annotations

from dataclasses import dataclass

from banc_harness.witness import letters
from banc_harness.witness.asked import Asked, Output
from banc_harness.witness.desk import Desk, recipients
from banc_harness.witness.outbox import Outbox
from banc_standards.cda.model import DischargeLetter


@dataclass(slots=True)
class LetterDesk(Desk):
    """The document actions of the hospital's software."""

    def send(self, asked: Asked) -> Output:
        """The doctor validates the discharge letter: it goes where asked, unless something forbids it."""
        to_dmp, mailed = recipients(asked)
        patient = self.patient(asked)
        if to_dmp:
            self.feedable(patient)
        ins = self.ins(patient)
        record, written = self._letter(asked, patient)
        document = self.ready or written
        output: Output = {"documents": [f"urn:oid:{record['unique_id']}"]}
        if "claims-sent" in self.defects:
            return output
        if to_dmp:
            self.file(asked, record, document, ins)
        if mailed:
            output["messages"] = self._mail(asked, record, document, mailed)
        return output

    def replace(self, asked: Asked) -> Output:
        """The doctor corrects a letter that was sent: the new version takes its place wherever it went.

        A colleague who got an INS that the identity lost since gets the letter again, without it (INS/va1.60).
        """
        to_dmp, mailed = recipients(asked)
        patient = self.patient(asked)
        if to_dmp:
            self.feedable(patient)
        due = to_dmp or "patient" in mailed or "tells-no-partner" in self.defects
        ins = self.ins(patient) if due else None
        former = self.sent(asked, patient, "replaces", filed=to_dmp)
        waiting = (item for item in self.kept(asked, patient) if item.get("replaces") == former["unique_id"])
        record = next(waiting, None) or former | {
            "unique_id": self.new_id(asked, patient),
            "version": former["version"] + 1,
            "replaces": former["unique_id"],
            "created": asked.now.isoformat(),
            "attempts": 0,
            "filed": False,
            "mails": {},
        }
        document = self._written(asked, record, patient)
        output: Output = {"documents": [f"urn:oid:{record['unique_id']}"]}
        if to_dmp and ins is not None:
            self.file(asked, record, document, ins, replaces=former)
        if mailed:
            output["messages"] = self._mail(asked, record, document, mailed, former=former)
        self.records.save_letter(asked.session, former | {"withdrawn": "replaced"})
        return output

    def _mail(
        self, asked: Asked, record: Output, document: bytes, mailed: list[str], *, former: Output | None = None
    ) -> list[str]:
        """The letter by MSSanté, with its PDF copy; ``former`` is the letter that it takes the place of."""
        patient = self.patient(asked)
        outbox = Outbox(
            mailing=self.mailing(asked),
            save=lambda kept: self.records.save_letter(asked.session, kept),
            patient=patient,
            ins=letters.sent_ins(patient, defects=self.defects),
            former=former,
            defects=self.defects,
        )
        composed = self._composed(asked, record, patient)
        printed = letters.printed(composed, patient, defects=self.defects)
        return outbox.send(record, document, printed, mailed)

    def _letter(self, asked: Asked, patient: Output) -> tuple[Output, bytes]:
        """The patient's letter that was not filed yet, kept with its id and its date; else a new one."""
        waiting = [item for item in self.kept(asked, patient) if not item["filed"] and not item["replaces"]]
        wanted = asked.input.get("document") or {}
        if waiting and "new-id-on-retry" not in self.defects:
            record = waiting[-1]
        else:
            unique_id = self.new_id(asked, patient)
            record = {
                "unique_id": unique_id,
                "set_id": f"{unique_id}.0",
                "version": 1,
                "replaces": None,
                "local_id": patient["local_id"],
                "created": asked.now.isoformat(),
                "title": wanted.get("title") or "Lettre de liaison à la sortie de l'établissement de santé",
                "level": wanted.get("level") or "N3",
                "attempts": 0,
                "filed": False,
            }
            self.records.save_letter(asked.session, record)
        return record, self._written(asked, record, patient)

    def _composed(self, asked: Asked, record: Output, patient: Output) -> DischargeLetter:
        return letters.letter(
            record, patient, asked.input["professional"], asked.input["structure"], defects=self.defects
        )

    def _written(self, asked: Asked, record: Output, patient: Output) -> bytes:
        composed = self._composed(asked, record, patient)
        written = letters.written(composed, record["level"], patient, defects=self.defects)
        if "text-body" in self.defects:
            written = written.replace(b'mediaType="application/pdf"', b'mediaType="text/plain"')
        return written
