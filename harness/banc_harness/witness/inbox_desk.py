"""Where results arrive in the practice: fetched by IMAP, filed under their patient, acknowledged to their sender."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from banc_harness.witness.asked import Asked, Output
from banc_harness.witness.identity import STRICT, IdentityService
from banc_harness.witness.inbox import Inbox
from banc_harness.witness.newcomers import welcomed
from banc_harness.witness.received import CRITICAL, Incoming, Lot, NotFiled, opened, patient_of, shown
from banc_harness.witness.records import Records
from banc_harness.witness.software import Software
from banc_standards.mail import mdn
from banc_standards.mail.addresses import canonical
from banc_standards.mail.mime import parameterised
from banc_standards.mail.model import Mailbox

UserOf = Callable[[Asked], Output]


@dataclass(slots=True)
class InboxDesk:
    """What becomes of the mails that a professional's mailbox received."""

    records: Records
    folder: Path
    defects: frozenset[str]
    software: Software
    patient: UserOf
    user: UserOf

    def fetch(self, asked: Asked) -> Output:
        """The user fetches the mailbox: each document is filed, or its refusal is shown."""
        services = asked.sandbox["services"]["mssante"]
        inbox = Inbox(
            imap=services["imap"],
            submission=services["submission"],
            ca_file=asked.sandbox["ca_file"],
            address=asked.input["professional"]["mailbox"],
            user=self.user(asked),
            defects=self.defects,
        )
        round_ = _Round(self, asked, inbox)
        inbox.each_unread(round_.take)
        return round_.told()


