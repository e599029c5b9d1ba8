"""Where the laboratory's reports leave from: to the DMP, to the prescribers, to the patient; partial, complete,
corrected.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from banc_harness.witness import lab_reports, letters
from banc_harness.witness.asked import Asked, Declined, Output
from banc_harness.witness.desk import Desk, named, recipients
from banc_harness.witness.feeding import DmpRefused
from banc_harness.witness.mailing import REPORT, MailRefused
from banc_harness.witness.outbox import Outbox
from banc_harness.witness.transport import Unreachable
from banc_standards.cda.biology import BiologyReport

PREVENTED = (Declined, DmpRefused, MailRefused, Unreachable)
"""What keeps a report from one of its ways, and from that one only."""


@dataclass(slots=True)
class ReportDesk(Desk):
    """The document actions of the laboratory's software.

    What is not sent to one recipient, for a reason that its user reads (``said``), still leaves for the others.
    """

    def send(self, asked: Asked) -> Output:
        """The biologist validates what is there of an order, which leaves at once."""
        patient = self.patient(asked)
        orders = lab_reports.reported(asked.input["order"], self.defects)
        first, *others = [self._send(asked, patient, order) for order in orders]
        return {name: sum((one[name] for one in others), value) for name, value in first.items()}

    def _send(self, asked: Asked, patient: Output, order: Output) -> Output:
        number = order["number"]
        known = (item for item in self.kept(asked, patient) if item["order"]["number"] == number)
        record = next((item for item in known if not item.get("withdrawn")), None)
        if record is None:
            unique_id = self.new_id(asked, patient)
            record = {
                "unique_id": unique_id,
                "set_id": f"{unique_id}.0",
                "version": 1,
                "replaces": None,
                "local_id": patient["local_id"],
                "level": (asked.input.get("document") or {}).get("level") or "N3",
                "order": order,
                "attempts": 0,
                "filed": False,
                "mails": {},
                **lab_reports.new_dates(asked.now),
            }
            self.records.save_letter(asked.session, record)
        return self._dispatch(asked, patient, record, None)

    def replace(self, asked: Asked) -> Output:
        """More results came, or one was wrong: the new report takes the place of the former wherever that one went."""
        patient = self.patient(asked)
        former = self._standing(asked, patient)
        if "correction-as-new" in self.defects:
            self.records.save_letter(asked.session, former | {"withdrawn": "replaced"})
            return self.send(asked)
        record = self._waiting(asked, patient, former) or former | {
            "unique_id": former["unique_id"] if "reuses-old-id" in self.defects else self.new_id(asked, patient),
            "version": former["version"] + 1,
            "replaces": former["unique_id"],
            "order": asked.input["order"],
            "created": asked.now.isoformat(),
            "attempts": former["attempts"] if "reuses-old-id" in self.defects else 0,
            "filed": False,
            "withdrawn": None,
            "mails": {},
        }
        output = self._dispatch(asked, patient, record, former)
        if not output["said"] and record["unique_id"] != former["unique_id"]:
            self.records.save_letter(asked.session, former | {"withdrawn": "replaced"})
        return output

    def _waiting(self, asked: Asked, patient: Output, former: Output) -> Output | None:
        """The next version that could not leave for everybody yet."""
        if former.get("withdrawn") or "reuses-old-id" in self.defects:
            return None
        kept = self.kept(asked, patient)
        return next((item for item in kept if item.get("replaces") == former["unique_id"]), None)

    def _standing(self, asked: Asked, patient: Output) -> Output:
        """The report that the action names, when it is still the one that holds."""
        wanted = named(asked, "replaces")
        sent = [item for item in self.kept(asked, patient) if item["filed"] or item["mails"]]
        found = [item for item in sent if wanted in ("", item["unique_id"])]
        if not found:
            raise Declined("Aucun compte rendu de ce patient n'a été envoyé.")
        record = found[-1]
        if record.get("withdrawn") and "replaces-the-replaced" not in self.defects:
            raise Declined("Ce compte rendu ne tient plus : corrigez celui qui l'a remplacé.")
        return record

    def _dispatch(self, asked: Asked, patient: Output, record: Output, former: Output | None) -> Output:
        """Sends the report everywhere it should go; raises the first reason not to when it left for nobody."""
        to_dmp, mailed = recipients(asked)
        report = lab_reports.report(
            record, patient, asked.input["professional"], asked.input["structure"], defects=self.defects
        )
        ready = self.ready if former is None else None
        document = ready or lab_reports.written(report, record["level"], defects=self.defects)
        prevented: list[Exception] = []
        if to_dmp or "feeds-blocked" in self.defects:
            try:
                self._file(asked, patient, record, document, former)
            except PREVENTED as error:
                prevented.append(error)
        if mailed:
            try:
                self._mail(asked, patient, record, document, report, mailed, former)
            except PREVENTED as error:
                prevented.append(error)
        sent = [mail["id"] for mail in record["mails"].values() if mail["sent"]]
        if prevented and not record["filed"] and not sent:
            raise prevented[0]
        output: Output = {"documents": [f"urn:oid:{record['unique_id']}"], "messages": sent}
        return output | {"said": [str(error) for error in prevented]}

    def _file(self, asked: Asked, patient: Output, record: Output, document: bytes, former: Output | None) -> None:
        if record["filed"]:
            return
        self.feedable(patient)
        visibility: Sequence[str] = (asked.input.get("document") or {}).get("visibility") or ()
        if "ignores-visibility" in self.defects:
            visibility = ()
        filed = former if former is not None and former["filed"] else None
        self.file(asked, record, document, self.ins(patient), replaces=filed, visibility=visibility)

    def _mail(
        self,
        asked: Asked,
        patient: Output,
        record: Output,
        document: bytes,
        report: BiologyReport,
        mailed: list[str],
        former: Output | None,
    ) -> None:
        careless = frozenset({"unqualified-ins"}) if "patient-without-ins" in self.defects else frozenset()
        outbox = Outbox(
            mailing=self.mailing(asked),
            save=lambda kept: self.records.save_letter(asked.session, kept),
            patient=patient,
            ins=letters.sent_ins(patient, defects=self.defects | careless),
            former=former,
            defects=self.defects,
            words=REPORT,
        )
        outbox.send(record, document, report.pdf, mailed[:-1] if "forgets-a-recipient" in self.defects else mailed)
