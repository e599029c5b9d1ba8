"""Where the practice's summaries leave from: written from the chart, filed in the DMP, replaced at the next visit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from banc_harness.witness import charts
from banc_harness.witness.asked import Asked, Output
from banc_harness.witness.desk import Desk, recipients
from banc_harness.witness.mailing import SUMMARY
from banc_harness.witness.outbox import Outbox
from banc_standards.cda.summary import MedicalSummary


@dataclass(slots=True)
class SummaryDesk(Desk):
    """The document actions of the practice's software. ``chart`` of an action is what the doctor knows of the patient
    at this visit; the software keeps it.
    """

    def send(self, asked: Asked) -> Output:
        """The doctor validates the summary of a patient who has none that stands."""
        patient = self._visited(asked)
        waiting = (item for item in self.kept(asked, patient) if not item["filed"] and not item["replaces"])
        record = next(waiting, None)
        if record is None:
            unique_id = self.new_id(asked, patient)
            record = {
                "unique_id": unique_id,
                "set_id": f"{unique_id}.0",
                "version": 1,
                "replaces": None,
                "local_id": patient["local_id"],
                "level": (asked.input.get("document") or {}).get("level") or "N3",
                "created": asked.now.isoformat(),
                "attempts": 0,
                "filed": False,
                "mails": {},
            }
        record["chart"] = patient["chart"]
        return self._dispatch(asked, patient, record, None)

    def replace(self, asked: Asked) -> Output:
        """The doctor brings the summary up to date: the new version takes the place of the one that stands."""
        patient = self._visited(asked)
        to_dmp, _ = recipients(asked)
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
        record["chart"] = patient["chart"]
        output = self._dispatch(asked, patient, record, former)
        self.records.save_letter(asked.session, former | {"withdrawn": "replaced"})
        return output

    def _visited(self, asked: Asked) -> Output:
        """The patient, whose chart is as the doctor left it at this visit."""
        patient = self.patient(asked)
        patient["chart"] = asked.input.get("chart") or patient.get("chart") or {}
        self.records.save_patient(asked.session, patient)
        return patient

    def _dispatch(self, asked: Asked, patient: Output, record: Output, former: Output | None) -> Output:
        """Sends the summary everywhere it should go."""
        to_dmp, mailed = recipients(asked)
        if to_dmp:
            self.feedable(patient)
        ins = self.ins(patient)
        self.records.save_letter(asked.session, record)
        summary = charts.summary(
            record, patient, asked.input["professional"], asked.input["structure"], defects=self.defects
        )
        document = charts.written(summary, record["level"])
        visibility: Sequence[str] = (asked.input.get("document") or {}).get("visibility") or ()
        output: Output = {"documents": [f"urn:oid:{record['unique_id']}"]}
        if to_dmp:
            self.file(asked, record, document, ins, replaces=former, visibility=visibility)
        if mailed:
            output["messages"] = self._mail(asked, patient, record, document, summary, mailed, former)
        return output

    def _mail(
        self,
        asked: Asked,
        patient: Output,
        record: Output,
        document: bytes,
        summary: MedicalSummary,
        mailed: list[str],
        former: Output | None,
    ) -> list[str]:
        outbox = Outbox(
            mailing=self.mailing(asked),
            save=lambda kept: self.records.save_letter(asked.session, kept),
            patient=patient,
            ins=self.ins(patient),
            former=former,
            defects=self.defects,
            words=SUMMARY,
        )
        return outbox.send(record, document, charts.printed(summary), mailed)