@dataclass(slots=True)
class _Round:
    """One fetching: the mails that came, one after the other."""

    desk: InboxDesk
    asked: Asked
    inbox: Inbox
    received: list[Output] = field(default_factory=list)
    said: list[Output] = field(default_factory=list)
    touched: dict[str, None] = field(default_factory=dict)

    def take(self, data: bytes) -> None:
        """Files what a mail brings, or refuses all of it; then acknowledges."""
        lot = opened(data)
        if lot is None or lot.read.report_type is not None or not lot.read.archives:
            return
        refused = None
        try:
            self._file(lot)
        except NotFiled as error:
            refused = error
            self.said.append({"level": "error", "text": str(error)})
            about = {} if error.patient is None else {"patient": told_of(error.patient)}
            self.received.append({"message": lot.read.message_id, "status": "refused", "reason": error.code} | about)
        self._acknowledge(lot, refused)

    def told(self) -> Output:
        """What the driver answers: what was filed and what was refused, and the charts as they now are."""
        patients = [item for item in self._patients() if item["local_id"] in self.touched]
        charts = [
            {
                "patient": {"local_id": item["local_id"], "ins_status": item["ins_status"]},
                "reports": item.get("reports", []),
                "results": item.get("results", []),
            }
            for item in patients
        ]
        output: Output = {
            "messages": [one["message"] for one in self.received],
            "documents": [one["document"] for one in self.received if one["status"] == "filed"],
            "received": self.received,
            "charts": charts,
            "shown": self.said,
        }
        if len(charts) == 1:
            output["patient"] = charts[0]["patient"]
        return output

    # -- filing --------------------------------------------------------------------------------------------------

    def _file(self, lot: Lot) -> None:
        defects = self.desk.defects
        if lot.refused is not None:
            raise lot.refused
        if not lot.documents:
            raise NotFiled("906", "L'archive ne contient aucun document.")
        if "ignores-hash" not in defects and not all(one.exact for one in lot.documents):
            raise NotFiled("906", "Le document n'est pas celui que son empreinte annonce : il n'est pas classé.")
        people = {one.document.patient.ins for one in lot.documents}
        if len(people) > 1 and "takes-two-patients" not in defects:
            raise NotFiled("904", "Le message concerne deux patients : aucun document n'est classé.")
        placed = [(one, self._patient(lot, one)) for one in lot.documents if self._fresh(lot, one)]
        for one, patient in placed:
            self._add(lot, one, patient)

    def _patient(self, lot: Lot, one: Incoming) -> Output:
        defects = self.desk.defects
        patients = self._patients()
        if "files-under-the-last" in defects and patients:
            return patients[-1]
        if "reads-the-subject" in defects:
            named = [item for item in patients if item["birth_family"].upper() in lot.read.subject.upper()]
            return named[0] if named else patient_of(one.document, patients)
        try:
            return patient_of(one.document, patients)
        except NotFiled as refused:
            if one.document.patient.ins is None or refused.code != "902":
                raise
            return self._new_patient(one) if "opens-a-record" in defects else self._welcomed(one, refused)

    def _welcomed(self, one: Incoming, refused: NotFiled) -> Output:
        """Whom an INS from elsewhere is about, once INSi was asked. The document waits for somebody to file it."""
        asked, services = self.asked, self.asked.sandbox.get("services") or {}
        if not services.get("insi"):
            raise refused
        service = IdentityService(
            url=services["insi"]["url"],
            transport=asked.transport,
            software=self.desk.software,
            user=self.desk.user(asked),
            professional=asked.input["professional"],
            structure=asked.input["structure"],
            now=asked.now,
            defects=self.desk.defects,
        )
        newcomer = welcomed(one.document.patient, self._patients(), service)
        if newcomer.patient is None:
            raise NotFiled(refused.code, f"{refused} {newcomer.said}".strip()) from refused
        self.desk.records.save_patient(asked.session, newcomer.patient)
        if newcomer.confirmed is False and "files-the-unconfirmed" in self.desk.defects:
            return newcomer.patient
        raise NotFiled(refused.code, f"{refused} {newcomer.said}.", newcomer.patient) from refused

    def _new_patient(self, one: Incoming) -> Output:
        said = one.document.patient
        patient: Output = {
            "local_id": f"AUTO-{uuid.uuid4().hex[:6]}",
            "birth_family": said.birth_family,
            "birth_givens": said.birth_givens,
            "first_given": said.first_given,
            "sex": said.sex,
            "birth_date": said.birth_time[:8],
            "birth_place": "",
            "ins_status": "PROV",
            "ins": said.ins.value if said.ins else None,
            "ins_oid": None,
            "opposed": [],
        }
        self.desk.records.save_patient(self.asked.session, patient)
        return patient

    def _fresh(self, lot: Lot, one: Incoming) -> bool:
        """Whether the document is not in a chart yet; the user is told when it is."""
        known = [report["document"] for item in self._patients() for report in item.get("reports", [])]
        if f"urn:oid:{one.unique_id}" not in known or "files-twice" in self.desk.defects:
            return True
        self.said.append({"level": "warning", "text": "Ce compte rendu est déjà dans le dossier du patient."})
        self.received.append(
            {"message": lot.read.message_id, "document": f"urn:oid:{one.unique_id}", "status": "duplicate"}
        )
        return False

    def _add(self, lot: Lot, one: Incoming, patient: Output) -> None:
        defects = self.desk.defects
        document = f"urn:oid:{one.unique_id}"
        patient = self._saved(patient["local_id"])
        reports: list[Output] = patient.setdefault("reports", [])
        values: list[Output] = patient.setdefault("results", [])
        former = f"urn:oid:{one.former}" if one.former and "correction-as-addition" not in defects else ""
        if any(report["document"] == former and report["status"] == "replaced" for report in reports):
            raise NotFiled(
                "900", "Ce compte rendu corrige une version qui n'est plus la dernière : il n'est pas classé."
            )
        for report in reports:
            if report["document"] == former:
                report |= {"status": "replaced", "replaced_by": document}
        patient["results"] = [value for value in values if value["document"] != former]
        later = next((report["document"] for report in reports if report["replaces"] == document), None)
        late = later is not None and "late-version-holds" not in defects
        reports.append(
            {
                "document": document,
                "type": one.document.code.code if one.document.code else "",
                "title": one.document.title,
                "version": one.document.version,
                "replaces": former or None,
                "status": "replaced" if late else "current",
                "replaced_by": later if late else None,
                "origin": lot.read.sender.address if lot.read.sender else "",
                "message": lot.read.message_id,
            }
        )
        results = [self._kept(result) | {"document": document} for result in one.results]
        patient["results"] += [] if late else results
        self._alert(patient, one.results)
        self.desk.records.save_patient(self.asked.session, patient)
        self.touched[patient["local_id"]] = None
        self.received.append(
            {
                "message": lot.read.message_id,
                "document": document,
                "status": "filed",
                "patient": {"local_id": patient["local_id"], "ins_status": patient["ins_status"]},
                "replaces": former or None,
                "results": results,
            }
        )

    def _kept(self, result: Output) -> Output:
        if "drops-units" in self.desk.defects:
            return result | {"unit": ""}
        if "drops-interpretation" in self.desk.defects:
            return result | {"interpretation": ""}
        return result

    def _alert(self, patient: Output, results: list[Output]) -> None:
        if "silent-on-critical" in self.desk.defects:
            return
        for result in results:
            if result["interpretation"] in CRITICAL:
                who = f"{patient['birth_family']} {patient['first_given']}"
                self.said.append({"level": "warning", "text": f"Valeur critique, {who} : {shown(result)}"})

    def _patients(self) -> list[Output]:
        return self.desk.records.patients(self.asked.session)

    def _saved(self, local_id: str) -> Output:
        return self.desk.records.patient(self.asked.session, local_id) or {}

    # -- acknowledging -------------------------------------------------------------------------------------------

    def _acknowledge(self, lot: Lot, refused: NotFiled | None) -> None:
        """A receipt goes to who asked for it, when that is who sent the mail (RFC 8098 §2.1)."""
        asked_by, mail = lot.read.read_receipt_to, lot.read
        if asked_by is None or "no-receipt" in self.desk.defects:
            return
        sender = parameterised(mail.mime.headers.first("Return-Path") or "")[0].strip("<>")
        if canonical(asked_by.address) != canonical(sender):
            return
        address = self.inbox.address
        error = None if refused is None or "always-glad" in self.desk.defects else refused.code
        receipt = mdn.Mdn(
            sender=Mailbox(address),
            recipient=asked_by.address,
            message_id=f"<{uuid.uuid4()}@{address.rpartition('@')[2]}>",
            date=self.asked.now,
            original_message_id=mail.message_id or "",
            original_subject=mail.subject,
            original=lot.data.partition(b"\r\n")[2],
            original_recipient=address,
            final_recipient=address,
            reporting_ua=f"{self.desk.software.name} {self.desk.software.version}",
            error=error,
            label=str(refused) if refused is not None and error else "",
        )
        written = mdn.message(receipt)
        if "vague-receipt" in self.desk.defects:
            written = re.sub(rb"(?m)^Original-Recipient:.*\r\n", b"", written)
        self.inbox.acknowledge(written, asked_by.address)


def told_of(patient: Mapping[str, Any]) -> Output:
    """What the software says of an identity."""
    return {name: patient.get(name) for name in ("local_id", "ins_status", "ins", "ins_oid", *STRICT)}
