"""What the desks of the witness share: the ways that documents leave through, and the memory of what left."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from banc_harness.witness import letters
from banc_harness.witness.asked import Asked, Declined, Output
from banc_harness.witness.credentials import unpack
from banc_harness.witness.feeding import Feeding
from banc_harness.witness.mailing import Mailing
from banc_harness.witness.records import Records
from banc_harness.witness.software import Software
from banc_standards.ins import Ins


@dataclass(slots=True)
class Desk:
    """One kind of document of one software. ``patient`` and ``user`` look up who an action is about, and who is
    signed in. ``ready`` is a CDA document that is sent as it is, instead of the one that the desk would write.
    """

    records: Records
    folder: Path
    defects: frozenset[str]
    software: Software
    patient: Callable[[Asked], Output]
    user: Callable[[Asked], Output]
    ready: bytes | None = None

    def delete(self, asked: Asked) -> Output:
        """The user takes back a document that was filed by mistake, or that the patient no longer wants."""
        patient = self.patient(asked)
        ins = self.ins(patient)
        record = self.sent(asked, patient, "id", filed=True)
        feeding = self.feeding(asked)
        target = record["unique_id"] if "deletes-by-unique-id" in self.defects else self.entry(feeding, record, ins)
        record["attempts"] += 1
        self.records.save_letter(asked.session, record)
        feeding.delete(target, ins, submission_id=f"{record['unique_id']}.{record['attempts']}.9")
        self.records.save_letter(asked.session, record | {"withdrawn": "deleted"})
        return {"documents": [f"urn:oid:{record['unique_id']}"]}

    def file(
        self,
        asked: Asked,
        record: Output,
        document: bytes,
        ins: Ins,
        *,
        replaces: Output | None = None,
        visibility: Sequence[str] = (),
    ) -> None:
        """Files a document, in the place of another one if need be, once TD0.2 says that the DMP is open."""
        feeding = self.feeding(asked)
        if "self-authorisation" in self.defects:
            feeding.authorise(ins)
        if "blind-feeding" not in self.defects:
            existence = feeding.existence(ins)
            if existence != "open":
                state = "fermé" if existence == "closed" else "inexistant"
                raise Declined(f"DMP {state} : le document n'y est pas envoyé.")
        entry = None
        if replaces is not None and "replaces-nothing" not in self.defects:
            entry = self.entry(feeding, replaces, ins)
        record["attempts"] += 1
        self.records.save_letter(asked.session, record)
        submission_id = f"{record['unique_id']}.{record['attempts']}.9"
        feeding.file(document, ins, submission_id=submission_id, replaces=entry, visibility=visibility)
        record["filed"] = True
        self.records.save_letter(asked.session, record)

    def entry(self, feeding: Feeding, record: Output, ins: Ins) -> str:
        """The id that the DMP knows a filed document by (TD3.1b)."""
        found = feeding.entry_uuid(record["unique_id"], ins)
        if found is None:
            raise Declined("Le DMP ne connaît plus ce document.")
        return str(record["unique_id"]) if "associates-unique-id" in self.defects else found

    def feedable(self, patient: Output) -> None:
        """Declines what the patient does not want in the DMP."""
        if "feed" in (patient.get("opposed") or ()) and "ignores-opposition" not in self.defects:
            raise Declined("Le patient s'oppose à l'alimentation de son DMP : le document n'y est pas envoyé.")

    def ins(self, patient: Output) -> Ins:
        """The INS that the document leaves with; declines without a qualified identity."""
        ins = letters.sent_ins(patient, defects=self.defects)
        if ins is None:
            raise Declined("Identité non qualifiée : le document n'est pas envoyé.")
        return ins

    def kept(self, asked: Asked, patient: Output) -> list[Output]:
        """The documents of a patient, oldest first."""
        return self.records.letters(asked.session, patient["local_id"])

    def sent(self, asked: Asked, patient: Output, key: str, *, filed: bool) -> Output:
        """The document that the action names under ``key``, else the last that left (to the DMP) and still stands."""
        wanted = named(asked, key)
        for record in reversed(self.kept(asked, patient)):
            left = record["filed"] if filed else bool(record.get("mails"))
            if left and not record.get("withdrawn") and wanted in ("", record["unique_id"]):
                return record
        raise Declined("Aucun document de ce patient n'a été envoyé.")

    def new_id(self, asked: Asked, patient: Output) -> str:
        """A uniqueId that no document had."""
        number = len(self.kept(asked, patient)) + 1
        place = f"{asked.input['structure']['oid']}.2.{int(asked.now.timestamp())}"
        return f"{place}.{number}.{patient['local_id'].lstrip('0')}"

    def feeding(self, asked: Asked) -> Feeding:
        """The way to the DMP."""
        certificates = asked.sandbox["certificates"]
        return Feeding(
            base=asked.sandbox["services"]["dmp"]["url"],
            transport=asked.transport,
            tls=unpack(certificates["AUTH_CLI"], self.folder),
            seal=unpack(certificates["SIGN"], self.folder),
            software=self.software,
            user=self.user(asked),
            professional=asked.input["professional"],
            structure=asked.input["structure"],
            now=asked.now,
            defects=self.defects,
        )

    def mailing(self, asked: Asked) -> Mailing:
        """The mailbox of the professional."""
        return Mailing(
            submission=asked.sandbox["services"]["mssante"]["submission"],
            ca_file=asked.sandbox["ca_file"],
            address=asked.input["professional"]["mailbox"],
            user=self.user(asked),
            professional=asked.input["professional"],
            structure=asked.input["structure"],
            software=self.software,
            now=asked.now,
            defects=self.defects,
        )


def named(asked: Asked, key: str) -> str:
    """The OID of the document that an action names under ``key``; empty when it names none."""
    return str((asked.input.get("document") or {}).get(key) or "").removeprefix("urn:oid:")


def recipients(asked: Asked) -> tuple[bool, list[str]]:
    """Whether the document goes to the DMP, and to whom it is mailed."""
    wanted = list(asked.input.get("recipients") or ("dmp",))
    return "dmp" in wanted, [recipient for recipient in wanted if recipient != "dmp"]
