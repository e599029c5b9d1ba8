"""Where letters leave from: to the DMP and by MSSanté, new, corrected or taken back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from banc_harness.witness import letters
from banc_harness.witness.asked import Asked, Declined, Output
from banc_harness.witness.credentials import unpack
from banc_harness.witness.feeding import Feeding
from banc_harness.witness.mailing import Mailing
from banc_harness.witness.outbox import Outbox
from banc_harness.witness.records import Records
from banc_harness.witness.software import SOFTWARE
from banc_standards.cda.model import DischargeLetter
from banc_standards.ins import Ins


@dataclass(slots=True)
class LetterDesk:
    """The document actions of the witness. ``letter`` is a ready CDA that it sends instead of writing one.

    ``patient`` and ``user`` look up who an action is about, and who is signed in.
    """

    records: Records
    folder: Path
    defects: frozenset[str]
    letter: bytes | None
    patient: Callable[[Asked], Output]
    user: Callable[[Asked], Output]

    def send(self, asked: Asked) -> Output:
        """The doctor validates the discharge letter: it goes where asked, unless something forbids it."""
        to_dmp, mailed = _recipients(asked)
        patient = self._sendable(asked) if to_dmp else self.patient(asked)
        ins = self._ins(patient)
        record, written = self._letter(asked, patient)
        document = self.letter or written
        output: Output = {"documents": [f"urn:oid:{record['unique_id']}"]}
        if "claims-sent" in self.defects:
            return output
        if to_dmp:
            self._file(asked, record, document, ins)
        if mailed:
            output["messages"] = self._mail(asked, record, document, mailed)
        return output

    def _mail(
        self, asked: Asked, record: Output, document: bytes, recipients: list[str], *, former: Output | None = None
    ) -> list[str]:
        """The letter by MSSanté, with its PDF copy; ``former`` is the letter that it takes the place of."""
        patient = self.patient(asked)
        outbox = Outbox(
            mailing=Mailing(
                submission=asked.sandbox["services"]["mssante"]["submission"],
                ca_file=asked.sandbox["ca_file"],
                address=asked.input["professional"]["mailbox"],
                user=self.user(asked),
                professional=asked.input["professional"],
                structure=asked.input["structure"],
                software=SOFTWARE,
                now=asked.now,
                defects=self.defects,
            ),
            save=lambda kept: self.records.save_letter(asked.session, kept),
            patient=patient,
            ins=self._ins(patient),
            former=former,
            defects=self.defects,
        )
        printed = letters.printed(self._composed(asked, record, patient))
        return outbox.send(record, document, printed, recipients)

    def replace(self, asked: Asked) -> Output:
        """The doctor corrects a letter that was sent: the new version takes its place wherever it went."""
        to_dmp, mailed = _recipients(asked)
        patient = self._sendable(asked) if to_dmp else self.patient(asked)
        ins = self._ins(patient)
        former = self._sent(asked, patient, "replaces", filed=to_dmp)
        waiting = (item for item in self._letters(asked, patient) if item.get("replaces") == former["unique_id"])
        record = next(waiting, None) or former | {
            "unique_id": self._new_id(asked, patient),
            "version": former["version"] + 1,
            "replaces": former["unique_id"],
            "created": asked.now.isoformat(),
            "attempts": 0,
            "filed": False,
            "mails": {},
        }
        document = self._written(asked, record, patient)
        output: Output = {"documents": [f"urn:oid:{record['unique_id']}"]}
        if to_dmp:
            self._file(asked, record, document, ins, replaces=former)
        if mailed:
            output["messages"] = self._mail(asked, record, document, mailed, former=former)
        self.records.save_letter(asked.session, former | {"withdrawn": "replaced"})
        return output

    def delete(self, asked: Asked) -> Output:
        """The doctor takes back a letter that was filed by mistake, or that the patient no longer wants."""
        patient = self.patient(asked)
        ins = self._ins(patient)
        record = self._sent(asked, patient, "id", filed=True)
        feeding = self._feeding(asked)
        target = record["unique_id"] if "deletes-by-unique-id" in self.defects else self._entry(feeding, record, ins)
        record["attempts"] += 1
        self.records.save_letter(asked.session, record)
        feeding.delete(target, ins, submission_id=f"{record['unique_id']}.{record['attempts']}.9")
        self.records.save_letter(asked.session, record | {"withdrawn": "deleted"})
        return {"documents": [f"urn:oid:{record['unique_id']}"]}

    def _sendable(self, asked: Asked) -> Output:
        """The patient, when nothing keeps the letter from the DMP."""
        patient = self.patient(asked)
        if "feed" in (patient.get("opposed") or ()) and "ignores-opposition" not in self.defects:
            raise Declined("Le patient s'oppose à l'alimentation de son DMP : la lettre n'y est pas envoyée.")
        return patient

    def _ins(self, patient: Output) -> Ins:
        ins = letters.sent_ins(patient, defects=self.defects)
        if ins is None:
            raise Declined("Identité non qualifiée : la lettre n'est pas envoyée.")
        return ins

    def _letters(self, asked: Asked, patient: Output) -> list[Output]:
        return self.records.letters(asked.session, patient["local_id"])

    def _sent(self, asked: Asked, patient: Output, key: str, *, filed: bool) -> Output:
        """The letter that ``document`` names under ``key``, else the last that left (to the DMP) and still stands."""
        wanted = str((asked.input.get("document") or {}).get(key) or "").removeprefix("urn:oid:")
        for record in reversed(self._letters(asked, patient)):
            left = record["filed"] if filed else bool(record.get("mails"))
            if left and not record.get("withdrawn") and wanted in ("", record["unique_id"]):
                return record
        raise Declined("Aucune lettre de ce patient n'a été envoyée.")

    def _entry(self, feeding: Feeding, record: Output, ins: Ins) -> str:
        """The id that the DMP knows a filed letter by (TD3.1b)."""
        found = feeding.entry_uuid(record["unique_id"], ins)
        if found is None:
            raise Declined("Le DMP ne connaît plus cette lettre.")
        return found

    def _file(self, asked: Asked, record: Output, document: bytes, ins: Ins, *, replaces: Output | None = None) -> None:
        """Files a letter, in the place of another one if need be, once TD0.2 says that the DMP is open."""
        feeding = self._feeding(asked)
        if "self-authorisation" in self.defects:
            feeding.authorise(ins)
        if "blind-feeding" not in self.defects:
            existence = feeding.existence(ins)
            if existence != "open":
                state = "fermé" if existence == "closed" else "inexistant"
                raise Declined(f"DMP {state} : la lettre n'y est pas envoyée.")
        entry = None
        if replaces is not None and "replaces-nothing" not in self.defects:
            entry = self._entry(feeding, replaces, ins)
        record["attempts"] += 1
        self.records.save_letter(asked.session, record)
        submission_id = f"{record['unique_id']}.{record['attempts']}.9"
        feeding.file(document, ins, submission_id=submission_id, replaces=entry)
        record["filed"] = True
        self.records.save_letter(asked.session, record)

    def _letter(self, asked: Asked, patient: Output) -> tuple[Output, bytes]:
        """The patient's letter that was not filed yet, kept with its id and its date; else a new one."""
        waiting = [item for item in self._letters(asked, patient) if not item["filed"] and not item["replaces"]]
        wanted = asked.input.get("document") or {}
        if waiting and "new-id-on-retry" not in self.defects:
            record = waiting[-1]
        else:
            unique_id = self._new_id(asked, patient)
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

    def _new_id(self, asked: Asked, patient: Output) -> str:
        number = len(self._letters(asked, patient)) + 1
        place = f"{asked.input['structure']['oid']}.2.{int(asked.now.timestamp())}"
        return f"{place}.{number}.{patient['local_id'].lstrip('0')}"

    def _composed(self, asked: Asked, record: Output, patient: Output) -> DischargeLetter:
        return letters.letter(
            record, patient, asked.input["professional"], asked.input["structure"], defects=self.defects
        )

    def _written(self, asked: Asked, record: Output, patient: Output) -> bytes:
        written = letters.written(self._composed(asked, record, patient), record["level"])
        if "text-body" in self.defects:
            written = written.replace(b'mediaType="application/pdf"', b'mediaType="text/plain"')
        return written

    def _feeding(self, asked: Asked) -> Feeding:
        certificates = asked.sandbox["certificates"]
        return Feeding(
            base=asked.sandbox["services"]["dmp"]["url"],
            transport=asked.transport,
            tls=unpack(certificates["AUTH_CLI"], self.folder),
            seal=unpack(certificates["SIGN"], self.folder),
            software=SOFTWARE,
            user=self.user(asked),
            professional=asked.input["professional"],
            structure=asked.input["structure"],
            now=asked.now,
            defects=self.defects,
        )


def _recipients(asked: Asked) -> tuple[bool, list[str]]:
    """Whether the letter goes to the DMP, and to whom it is mailed."""
    recipients = list(asked.input.get("recipients") or ("dmp",))
    return "dmp" in recipients, [recipient for recipient in recipients if recipient != "dmp"]
